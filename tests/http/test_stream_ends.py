"""How a stream of server-sent events ends, and what is left of it: nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from time import monotonic

import pytest

from tests.http.edge import gauge, until_gauge
from tests.http.event_source import watching
from tests.http.stalling import heavy, shaken, unread_socket, unread_stream
from tests.local import local_client
from tests.scenarios.spa import Spa, open_spa
from tests.server import running_server

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
OURS = {"event stream", "event stream end", "open"}


@pytest.fixture
async def small(database_url: str) -> AsyncIterator[Spa]:
    """A med spa where a user may have two live connections."""
    async with (
        running_server(database_url, max_sockets=2) as server,
        open_spa(server, different_owners=True) as spa,
    ):
        yield spa


async def until_nothing_is_left(spa: Spa) -> None:
    async with asyncio.timeout(3):
        await until_gauge(spa.server, "l2p_streams", 0)
        while any(task.get_name() in OURS for task in asyncio.all_tasks()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_client_that_leaves_frees_everything(small: Spa) -> None:
    for _ in range(3):
        async with AsyncExitStack() as stack:
            for _ in range(2):
                board = await stack.enter_async_context(watching(small.ada, small.pipeline))
                await board.next("BoardSnapshot")
            assert await gauge(small.server, "l2p_streams") == 2
        await until_nothing_is_left(small)
    await small.pair()


async def test_who_leaves_before_the_answer_begins_frees_everything(small: Spa) -> None:
    for _ in range(20):
        async with unread_stream(small.ada, heavy(small)):
            pass
    await until_nothing_is_left(small)
    async with watching(small.ada, small.pipeline) as board:
        await board.next("BoardSnapshot")


async def test_streams_and_sockets_share_the_places_of_a_user(small: Spa) -> None:
    """C11, over HTTP as 429: the third is refused, also in a stream; others have their own."""
    board = await small.watch(small.ada)
    async with watching(small.ada, small.pipeline) as first:
        await first.next("BoardSnapshot")
        async with watching(small.ada, small.pipeline) as third:
            assert third.response.status_code == 429
            body = await third.response.aread()
        assert b"RATE_LIMITED" in body
        async with watching(small.ben, small.pipeline) as other:
            await other.next("BoardSnapshot")
        await board.cut()
        await until_gauge(small.server, "l2p_sockets", 0)
        async with watching(small.ada, small.pipeline) as second:
            await second.next("BoardSnapshot")


async def test_a_refused_subscription_frees_its_place(small: Spa) -> None:
    for _ in range(5):
        async with watching(small.ada, "no id") as board:
            assert (await board.result())["errors"]
            await board.completed()
    assert await gauge(small.server, "l2p_streams") == 0


async def test_a_stop_ends_the_stream_without_complete(database_url: str) -> None:
    """The client is to come again, with the last id, to whoever serves then (P17)."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(running_server(database_url))
        async with open_spa(server, different_owners=True) as spa:
            async with watching(spa.ada, spa.pipeline) as board:
                await board.next("BoardSnapshot")
                start = monotonic()
                stopping = asyncio.create_task(stack.aclose())
                assert await board.event() is None
                assert monotonic() - start < 1
                await stopping
            assert monotonic() - start < 3
    assert b"complete" not in board.raw
    async with (
        running_server(database_url) as server,
        local_client() as http,
    ):
        spa.ada.server, spa.ada.http = server, http
        async with watching(spa.ada, spa.pipeline, board.id) as again:
            await again.holding(board.fold).silent()


@pytest.mark.parametrize("transport", ["sse", "ws"])
async def test_a_stop_does_not_wait_for_who_does_not_read(
    database_url: str, transport: str
) -> None:
    stalled = unread_stream if transport == "sse" else unread_socket
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(
            running_server(database_url, graceful_stop_seconds=8)
        )
        async with open_spa(server, different_owners=True) as spa:
            card = await shaken(spa)
            async with stalled(spa.ada, heavy(spa)):
                await card.move(40)
                assert await gauge(server, "l2p_streams") == 1
                start = monotonic()
                await stack.aclose()
                assert monotonic() - start < 6

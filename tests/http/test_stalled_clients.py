"""P15: a client that stops reading costs little, is gone soon, and delays nobody."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from time import monotonic

import pytest

from app import protocols
from tests.http.edge import JSON, gauge, until_gauge
from tests.http.event_source import watching
from tests.http.stalling import (
    COPIES,
    MIB,
    heavy,
    rest_of,
    shaken,
    unread,
    unread_socket,
    unread_stream,
    waiting,
)
from tests.scenarios.spa import Spa, open_spa
from tests.server import running_server

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SEND_SECONDS = 1.0
SOON = 3.0  # seconds after SEND_SECONDS until a client must be gone


@pytest.fixture
async def hasty(database_url: str) -> AsyncIterator[Spa]:
    """A med spa whose server waits a second for a reader."""
    async with (
        running_server(
            database_url, send_seconds=SEND_SECONDS, max_sockets=2, max_cost=10**6
        ) as server,
        open_spa(server, different_owners=True) as spa,
    ):
        yield spa


async def until_streams(spa: Spa, number: int) -> None:
    """Wait until the server serves so many live boards; fail if it takes too long."""
    await until_gauge(spa.server, "l2p_streams", number, SEND_SECONDS + SOON)


@pytest.mark.parametrize("transport", ["sse", "ws"])
async def test_who_does_not_read_is_dropped_and_delays_nobody(hasty: Spa, transport: str) -> None:
    card = await shaken(hasty)
    stalled = unread_stream if transport == "sse" else unread_socket
    async with (
        watching(hasty.ben, hasty.pipeline) as board,
        stalled(hasty.ada, heavy(hasty)),
    ):
        await board.next("BoardSnapshot")
        late = 0.0
        for _ in range(40):
            await card.move()
            start = monotonic()
            await board.next("CardUpdated")
            late = max(late, monotonic() - start)
        await until_streams(hasty, 1)
        assert late < SEND_SECONDS
        await card.move()
        await board.next("CardUpdated")


@pytest.mark.parametrize("transport", ["sse", "ws"])
async def test_his_place_is_free_again(hasty: Spa, transport: str) -> None:
    card = await shaken(hasty)
    stalled = unread_stream if transport == "sse" else unread_socket
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(stalled(hasty.ada, heavy(hasty)))
        await until_streams(hasty, 2)
        async with watching(hasty.ada, hasty.pipeline) as refused:
            # A silent socket makes room; a stream cannot be asked whether somebody is there.
            assert refused.response.status_code == (429 if transport == "sse" else 200)
        await card.move(40)
        await until_streams(hasty, 0)
        async with watching(hasty.ada, hasty.pipeline) as board:
            await board.next("BoardSnapshot")


async def test_an_unread_stream_is_cut_off_not_completed(hasty: Spa) -> None:
    card = await shaken(hasty)
    async with unread_stream(hasty.ada, heavy(hasty)) as made:
        await card.move(40)
        await until_streams(hasty, 0)
        rest = await rest_of(made)
    assert b"event: next" in rest
    assert b"event: complete" not in rest
    assert not rest.endswith(b"0\r\n\r\n")


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux has it")
async def test_a_client_that_vanished_is_noticed_by_the_system(
    spa: Spa, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long before SEND_SECONDS are over: nobody takes what the system has."""
    monkeypatch.setattr(protocols, "UNREAD_SECONDS", 0.5)
    card = await shaken(spa)
    async with unread_stream(spa.ada, heavy(spa)):
        await until_streams(spa, 1)
        await card.move(10)
        await until_streams(spa, 0)


async def test_unread_answers_of_queries_are_cut_off_too(hasty: Spa) -> None:
    """Requests in a row on one connection, without a look at what comes back."""
    await shaken(hasty)
    asked = {"query": "{ contacts { nodes { " + COPIES + " } } }"}
    async with unread(hasty.ada, *[asked] * 40, accept=JSON) as made:
        await asyncio.sleep(SEND_SECONDS + 1)
        rest = await rest_of(made)
    assert 1 <= rest.count(b"HTTP/1.1 200") < 40


@pytest.mark.parametrize("transport", ["sse", "ws"])
async def test_what_waits_for_him_stays_below_a_mebibyte(database_url: str, transport: str) -> None:
    """Ten megabytes are told meanwhile; for him one change a card waits."""
    stalled = unread_stream if transport == "sse" else unread_socket
    async with (
        running_server(database_url, send_seconds=60) as server,
        open_spa(server, different_owners=True) as spa,
    ):
        card = await shaken(spa)
        async with stalled(spa.ada, heavy(spa)):
            await card.move(40)  # what the kernel holds
            for _ in range(3):
                await card.move(7)
                assert MIB / 16 < waiting() < MIB
            assert await gauge(server, "l2p_streams") == 1

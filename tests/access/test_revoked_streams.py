"""P7: however access ends, open sockets and streams end at once, and tell nothing after it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from statistics import median
from time import monotonic
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from app.event_streams import live_events
from app.tokens import LEEWAY_SECONDS
from resolvers.perform import Unauthenticated
from schema.execution import Request
from tests.access.signs import AT_ONCE, again, rest_of, works
from tests.client import Client
from tests.http.edge import until_gauge
from tests.http.event_source import watching
from tests.http.test_sockets import opened, received, send
from tests.model.documents import LIVE
from tests.scenarios.spa import Spa
from tests.server import running_server

End = Callable[[Spa], Awaitable[Any]]
ENDS: dict[str, End] = {
    "logout": lambda spa: spa.ben.do("logout"),
    "logout everywhere": lambda spa: spa.ben.do("logout", everywhere=True),
    "signed out": lambda spa: spa.ada.do("signOutUser", id=spa.ben.id),
    "deactivated": lambda spa: spa.ada.do("deactivateUser", id=spa.ben.id, strategy="KEEP"),
}
every_end = pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)


@asynccontextmanager
async def listening(client: Client, spa: Spa) -> AsyncIterator[ClientConnection]:
    """Open a raw socket with a live board, and take its snapshot."""
    async with opened(client.server, client.token) as socket:
        asked = {"query": LIVE, "variables": {"pipeline": spa.pipeline, "first": 20}}
        await send(socket, type="subscribe", id="1", payload=asked)
        assert (await received(socket))["type"] == "next"
        yield socket


@every_end
async def test_streams_end_at_once_and_tell_nothing_after(spa: Spa, end: End) -> None:
    _, card = await spa.pair("Grace Park", spa.ben)
    async with listening(spa.ben, spa) as socket, watching(spa.ben, spa.pipeline) as stream:
        await stream.next("BoardSnapshot")
        await end(spa)
        start = monotonic()
        # Neither a `complete`, after which a client would not come back, nor anything later.
        change = spa.ada.do("updateOpportunity", id=card, name="Secret")
        rest, event, _ = await asyncio.gather(rest_of(socket), stream.event(), change)
        assert (rest, socket.close_code, event) == ([], 4403, None)
        assert monotonic() - start < AT_ONCE
    assert b"complete" not in stream.raw
    assert b"Secret" not in stream.raw
    assert not await works(spa.ben)
    await until_gauge(spa.server, "l2p_streams", 0)


@every_end
async def test_what_was_done_just_before_does_not_slip_through_after(spa: Spa, end: End) -> None:
    """Many changes on the way while the access ends: none that was made later is told."""
    cards = [(await spa.pair(f"Grace {number}", spa.ben))[1] for number in range(2)]
    async with watching(spa.ben, spa.pipeline) as stream:
        await stream.next("BoardSnapshot")
        board = await spa.watch(spa.ben)
        before = [
            spa.ada.do("updateOpportunity", id=one, treatmentOfInterest="before") for one in cards
        ]
        await asyncio.gather(*before, end(spa))
        after = [
            spa.ada.do("updateOpportunity", id=one, treatmentOfInterest="after") for one in cards
        ]
        await asyncio.gather(*after)
        assert await board.closed() == 4403
        while await stream.event() is not None:
            pass
    assert b"after" not in stream.raw
    assert "after" not in json.dumps(board.events)


async def test_an_end_and_what_follows_it_in_one_batch(spa: Spa, database_url: str) -> None:
    """Another process makes both; here they are found together, by the next poll."""
    _, card = await spa.pair("Grace Park", spa.ben)
    async with (
        running_server(database_url) as elsewhere,
        listening(spa.ben, spa) as socket,
        watching(spa.ben, spa.pipeline) as stream,
    ):
        await stream.next("BoardSnapshot")
        ada = Client(elsewhere, spa.http, spa.ada.token)
        await ada.do("signOutUser", id=spa.ben.id)
        await ada.do("updateOpportunity", id=card, name="Secret")
        rest, event = await asyncio.gather(rest_of(socket), stream.event())
        assert (rest, socket.close_code, event) == ([], 4403, None)


async def test_running_operations_of_an_ended_token_end_too(spa: Spa) -> None:
    """A socket's next operation is refused, even before the socket is closed."""
    ben = spa.ben
    async with opened(spa.server, ben.token) as socket:
        await ben.do("logout")
        change = 'mutation { createContactType(input: {name: "Late"}) { deletedId } }'
        with suppress(ConnectionClosed):
            await send(socket, type="subscribe", id="1", payload={"query": change})
        messages = await rest_of(socket)
    assert (messages, socket.close_code) == ([], 4403)
    types = await spa.ada.ask("{ viewer { practice { contactTypes { name } } } }")
    assert "Late" not in json.dumps(types)


async def test_a_token_that_expires_ends_its_streams(spa: Spa) -> None:
    """R93: at its time and the leeway, without anything that happens in the practice."""
    tokens = spa.server.desk.tokens
    user_id = tokens.read(spa.ben.token).user_id
    short = await again(spa.ben)
    short.token = tokens.make(user_id, (2.5 - LEEWAY_SECONDS) / 3600)
    async with (
        listening(short, spa) as socket,
        watching(short, spa.pipeline) as stream,
        watching(spa.ben, spa.pipeline) as stays,
    ):
        await stays.next("BoardSnapshot")
        await stream.next("BoardSnapshot")
        assert await stream.event() is None
        assert (await rest_of(socket), socket.close_code) == ([], 4403)
        await stays.silent()
    assert b"complete" not in stream.raw
    assert not await works(short)


async def test_who_loses_his_access_while_his_board_opens_is_refused(spa: Spa) -> None:
    """Between signing in and the first event: 401, as one moment earlier."""
    desk = spa.server.desk
    asked = Request(LIVE, {"pipeline": spa.pipeline, "first": 1})
    live = await desk.listen(desk.tokens.read(spa.ben.token), "test", asked)
    await spa.ben.do("logout")
    with pytest.raises(Unauthenticated):
        async with live_events(desk, live):
            pass


async def test_p7_twelve_times_in_a_row(spa: Spa) -> None:
    """On the same worker, nothing else going on: a wake-up tells it, not the next poll."""
    late = []
    for _ in range(12):
        ben = await again(spa.ben)
        async with watching(ben, spa.pipeline) as stream:
            await stream.next("BoardSnapshot")
            await ben.do("logout")
            start = monotonic()
            assert await stream.event() is None
            late.append(monotonic() - start)
    assert median(late) < 0.25
    assert max(late) < AT_ONCE

"""A client of server-sent events, by the letter of the HTML standard, 9.2.6."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Self, TypeVar

import httpx2

from tests.client import PATIENCE, QUIET, Client
from tests.http.edge import EVENT_STREAM
from tests.model.documents import LIVE
from tests.model.fold import Fold, Json, difference

Reading = TypeVar("Reading", bound="Stream")


class EndOfStream(Exception):
    """The server ended its answer as HTTP says."""


class Event(NamedTuple):
    """One event as a browser dispatches it, and the last event id then."""

    kind: str
    data: str
    id: str


class Stream:
    """An event stream that is read as it arrives."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self.raw = b""
        self.id = ""
        self._chunks = response.aiter_bytes()
        self._reading: asyncio.Task[bytes] | None = None
        self._parsed = 0

    async def event(self, seconds: float = PATIENCE) -> Event | None:
        """Return the next event; None at the end of the stream."""
        async with asyncio.timeout(seconds):
            while (end := self.raw.find(b"\n\n", self._parsed)) < 0:
                try:
                    self.raw += await self._chunk()
                except EndOfStream:
                    return None
        block, self._parsed = self.raw[self._parsed : end].decode(), end + 2
        return self._dispatched(block)

    async def _chunk(self) -> bytes:
        """Return what comes next; who waits no longer leaves the reading as it is."""
        if self._reading is None:
            self._reading = asyncio.create_task(_next_of(self._chunks), name="events")
        chunk = await asyncio.shield(self._reading)
        self._reading = None
        return chunk

    async def leave(self) -> None:
        """Read no more."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])

    def _dispatched(self, block: str) -> Event:
        kind, data = "message", []
        for line in block.split("\n"):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "event":
                kind = value
            elif name == "data":
                data.append(value)
            elif name == "id":
                self.id = value
            else:
                assert not name, f"no field of an event: {line!r}"
        assert data, f"an event without data is never dispatched: {block!r}"
        return Event(kind, "\n".join(data), self.id)

    async def result(self) -> Json:
        """Return the next GraphQL result."""
        event = await self.event()
        assert event is not None, (
            f"the stream ended: {self.response.status_code} {self.raw[-300:]!r}"
        )
        assert event.kind == "next", event
        told: Json = json.loads(event.data)
        return told

    async def completed(self) -> None:
        """Assert that the server says it is over, and ends the stream."""
        event = await self.event()
        assert event is not None, "the stream was cut off"
        assert (event.kind, event.data) == ("complete", "")
        assert await self.event() is None

    async def silent(self) -> None:
        """Assert that nothing arrives for a while."""
        try:
            event = await self.event(QUIET)
        except TimeoutError:
            return
        raise AssertionError(f"not silent: {event}")


class EventBoard(Stream):
    """A live board over server-sent events, folded as it arrives."""

    def __init__(self, response: httpx2.Response, client: Client, pipeline: str) -> None:
        super().__init__(response)
        self.client = client
        self.pipeline = pipeline
        self.fold = Fold(20)
        self.events: list[Json] = []

    def holding(self, fold: Fold) -> Self:
        """Go on from what a stream before this one held."""
        self.fold = fold
        return self

    async def next(self, *kinds: str) -> Json:
        """Return the next event of the board, which must be of one of these kinds."""
        event = await self.any()
        assert event["__typename"] in kinds, event
        return event

    async def any(self) -> Json:
        """Return the next event of the board."""
        told = await self.result()
        assert not told.get("errors"), told
        event: Json = told["data"]["boardEvents"]
        self.events.append(event)
        self.fold.apply(event)
        assert not self.fold.broken, self.fold.broken
        return event

    async def equals_a_fresh_query(self) -> None:
        """Read on until what is held is what a query answers now."""
        fresh = await self.client.board(self.pipeline)
        async with asyncio.timeout(PATIENCE):
            while difference(self.fold, fresh, fresh.cards()) is not None:
                await self.any()


@asynccontextmanager
async def streaming(
    client: Client, document: str, variables: Json | None = None, **headers: str
) -> AsyncIterator[Stream]:
    """Yield the event stream that answers a request."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with (
        _asked(client, document, variables or {}, named) as response,
        _left(Stream(response)) as stream,
    ):
        yield stream


@asynccontextmanager
async def watching(
    client: Client, pipeline: str, last: str | None = None, **variables: Any
) -> AsyncIterator[EventBoard]:
    """Yield a live board, after the event `last` if it is given."""
    headers = {} if last is None else {"last-event-id": last}
    asked = {"pipeline": pipeline, "first": 20, **variables}
    async with (
        _asked(client, LIVE, asked, headers) as response,
        _left(EventBoard(response, client, pipeline)) as board,
    ):
        yield board


@asynccontextmanager
async def _left(stream: Reading) -> AsyncIterator[Reading]:
    try:
        yield stream
    finally:
        await stream.leave()


async def _next_of(chunks: AsyncIterator[bytes]) -> bytes:
    try:
        return await anext(chunks)
    except StopAsyncIteration:
        raise EndOfStream from None


@asynccontextmanager
async def _asked(
    client: Client, document: str, variables: Json, headers: dict[str, str]
) -> AsyncIterator[httpx2.Response]:
    sent = {"authorization": f"Bearer {client.token}", "accept": EVENT_STREAM, **headers}
    asked = {"query": document, "variables": variables}
    address = client.server.http
    async with client.http.stream("POST", address, json=asked, headers=sent) as response:
        yield response

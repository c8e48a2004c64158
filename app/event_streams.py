"""GraphQL over server-sent events, in distinct connections mode: one request, one stream."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

import structlog
from starlette.responses import Response
from starlette.types import Message as Sent
from starlette.types import Receive, Scope, Send

from app.desk import Desk, Live
from app.negotiation import EVENT_STREAM
from app.protocols import FLUSH_SECONDS, impatient, stopping_of
from models.errors import described
from resolvers.boards import stream_cursor
from resolvers.perform import Unauthenticated
from subscriptions.ports import Message

_COMPLETE = b"event: complete\ndata:\n\n"
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_MEDIA_TYPE = f"{EVENT_STREAM}; charset=utf-8"
_log = structlog.get_logger(__name__)


def once(payload: bytes, headers: Mapping[str, str]) -> Response:
    """Return a stream of one result and its end."""
    return Response(_event(payload) + _COMPLETE, 200, {**headers, **_HEADERS}, _MEDIA_TYPE)


def _event(payload: bytes, cursor: str | None = None) -> bytes:
    """Return a `next` event; the place after it is its id, which a client sends back."""
    place = f"id: {cursor}\n" if cursor else ""
    return b"event: next\n%bdata: %b\n\n" % (place.encode(), payload)


@asynccontextmanager
async def live_events(desk: Desk, live: Live) -> AsyncIterator["LiveEvents"]:
    """Yield a live board that is open; raises what hinders it (C5)."""
    access_over = asyncio.Event()
    async with desk.connections.admitted(live.viewer.user_id):
        with desk.access(live.viewer, live.position, access_over.set):
            async with desk.services.relay.opened(live.viewer, live.request) as frames:
                yield LiveEvents(desk, live, frames, access_over)


class LiveEvents:
    """A live board as a stream; a client that lost it goes on with `Last-Event-ID`.

    It ends without `complete` where the client is to come again: when the server stops, and when
    its access ended, which the next answer tells.
    """

    def __init__(
        self,
        desk: Desk,
        live: Live,
        frames: AsyncIterator[Message],
        access_over: asyncio.Event,
    ) -> None:
        """Send `frames`, until the access is over."""
        self._desk = desk
        self._live = live
        self._frames = frames
        self._access_over = access_over

    async def send(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        """Send until the client goes, its access ends, or the server stops."""
        sending = asyncio.create_task(self._send_all(send, request_id), name="event stream")
        ends = [
            asyncio.create_task(end, name="event stream end")
            for end in (_gone(receive), self._access_over.wait(), stopping_of(scope).wait())
        ]
        try:
            await asyncio.wait([sending, *ends], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, *ends):
                task.cancel()
            await asyncio.gather(sending, *ends, return_exceptions=True)
        error = None if sending.cancelled() else sending.exception()
        if error is not None:
            _log.error("event stream failed", **described(error))
        await impatient(scope, send, FLUSH_SECONDS)({"type": "http.response.body", "body": b""})

    async def _send_all(self, send: Send, request_id: str) -> None:
        told = {"content-type": _MEDIA_TYPE, "x-request-id": request_id}
        headers = {**told, **self._live.charge.headers, **_HEADERS}
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        with suppress(Unauthenticated):
            async for message in self._frames:
                await send(self._part(message))
            await send(_body(_COMPLETE))

    def _part(self, message: Message) -> Sent:
        place = (self._live.viewer, self._live.request.view, message.number, message.base)
        return _body(_event(message.payload, stream_cursor(self._desk.services.seal, *place)))


def _body(content: bytes) -> Sent:
    return {"type": "http.response.body", "body": content, "more_body": True}


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

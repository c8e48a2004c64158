"""uvicorn's protocols, with an end for clients that stop reading or never begin to speak.

uvicorn closes a connection only after all that was written is read, so a client that stops
reading would keep it for ever; and it waits for streams that know nothing of the server's stop.
The application gets both in the scope's extensions: `abort` drops the connection and what waits
in it (P15), `stopping` is set when the server stops (P17).
"""

import asyncio
import socket
from asyncio import BaseTransport, TimerHandle
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from starlette.types import Message, Scope, Send
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from app import metrics
from app.waiting import Gate, Inbox

_EXTENSION = "lead2patient.connection"
FLUSH_SECONDS = 1.0
SILENT_SECONDS = 15.0
LEFTOVER_SECONDS = 40.0
UNREAD_SECONDS = 30.0
_MOST_LENGTHS = 4096


def abort_of(scope: Scope) -> Callable[[], None]:
    """Return what drops the connection of a scope, without waiting for its client."""
    abort: Callable[[], None] = scope["extensions"][_EXTENSION]["abort"]
    return abort


def writer_of(scope: Scope) -> "AbortableWebSocket":
    """Return what writes to the connection of a WebSocket's scope."""
    writer: AbortableWebSocket = scope["extensions"][_EXTENSION]["writer"]
    return writer


def stopping_of(scope: Scope) -> asyncio.Event:
    """Return what is set when the server of an HTTP scope stops."""
    stopping: asyncio.Event = scope["extensions"][_EXTENSION]["stopping"]
    return stopping


def impatient(scope: Scope, send: Send, seconds: float) -> Send:
    """Return a `send` that drops a client who does not read for too long (P15)."""

    async def sending(message: Message) -> None:
        try:
            async with asyncio.timeout(seconds):
                await send(message)
        except TimeoutError:
            metrics.slow_clients.inc()
            abort_of(scope)()

    return sending


def _give_up_unread(transport: BaseTransport) -> None:
    """Let the system drop a client that is gone without a word, or takes nothing of what it has.

    That is the only sign from a client who only listens, as to server-sent events.
    """
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        connection = transport.get_extra_info("socket")
        unread = int(UNREAD_SECONDS * 1000)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, unread)


class AbortableHttp(HttpToolsProtocol):
    """HTTP whose application may drop the connection; clients that linger are cut off.

    A client has SILENT_SECONDS for the headers of a request, and LEFTOVER_SECONDS after an answer
    to read it, and to send the rest of a request that was answered before its end.
    """

    _limit: TimerHandle | None = None

    @override
    def connection_made(self, transport: BaseTransport) -> None:
        """Wait for a request, but not for ever."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._stopping = asyncio.Event()
        _give_up_unread(transport)
        self._cut_after(SILENT_SECONDS)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._go_on()
        super().connection_lost(exc)

    @override
    def on_message_begin(self) -> None:
        """Begin a request: the application finds our extension in its scope."""
        super().on_message_begin()
        ours: Any = {"abort": self.transport.abort, "stopping": self._stopping}
        self.scope["extensions"] = {_EXTENSION: ours}
        self._cut_after(SILENT_SECONDS)

    @override
    def on_headers_complete(self) -> None:
        """Leave the rest to the application, which has time limits of its own."""
        self._go_on()
        super().on_headers_complete()

    @override
    def shutdown(self) -> None:
        """Finish what is asked, and tell the application that there is no more."""
        self._stopping.set()
        super().shutdown()

    @override
    def on_response_complete(self) -> None:
        """Wait until the client has read the answer, but not for ever."""
        if not self.pipeline:
            self._cut_after(LEFTOVER_SECONDS)
        super().on_response_complete()

    def _cut_after(self, seconds: float) -> None:
        self._go_on()
        self._limit = self.loop.call_later(seconds, self.transport.abort)

    def _go_on(self) -> None:
        if self._limit is not None:
            self._limit.cancel()


def _is_utf8(fragments: list[bytes]) -> bool:
    try:
        b"".join(fragments).decode()
    except UnicodeDecodeError:
        return False
    return True


@lru_cache(_MOST_LENGTHS)
def _text_header(length: int) -> bytes:
    """Return the header of a server's text frame: whole, and not masked (RFC 6455, 5.2)."""
    if length < 126:
        return bytes((0x81, length))
    if length < 2**16:
        return b"\x81\x7e" + length.to_bytes(2, "big")
    return b"\x81\x7f" + length.to_bytes(8, "big")


class AbortableWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket whose application may drop the connection; half-open ones are dropped.

    The application may write messages without a task of its own that waits (`write_text`), while
    the client is `taking` them; `on_drain` is called when he takes them again.
    """

    taking = True
    on_drain: Callable[[], None] | None = None

    @override
    def connection_made(self, transport: BaseTransport) -> None:
        """Begin with little: there are thousands of these."""
        super().connection_made(transport)
        self.queue = Inbox()  # type: ignore[assignment]
        self.writable = Gate()  # type: ignore[assignment]

    def forget_request(self) -> None:
        """Drop the request, of which an accepted connection needs nothing: it takes 5 KiB."""
        self.scope["headers"].clear()  # type: ignore[attr-defined]
        self.request.headers.clear()  # the parser of websockets keeps the request itself
        del self.request, self.response

    def write_text(self, head: bytes, body: bytes, tail: bytes) -> None:
        """Write a message of UTF-8 in three parts; nothing where the connection is closing.

        Nobody sends fragments here, so a frame may go between any two others.
        """
        transport = self.transport
        if not (self.close_sent or transport.is_closing()):
            length = len(head) + len(body) + len(tail)
            transport.write(b"".join((_text_header(length), head, body, tail)))

    @override
    def pause_writing(self) -> None:
        """Notice that the client reads too slowly."""
        super().pause_writing()
        self.taking = False

    @override
    def resume_writing(self) -> None:
        """Notice that the client has read what waited for him."""
        super().resume_writing()
        self.taking = True
        if self.on_drain is not None:
            self.loop.call_soon(self.on_drain)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the application."""
        self.on_drain = None
        super().connection_lost(exc)

    @override
    def handle_connect(self, event: Request) -> None:
        """Begin a connection: the application finds our extension in its scope."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            extensions: Any = self.scope["extensions"]
            extensions[_EXTENSION] = {"abort": self.transport.abort, "writer": self}

    @override
    def send_receive_event_to_app(self) -> None:
        """Pass a message on; a text that is no UTF-8 ends the connection with 1007, unlogged."""
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_utf8(self.frames):
            self.frames = []
            self.conn.send_close(1007)
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    @override
    def keepalive_timeout(self) -> None:
        """Drop a client that did not answer a ping: what waits for it will not be read."""
        super().keepalive_timeout()
        self.transport.abort()

    @override
    def shutdown(self) -> None:
        """Say 1012, and drop a client that does not take it soon (P17)."""
        super().shutdown()
        self.loop.call_later(FLUSH_SECONDS, self.transport.abort)

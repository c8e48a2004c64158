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
from typing import Any

from starlette.types import Message, Scope, Send
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from app import metrics

_EXTENSION = "lead2patient.connection"
FLUSH_SECONDS = 1.0
SILENT_SECONDS = 15.0
LEFTOVER_SECONDS = 40.0
UNREAD_SECONDS = 30.0


def abort_of(scope: Scope) -> Callable[[], None]:
    """Return what drops the connection of a scope, without waiting for its client."""
    abort: Callable[[], None] = scope["extensions"][_EXTENSION]["abort"]
    return abort


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


class AbortableWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket whose application may drop the connection; half-open ones are dropped."""

    @override
    def handle_connect(self, event: Request) -> None:
        """Begin a connection: the application finds our extension in its scope."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            extensions: Any = self.scope["extensions"]
            extensions[_EXTENSION] = {"abort": self.transport.abort}

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

"""uvicorn's protocols, with an end for clients that stop reading or never begin to speak.

uvicorn closes a connection only after all that was written is read, so a client that stops
reading would keep it for ever. The application gets `abort` in the scope's extensions, which
drops the connection and what waits in it (P15).
"""

from asyncio import BaseTransport, TimerHandle
from collections.abc import Callable
from socket import socket
from typing import Any

from starlette.applications import Starlette
from starlette.types import Scope
from typing_extensions import override
from uvicorn import Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

_ABORT = "lead2patient.abort"
_FLUSH_SECONDS = 1.0
SILENT_SECONDS = 15.0


def abort_of(scope: Scope) -> Callable[[], None]:
    """Return what drops the connection of a scope, without waiting for its client."""
    abort: Callable[[], None] = scope["extensions"][_ABORT]["abort"]
    return abort


class AbortableHttp(HttpToolsProtocol):
    """HTTP whose application may drop the connection; silence before a request is cut off."""

    _silence: TimerHandle | None = None

    @override
    def connection_made(self, transport: BaseTransport) -> None:
        """Wait for a request, but not for ever."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._silence = self.loop.call_later(SILENT_SECONDS, self.transport.abort)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._end_silence()
        super().connection_lost(exc)

    @override
    def on_message_begin(self) -> None:
        """Begin a request: the application finds `abort` in its scope."""
        super().on_message_begin()
        extensions: Any = {_ABORT: {"abort": self.transport.abort}}
        self.scope["extensions"] = extensions

    @override
    def on_headers_complete(self) -> None:
        """Leave the rest to the application, which has time limits of its own."""
        self._end_silence()
        super().on_headers_complete()

    def _end_silence(self) -> None:
        if self._silence is not None:
            self._silence.cancel()


class AbortableWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket whose application may drop the connection; half-open ones are dropped."""

    @override
    def handle_connect(self, event: Request) -> None:
        """Begin a connection: the application finds `abort` in its scope."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            extensions: Any = self.scope["extensions"]
            extensions[_ABORT] = {"abort": self.transport.abort}

    @override
    def keepalive_timeout(self) -> None:
        """Drop a client that did not answer a ping: what waits for it will not be read."""
        super().keepalive_timeout()
        self.transport.abort()

    @override
    def shutdown(self) -> None:
        """Say 1012, and drop a client that does not take it soon (P17)."""
        super().shutdown()
        self.loop.call_later(_FLUSH_SECONDS, self.transport.abort)


class StoppingServer(Server):
    """A server that tells its application when it begins to stop, before it waits for it."""

    @override
    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """End what would go on for ever, then stop as usual."""
        app: Any = self.config.loaded_app
        while not isinstance(app, Starlette):  # uvicorn puts its own middleware round it
            app = app.app
        if hasattr(app.state, "desk"):
            app.state.desk.stopping.set()
        await super().shutdown(sockets)

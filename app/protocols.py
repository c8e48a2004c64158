"""uvicorn's protocols, with an end for clients that stop reading or never begin to speak.

uvicorn closes a connection only after all that was written is read, so a client that stops
reading would keep it for ever; and it waits for streams that know nothing of the server's stop.
The application gets both in the scope's extensions: `abort` drops the connection and what waits
in it (P15), `stopping` is set when the server stops (P17).
"""

import asyncio
from asyncio import BaseTransport, TimerHandle
from collections.abc import Callable
from typing import Any

from starlette.types import Scope
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

_EXTENSION = "lead2patient.connection"
_FLUSH_SECONDS = 1.0
SILENT_SECONDS = 15.0


def abort_of(scope: Scope) -> Callable[[], None]:
    """Return what drops the connection of a scope, without waiting for its client."""
    abort: Callable[[], None] = scope["extensions"][_EXTENSION]["abort"]
    return abort


def stopping_of(scope: Scope) -> asyncio.Event:
    """Return what is set when the server of an HTTP scope stops."""
    stopping: asyncio.Event = scope["extensions"][_EXTENSION]["stopping"]
    return stopping


class AbortableHttp(HttpToolsProtocol):
    """HTTP whose application may drop the connection; silence before a request is cut off."""

    _silence: TimerHandle | None = None

    @override
    def connection_made(self, transport: BaseTransport) -> None:
        """Wait for a request, but not for ever."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._stopping = asyncio.Event()
        self._silence = self.loop.call_later(SILENT_SECONDS, self.transport.abort)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._end_silence()
        super().connection_lost(exc)

    @override
    def on_message_begin(self) -> None:
        """Begin a request: the application finds our extension in its scope."""
        super().on_message_begin()
        ours: Any = {"abort": self.transport.abort, "stopping": self._stopping}
        self.scope["extensions"] = {_EXTENSION: ours}

    @override
    def on_headers_complete(self) -> None:
        """Leave the rest to the application, which has time limits of its own."""
        self._end_silence()
        super().on_headers_complete()

    @override
    def shutdown(self) -> None:
        """Finish what is asked, and tell the application that there is no more."""
        self._stopping.set()
        super().shutdown()

    def _end_silence(self) -> None:
        if self._silence is not None:
            self._silence.cancel()


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
    def keepalive_timeout(self) -> None:
        """Drop a client that did not answer a ping: what waits for it will not be read."""
        super().keepalive_timeout()
        self.transport.abort()

    @override
    def shutdown(self) -> None:
        """Say 1012, and drop a client that does not take it soon (P17)."""
        super().shutdown()
        self.loop.call_later(_FLUSH_SECONDS, self.transport.abort)

"""One WebSocket as the graphql-transport-ws protocol sees it: messages in, messages out."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from app import metrics
from app.protocols import writer_of

END_OF_NEXT = b"}"
_MOST_REASON_BYTES = 123


class Closing(Exception):
    """The socket is to be closed with a code."""

    def __init__(self, code: int, reason: str) -> None:
        """Take the close code and what it tells people."""
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Channel:
    """Reads and writes the messages of one socket, for the task that serves it."""

    def __init__(self, websocket: WebSocket, send_seconds: float) -> None:
        """Drop a client that does not read for `send_seconds`."""
        self.writer = writer_of(websocket.scope)
        self.writer.on_drain = self._drained
        self.writer.forget_request()
        self._websocket = websocket
        self._send_seconds = send_seconds
        self._serving = asyncio.current_task()
        self._sending = 0
        self._sent_at = 0.0
        self._loop = asyncio.get_running_loop()
        self._watching: asyncio.TimerHandle | None = None
        self._held: dict[Callable[[], None], None] = {}
        self._heard: asyncio.Event | None = None
        self.heard_at = self._loop.time()
        self.over = False
        self.code = 1006  # with which the socket closed; this one if nobody said

    async def receive(self) -> dict[str, Any]:
        """Return the next message; Closing with 4400 where it is none of the protocol."""
        received = await self._websocket.receive()
        self.heard_at = self._loop.time()
        if self._heard is not None:
            self._heard.set()
        if received["type"] == "websocket.disconnect":
            self.code = received.get("code", 1006)
            raise WebSocketDisconnect(self.code)
        text = received.get("text")
        if text is None:
            raise Closing(4400, "Messages are text.")
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise Closing(4400, "Messages are JSON.") from None
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise Closing(4400, "A message is an object with a type.")
        return message

    async def send(self, message: bytes) -> None:
        """Send a message; a client that does not read for too long is dropped."""
        if self.over:
            raise WebSocketDisconnect(1006)
        self._watch()
        self._sending += 1
        try:
            await self._websocket.send({"type": "websocket.send", "text": message.decode()})
        finally:
            self._sending -= 1
            self._sent_at = self._loop.time()

    def hold(self, pump: Callable[[], None]) -> None:
        """Call `pump` when the client takes more; until then he is one who does not read."""
        self._watch()
        self._held[pump] = None

    def _drained(self) -> None:
        """Let those go on who waited; who waited longest goes first."""
        self._sent_at = self._loop.time()
        while self._held and self.writer.taking:
            pump = next(iter(self._held))
            del self._held[pump]
            pump()

    def _watch(self) -> None:
        """See from time to time that sending gets on; one timer serves many messages."""
        if self._sending or self._held:
            return
        self._sent_at = self._loop.time()
        if self._watching is None:
            self._watching = self._loop.call_later(self._send_seconds, self._look)

    def _look(self) -> None:
        self._watching = None
        if self.over or not (self._sending or self._held):
            return
        still = self._sent_at + self._send_seconds - self._loop.time()
        if still > 0:
            self._watching = self._loop.call_later(still, self._look)
        else:
            metrics.slow_clients.inc()
            self.drop()

    async def send_next(self, key: str, payload: bytes) -> None:
        """Send an answer of an operation; `payload` is JSON already."""
        await self.send(b"".join((head_of_next(key), payload, END_OF_NEXT)))

    async def send_errors(self, key: str, told: list[dict[str, Any]]) -> None:
        """Send why an operation cannot run; it is over then."""
        await self.send(orjson.dumps({"id": key, "type": "error", "payload": told}))

    async def send_complete(self, key: str) -> None:
        """Send that an operation is over."""
        await self.send(orjson.dumps({"id": key, "type": "complete"}))

    async def answers(self) -> bool:
        """Return whether the client answers a ping, or says anything."""
        heard = self._heard = asyncio.Event()
        try:
            await self.send(b'{"type":"ping"}')
            return await heard.wait()
        except (WebSocketDisconnect, RuntimeError):
            return False

    async def close(self, closing: Closing) -> None:
        """Close the socket with a code, unless the client went first."""
        if self._websocket.application_state is WebSocketState.CONNECTED and not self.over:
            self.code = closing.code
            with suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
                async with asyncio.timeout(self._send_seconds):
                    await self._websocket.close(closing.code, _cut(closing.reason))

    def end(self) -> None:
        """Send nothing more."""
        self.over = True
        self.writer.on_drain = None
        self._held.clear()
        if self._watching is not None:
            self._watching.cancel()

    def drop(self) -> None:
        """Stop serving a client that does not read: what waits for it is thrown away (P15)."""
        self.writer.transport.abort()
        self.leave()

    def leave(self) -> None:
        """Stop serving the socket, whatever it waits for."""
        self.over = True
        if self._serving is not None:
            self._serving.cancel()


def head_of_next(key: str) -> bytes:
    """Return what stands before the payload in a `next` message of an operation."""
    return orjson.dumps({"id": key, "type": "next"})[:-1] + b',"payload":'


def _cut(reason: str) -> str:
    """Return as much of a close reason as the protocol allows (RFC 6455, 5.5)."""
    return reason.encode()[:_MOST_REASON_BYTES].decode(errors="ignore")

"""One WebSocket as the graphql-transport-ws protocol sees it: messages in, messages out."""

import asyncio
from contextlib import suppress
from typing import Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState


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
        """Leave a client that does not read for `send_seconds`."""
        self._websocket = websocket
        self._send_seconds = send_seconds
        self._serving = asyncio.current_task()
        self.over = False

    async def receive(self) -> dict[str, Any]:
        """Return the next message; Closing with 4400 where it is none of the protocol."""
        received = await self._websocket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received.get("code", 1006))
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
        """Send a message; a client that does not read for too long is left."""
        if self.over:
            raise WebSocketDisconnect(1006)
        try:
            async with asyncio.timeout(self._send_seconds):
                await self._websocket.send({"type": "websocket.send", "text": message.decode()})
        except TimeoutError:
            self.leave()
            raise WebSocketDisconnect(1006) from None

    async def send_next(self, key: str, payload: bytes) -> None:
        """Send an answer of an operation; `payload` is JSON already."""
        head = orjson.dumps({"id": key, "type": "next"})[:-1]
        await self.send(head + b',"payload":' + payload + b"}")

    async def send_errors(self, key: str, told: list[dict[str, Any]]) -> None:
        """Send why an operation cannot run; it is over then."""
        await self.send(orjson.dumps({"id": key, "type": "error", "payload": told}))

    async def send_complete(self, key: str) -> None:
        """Send that an operation is over."""
        await self.send(orjson.dumps({"id": key, "type": "complete"}))

    async def close(self, closing: Closing) -> None:
        """Close the socket with a code, unless the client went first."""
        if self._websocket.application_state is WebSocketState.CONNECTED and not self.over:
            with suppress(RuntimeError, WebSocketDisconnect):
                await self._websocket.close(closing.code, closing.reason)

    def leave(self) -> None:
        """Stop serving the socket, whatever it waits for."""
        self.over = True
        if self._serving is not None:
            self._serving.cancel()

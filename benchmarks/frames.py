"""A WebSocket client so lean that a thousand of them do not hide what the server can do."""

import asyncio
import os
import re
import time
from base64 import b64encode
from typing import Any, cast
from uuid import uuid4

import orjson
from typing_extensions import override

_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_DELTA = b'"CardUpdated"'
_SNAPSHOT = b'"BoardSnapshot"'
_CURSOR = re.compile(rb'"cursor":"([^"]+)"')
_HIDDEN = bytes(4)  # a mask of zeros leaves the payload as it is


def frame(payload: bytes, kind: int = _TEXT) -> bytes:
    """Return a client's frame."""
    length = len(payload)
    if length < 126:
        return bytes((0x80 | kind, 0x80 | length)) + _HIDDEN + payload
    return bytes((0x80 | kind, 0x80 | 126)) + length.to_bytes(2, "big") + _HIDDEN + payload


def _cursor(payload: bytes) -> str | None:
    found = _CURSOR.search(payload)
    return found[1].decode() if found else None


class Crowd:
    """What all subscribers together have received."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.ready = 0
        self.snapshots = 0
        self.deltas = 0
        self.bytes = 0
        self.lost = 0
        self.moved_at: float | None = None
        self.waits: list[float] = []
        self._wanted: tuple[str, int] | None = None
        self._reached = asyncio.Event()

    async def until(self, name: str, count: int, seconds: float) -> bool:
        """Wait until a counter has reached a number; False if it takes too long."""
        self._reached.clear()
        self._wanted = (name, count)
        self.look()
        try:
            async with asyncio.timeout(seconds):
                await self._reached.wait()
        except TimeoutError:
            return False
        return True

    def count(self, delta: bytes) -> None:
        """Count a change that was received, and how long after a move at a pace."""
        self.deltas += 1
        self.bytes += len(delta)
        if self.moved_at is not None:
            self.waits.append(time.perf_counter() - self.moved_at)

    def look(self) -> None:
        """Notice whether what is waited for has come."""
        if self._wanted and getattr(self, self._wanted[0]) >= self._wanted[1]:
            self._reached.set()


class Subscriber(asyncio.Protocol):
    """One socket with one subscription; counts what it is sent."""

    def __init__(self, crowd: Crowd, path: str, token: str, payload: dict[str, Any]) -> None:
        """Take what to subscribe to."""
        self.cursor: str | None = None
        self._crowd = crowd
        self._path = path
        self._token = token
        self._payload = payload
        self._buffer = bytearray()
        self._open = False
        self._transport: asyncio.Transport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Shake hands, and say at once who this is."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is no subclass
        key = b64encode(os.urandom(16)).decode()
        self._transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n"
            f"Authorization: Bearer {self._token}\r\n\r\n".encode()
        )

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Count it."""
        self._crowd.lost += 1

    @override
    def data_received(self, data: bytes) -> None:
        """Take every whole frame from what has come."""
        self._buffer += data
        if not self._open:
            self._shake()
        while self._open and self._take():
            pass
        self._crowd.look()

    def _shake(self) -> None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        if not self._buffer.startswith(b"HTTP/1.1 101"):
            raise RuntimeError(bytes(self._buffer[:200]).decode())
        del self._buffer[: end + 4]
        self._open = True
        token = {"authorization": f"Bearer {self._token}"}
        self._send({"type": "connection_init", "payload": token})

    def _take(self) -> bool:
        buffer = self._buffer
        if len(buffer) < 2:
            return False
        start, length = 2, buffer[1] & 127
        if length >= 126:
            start = 4 if length == 126 else 10
            if len(buffer) < start:
                return False
            length = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + length:
            return False
        payload = bytes(buffer[start : start + length])
        kind = buffer[0] & 15
        del buffer[: start + length]
        self._hear(kind, payload)
        return True

    def _hear(self, kind: int, payload: bytes) -> None:
        crowd = self._crowd
        if kind == _PING and self._transport is not None:
            self._transport.write(frame(payload, _PONG))
        elif kind != _TEXT:
            return
        elif _DELTA in payload:
            crowd.count(payload)
        elif _SNAPSHOT in payload:
            crowd.snapshots += 1
            self.cursor = _cursor(payload)
        elif b'"connection_ack"' in payload:
            self._send({"type": "subscribe", "id": uuid4().hex, "payload": self._payload})
            crowd.ready += 1
        elif b'"ping"' in payload[:20]:
            self._send({"type": "pong"})
        elif b'"error' in payload:
            raise RuntimeError(payload[:500].decode())

    def _send(self, message: dict[str, Any]) -> None:
        assert self._transport is not None
        self._transport.write(frame(orjson.dumps(message)))

    def close(self) -> None:
        """Leave without a word."""
        if self._transport is not None:
            self._transport.abort()

"""A WebSocket client that sends any bytes it likes, and says what came back (RFC 6455)."""

import asyncio
import json
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
CUT = 1006  # no close frame came
EMPTY = 1005  # a close frame without a code
PATIENCE = 5.0
_MASK = b"\x01\x02\x03\x04"
_HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)


def frame(
    payload: bytes | str,
    opcode: int = TEXT,
    *,
    fin: bool = True,
    reserved: int = 0,
    masked: bool = True,
    length: bytes | None = None,
) -> bytes:
    """Return a frame as a client sends it; `length` are length bytes that need not be true."""
    data = payload.encode() if isinstance(payload, str) else payload
    size = _length(len(data)) if length is None else length
    head = bytes([fin << 7 | reserved << 4 | opcode, size[0] | masked << 7]) + size[1:]
    if not masked:
        return head + data
    key = _MASK * (len(data) // 4 + 1)
    return head + _MASK + bytes(one ^ other for one, other in zip(data, key, strict=False))


def _length(size: int) -> bytes:
    if size < 126:
        return bytes([size])
    return b"\x7e" + struct.pack("!H", size) if size < 65536 else b"\x7f" + struct.pack("!Q", size)


class Wire:
    """One connection after its handshake."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.pongs: list[bytes] = []

    async def send(self, *raw: bytes) -> None:
        """Send bytes as they are; a server that is gone already tells so when it is read."""
        self._writer.write(b"".join(raw))
        with suppress(ConnectionError):
            await self._writer.drain()

    async def say(self, **message: Any) -> None:
        """Send a message of the protocol."""
        await self.send(frame(json.dumps(message)))

    async def hear(self) -> Any:
        """Return the next message, or the close code as a number."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    opcode, data = await self._frame()
                except (asyncio.IncompleteReadError, ConnectionError):
                    return CUT
                if opcode == TEXT:
                    return json.loads(data)
                if opcode == CLOSE:
                    return struct.unpack("!H", data[:2])[0] if data else EMPTY
                self.pongs.append(data)

    async def _frame(self) -> tuple[int, bytes]:
        first, second = await self._reader.readexactly(2)
        assert first >> 4 == 0x8, "our own server sends whole frames without extensions"
        size = second
        if second in (126, 127):
            width = 2 if second == 126 else 8
            size = int.from_bytes(await self._reader.readexactly(width), "big")
        return first & 0xF, await self._reader.readexactly(size)


@asynccontextmanager
async def wired(url: str) -> AsyncIterator[Wire]:
    """Yield a connection whose handshake was accepted."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        writer.write(_HANDSHAKE.format(path=place.path, host=place.netloc).encode())
        async with asyncio.timeout(PATIENCE):
            answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 101 "), answer
        yield Wire(reader, writer)
    finally:
        writer.transport.abort()

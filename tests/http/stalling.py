"""Clients that stop reading, and a board whose every event is large."""

import asyncio
import gc
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect

from app.protocols import AbortableHttp, AbortableWebSocket
from subscriptions.stream import Frame
from tests.client import Client
from tests.http.edge import EVENT_STREAM, JSON
from tests.http.test_sockets import PROTOCOL, received, send
from tests.model.fold import Json
from tests.scenarios.spa import Spa

MIB = 2**20
_TAGS = [f"{number:03d} ".ljust(190, "x") for number in range(40)]
COPIES = " ".join(f"t{number}: tags {{ name }}" for number in range(20))
# Each event of this one has some 160 KB.
HEAVY = f"""subscription ($pipeline: ID!) {{ boardEvents(pipelineId: $pipeline) {{
  __typename ... on CardUpdated {{ opportunity {{ contact {{ {COPIES} }} }} }} }} }}"""


class Shaken:
    """A card with a heavy contact, moved to and fro."""

    def __init__(self, spa: Spa, card: str) -> None:
        self.spa = spa
        self.card = card
        self.moves = 0

    async def move(self, times: int = 1) -> None:
        """Move the card."""
        for _ in range(times):
            self.moves += 1
            await self.spa.move(self.card, "Booked" if self.moves % 2 else "Lead")


async def shaken(spa: Spa) -> Shaken:
    """Make the card."""
    contact, card = await spa.pair("Grace Park", spa.ben)
    await spa.ada.do("editTags", contactId=contact, add=_TAGS)
    return Shaken(spa, card)


def heavy(spa: Spa) -> Json:
    """Return the request for the heavy live board."""
    return {"query": HEAVY, "variables": {"pipeline": spa.pipeline}}


async def _small_socket(client: Client) -> socket.socket:
    """Connect with a small buffer, so that little is on its way when nobody reads."""
    made = socket.socket()
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    port = urlsplit(client.server.http).port
    await asyncio.get_running_loop().sock_connect(made, ("127.0.0.1", port))
    return made


@asynccontextmanager
async def unread(client: Client, *asked: Json, accept: str) -> AsyncIterator[socket.socket]:
    """Send requests on one connection, and read nothing of the answers."""
    made = await _small_socket(client)
    with made:
        for one in asked:
            body = json.dumps(one).encode()
            lines = (
                "POST /graphql HTTP/1.1",
                "Host: 127.0.0.1",
                f"Authorization: Bearer {client.token}",
                f"Content-Type: {JSON}",
                f"Accept: {accept}",
                f"Content-Length: {len(body)}",
            )
            head = ("\r\n".join(lines) + "\r\n\r\n").encode()
            await asyncio.get_running_loop().sock_sendall(made, head + body)
        yield made


@asynccontextmanager
async def unread_stream(client: Client, asked: Json) -> AsyncIterator[socket.socket]:
    """Ask for a stream of server-sent events, and read nothing of it."""
    async with unread(client, asked, accept=EVENT_STREAM) as made:
        yield made


@asynccontextmanager
async def unread_socket(client: Client, *asked: Json) -> AsyncIterator[ClientConnection]:
    """Subscribe on a WebSocket, and read nothing from then on; not even pings."""
    made = await _small_socket(client)
    address = client.server.ws
    async with connect(
        address,
        sock=made,
        subprotocols=[PROTOCOL],
        compression=None,
        ping_interval=None,
        proxy=None,
        close_timeout=0.1,
    ) as opened:
        sign = {"authorization": f"Bearer {client.token}"}
        await send(opened, type="connection_init", payload=sign)
        assert await received(opened) == {"type": "connection_ack"}
        opened.transport.pause_reading()
        for number, one in enumerate(asked):
            await send(opened, type="subscribe", id=str(number), payload=one)
        yield opened
        opened.transport.abort()


async def rest_of(made: socket.socket) -> bytes:
    """Read what is left, to the end or the loss of the connection."""
    loop, parts = asyncio.get_running_loop(), []
    async with asyncio.timeout(5):
        try:
            while part := await loop.sock_recv(made, MIB):
                parts.append(part)
        except ConnectionError:
            pass
    return b"".join(parts)


def waiting() -> int:
    """Return how many bytes wait in this process until clients read."""
    total = 0
    for one in gc.get_objects():
        if type(one) in (AbortableHttp, AbortableWebSocket):
            total += one.transport.get_write_buffer_size()
        elif type(one) is Frame:
            joined = (message.payload for message in one.joined.values())
            total += sum(map(len, (*one.pieces, *joined)))
    return total

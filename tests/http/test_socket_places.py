"""C11: ten sockets a user; the silent one makes room, and half-open ones are dropped."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.http.edge import gauge, until_gauge
from tests.http.stalling import unread_socket
from tests.http.test_sockets import code_of_close, opened, received, send
from tests.scenarios.spa import open_spa
from tests.server import Server, running_server

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@asynccontextmanager
async def answering(server: Server, token: str) -> AsyncIterator[ClientConnection]:
    """Open a socket whose client answers each `ping`."""
    async with opened(server, token) as socket:
        task = asyncio.create_task(_pongs(socket), name="pongs")
        yield socket
        await socket.close()
        await task


async def _pongs(socket: ClientConnection) -> None:
    try:
        while (await socket.recv()) == '{"type":"ping"}':
            await send(socket, type="pong")
    except ConnectionClosed:
        pass


async def signed_in(socket: ClientConnection, token: str) -> str | int:
    """Sign in; return "connection_ack", or the code with which the socket closed."""
    await send(socket, type="connection_init", payload={"authorization": f"Bearer {token}"})
    try:
        return str((await received(socket))["type"])
    except ConnectionClosed:
        assert socket.close_code is not None
        return socket.close_code


async def another(server: Server, token: str) -> str | int:
    """Open a socket and leave again; return how signing in ended."""
    async with opened(server) as socket:
        return await signed_in(socket, token)


async def until_sockets(server: Server, number: int) -> None:
    await until_gauge(server, "l2p_sockets", number)


async def test_the_eleventh_is_1013_while_all_ten_answer(server: Server) -> None:
    ada, eve = await server.practice("alpha"), await server.practice("beta")
    async with AsyncExitStack() as stack:
        ten = [await stack.enter_async_context(answering(server, ada)) for _ in range(10)]
        for _ in range(3):
            assert await another(server, ada) == 1013
        assert await another(server, await server.token("ada@alpha.example")) == 1013
        async with answering(server, eve):
            pass
        await ten[4].close()
        await until_sockets(server, 9)
        assert await another(server, ada) == "connection_ack"
        await until_sockets(server, 9)
        assert await another(server, ada) == "connection_ack"
    await until_sockets(server, 0)


@pytest.mark.parametrize("place", [0, 2, 4])
async def test_the_silent_one_makes_room(database_url: str, place: int) -> None:
    """Wherever he stands among those who answer: he is dropped, and none of them."""
    async with running_server(database_url, max_sockets=5) as server, AsyncExitStack() as stack:
        ada = await server.practice("alpha")
        sockets = []
        for number in range(5):
            kind = opened if number == place else answering
            sockets.append(await stack.enter_async_context(kind(server, ada)))
        start = monotonic()
        async with answering(server, ada):
            assert monotonic() - start < 5
            silent = sockets.pop(place)
            assert await code_of_close(silent) == 1006
            for one in sockets:
                async with asyncio.timeout(3):
                    await (await one.ping())
            assert await gauge(server, "l2p_sockets") == 5


async def test_any_message_is_a_sign_of_life(database_url: str) -> None:
    """A client that says something else meanwhile is not silent."""
    async with running_server(database_url, max_sockets=1) as server:
        ada = await server.practice("alpha")
        async with opened(server, ada) as first:
            refused = asyncio.create_task(another(server, ada))
            assert await received(first) == {"type": "ping"}
            await send(first, type="ping")
            assert await received(first) == {"type": "pong"}
            assert await refused == 1013


async def test_strangers_take_no_place(database_url: str) -> None:
    async with running_server(database_url, max_sockets=1) as server, AsyncExitStack() as stack:
        ada = await server.practice("alpha")
        for _ in range(3):
            await stack.enter_async_context(opened(server))
            assert await another(server, "nonsense") == 4401
        assert await another(server, ada) == "connection_ack"


async def test_places_come_back_however_a_socket_ends(database_url: str) -> None:
    async with running_server(database_url, max_sockets=1) as server:
        ada = await server.practice("alpha")
        for end in ("close", "abort", "malformed", "second init", "too long"):
            async with opened(server, ada) as socket:
                if end == "abort":
                    socket.transport.abort()
                elif end == "malformed":
                    await socket.send("no json")
                elif end == "second init":
                    await send(socket, type="connection_init")
                elif end == "too long":
                    await socket.send(" " * 70_000)
                if end != "close":
                    await code_of_close(socket)
            await until_sockets(server, 0)
            assert await another(server, ada) == "connection_ack", end
            await until_sockets(server, 0)


async def test_a_half_open_client_is_aborted_and_a_live_one_is_not(database_url: str) -> None:
    """No answer to a ping of the WebSocket within its time: two intervals in all."""
    async with (
        running_server(database_url, ping_seconds=0.4) as server,
        open_spa(server, different_owners=True) as spa,
        opened(server, spa.ben.token) as alive,
    ):
        start = monotonic()
        async with unread_socket(spa.ada):
            assert await gauge(server, "l2p_sockets") == 2
            await until_sockets(server, 1)
            assert 0.4 <= monotonic() - start < 2
        await asyncio.sleep(1)
        await send(alive, type="ping")
        assert await received(alive) == {"type": "pong"}

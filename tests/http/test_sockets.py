"""graphql-transport-ws: every close code, and sockets that survive one operation's mistakes."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from app.tokens import LEEWAY_SECONDS
from tests.server import Server, running_server

PROTOCOL = Subprotocol("graphql-transport-ws")


@asynccontextmanager
async def opened(server: Server, token: str | None = None) -> AsyncIterator[ClientConnection]:
    async with asyncio.timeout(10), connect(server.ws, subprotocols=[PROTOCOL]) as socket:
        if token is not None:
            await send(socket, type="connection_init", payload={"authorization": f"Bearer {token}"})
            assert await received(socket) == {"type": "connection_ack"}
        yield socket


async def send(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def received(socket: ClientConnection) -> Any:
    async with asyncio.timeout(5):
        return json.loads(await socket.recv())


async def code_of_close(socket: ClientConnection) -> int:
    async with asyncio.timeout(5):
        with suppress(ConnectionClosed):
            while True:
                await socket.recv()
    assert socket.close_code is not None
    return socket.close_code


async def query(socket: ClientConnection, key: str, document: str) -> Any:
    await send(socket, id=key, type="subscribe", payload={"query": document})
    return await received(socket)


MALFORMED = ["no json", "1", "{}", '{"type": 1}', '{"type": "what"}', '{"type": "complete"}']


async def test_a_malformed_message_closes_with_4400(server: Server) -> None:
    token = await server.practice("alpha")
    for text in MALFORMED:
        async with opened(server, token) as socket:
            await socket.send(text)
            assert await code_of_close(socket) == 4400


async def test_a_binary_message_closes_with_4400(server: Server) -> None:
    async with opened(server) as socket:
        await socket.send(b"{}")
        assert await code_of_close(socket) == 4400


async def test_4401_without_a_good_token(server: Server) -> None:
    for payload in (None, {}, {"authorization": "Bearer x"}, {"userId": "me", "role": "ADMIN"}):
        async with opened(server) as socket:
            await send(socket, type="connection_init", payload=payload)
            assert await code_of_close(socket) == 4401
    async with opened(server) as socket:
        await send(socket, id="1", type="subscribe", payload={"query": "{ viewer { role } }"})
        assert await code_of_close(socket) == 4401


async def test_4406_without_the_protocol(server: Server) -> None:
    async with asyncio.timeout(5), connect(server.ws) as socket:
        assert await code_of_close(socket) == 4406


async def test_4408_when_init_is_late(database_url: str) -> None:
    async with (
        running_server(database_url, connection_init_seconds=0.1) as server,
        opened(server) as socket,
    ):
        assert await code_of_close(socket) == 4408


async def test_4409_for_an_id_that_runs_and_4429_for_a_second_init(server: Server) -> None:
    token = await server.practice("alpha")
    async with opened(server, token) as socket:
        await send(socket, type="connection_init")
        assert await code_of_close(socket) == 4429
    async with opened(server, token) as socket:
        key = "long " * 40
        for _ in range(2):
            await send(socket, id=key, type="subscribe", payload={"query": "{ viewer { role } }"})
        assert await code_of_close(socket) == 4409


async def test_4403_when_the_token_expires(server: Server) -> None:
    await server.practice("alpha")
    user_id = server.desk.tokens.read(await server.token("ada@alpha.example")).user_id
    token = server.desk.tokens.make(user_id, (1.5 - LEEWAY_SECONDS) / 3600)
    async with opened(server, token) as socket:
        assert await code_of_close(socket) == 4403


async def test_ping_is_answered_before_and_after_init(server: Server) -> None:
    async with opened(server) as socket:
        await send(socket, type="ping")
        assert await received(socket) == {"type": "pong"}
    async with opened(server, await server.practice("alpha")) as socket:
        await send(socket, type="ping")
        await send(socket, type="pong")
        assert await received(socket) == {"type": "pong"}


async def test_a_socket_survives_the_errors_of_its_operations(server: Server) -> None:
    async with opened(server, await server.practice("alpha")) as socket:
        for key, document in (("1", "{"), ("2", "{ nothing }"), ("3", "subscription { x }")):
            told = await query(socket, key, document)
            assert (told["id"], told["type"]) == (key, "error")
            assert told["payload"][0]["extensions"]["code"] == "BAD_REQUEST"
        told = await query(socket, "4", "{ viewer { role } }")
        assert told["payload"]["data"] == {"viewer": {"role": "ADMIN"}}
        assert await received(socket) == {"id": "4", "type": "complete"}


async def test_one_operation_too_many_gets_an_error_and_the_socket_stays(
    database_url: str,
) -> None:
    async with running_server(database_url, max_subscriptions=1) as server:
        token = await server.practice("alpha")
        async with opened(server, token) as socket:
            document = "{ pipelines { id } }"
            found = await query(socket, "p", document)
            pipeline = found["payload"]["data"]["pipelines"][0]["id"]
            assert (await received(socket))["type"] == "complete"
            live = f'subscription {{ boardEvents(pipelineId: "{pipeline}") {{ cursor }} }}'
            assert (await query(socket, "live", live))["type"] == "next"
            assert (await query(socket, "more", document))["type"] == "error"
            await send(socket, type="ping")
            assert await received(socket) == {"type": "pong"}


async def test_a_foreign_page_cannot_open_a_socket(server: Server) -> None:
    with pytest.raises(Exception, match="403"):
        async with connect(server.ws, subprotocols=[PROTOCOL], origin="https://evil.example"):  # type: ignore[arg-type]
            pass

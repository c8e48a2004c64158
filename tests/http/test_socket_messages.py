"""graphql-transport-ws and RFC 6455: the finer print of messages and frames."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from time import monotonic
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from tests.http.test_sockets import code_of_close, opened, query, received, send
from tests.scenarios.spa import Spa, open_spa
from tests.server import Server, running_server

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HELLO = "{ viewer { role } }"
HELLO_DATA = {"viewer": {"role": "ADMIN"}}
KIB = 1024


@pytest.fixture
async def token(server: Server) -> str:
    return await server.practice("alpha")


async def answered(socket: ClientConnection, key: str = "h") -> None:
    """Assert that the socket serves on."""
    told = await query(socket, key, HELLO)
    assert (told["id"], told["type"], told["payload"]["data"]) == (key, "next", HELLO_DATA)
    assert await received(socket) == {"id": key, "type": "complete"}


async def raw(socket: ClientConnection, *frames: Frame) -> None:
    """Send frames as they are, whatever the protocol says of them."""
    for frame in frames:
        socket.transport.write(frame.serialize(mask=True))


async def test_pings_may_carry_a_payload_and_pongs_come_unasked(server: Server, token: str) -> None:
    async with opened(server) as socket:
        await send(socket, type="pong", payload={"before": "init"})
        await send(socket, type="ping", payload={"at": 1})
        assert (await received(socket))["type"] == "pong"
    async with opened(server, token) as socket:
        payloads: list[Any] = [{"at": 1}, {}, None]
        for payload in payloads:
            await send(socket, type="pong", payload=payload)
            await send(socket, type="ping", payload=payload)
            assert (await received(socket))["type"] == "pong"
        await answered(socket)


async def test_pings_do_not_put_off_the_time_for_init(database_url: str) -> None:
    async with (
        running_server(database_url, connection_init_seconds=0.5) as server,
        opened(server) as socket,
    ):
        for _ in range(3):
            await send(socket, type="ping")
            assert await received(socket) == {"type": "pong"}
            await asyncio.sleep(0.1)
        start = monotonic()
        assert await code_of_close(socket) == 4408
        assert monotonic() - start < 0.5


async def test_pings_of_the_web_socket_are_answered(server: Server, token: str) -> None:
    async with opened(server, token) as socket:
        async with asyncio.timeout(3):
            await (await socket.ping("data"))
        await socket.pong("unasked")
        await answered(socket)


async def test_messages_in_fragments_are_one(server: Server, token: str) -> None:
    subscribe = {"type": "subscribe", "id": "é", "payload": {"query": HELLO}}
    text = json.dumps(subscribe, ensure_ascii=False)
    async with opened(server, token) as socket:
        await socket.send(iter(text))
        assert (await received(socket))["payload"]["data"] == HELLO_DATA
        assert await received(socket) == {"id": "é", "type": "complete"}
        # Also cut amid a character, with a ping between the frames.
        cut = text.encode().index("é".encode()) + 1
        start, rest = text.encode()[:cut], text.encode()[cut:]
        await raw(
            socket,
            Frame(Opcode.TEXT, start, fin=False),
            Frame(Opcode.PING, b"between"),
            Frame(Opcode.CONT, rest),
        )
        assert (await received(socket))["payload"]["data"] == HELLO_DATA


async def test_a_message_of_64_kib_is_read_and_one_byte_more_is_1009(
    server: Server, token: str
) -> None:
    def sized(size: int) -> str:
        return json.dumps({"type": "ping", "payload": {}}).ljust(size)

    async with opened(server, token) as socket:
        await socket.send(sized(64 * KIB))
        assert (await received(socket))["type"] == "pong"
        await socket.send(sized(64 * KIB + 1))
        assert await code_of_close(socket) == 1009
    async with opened(server, token) as socket:
        await socket.send(sized(16 * KIB) for _ in range(5))
        assert await code_of_close(socket) == 1009
    async with opened(server) as socket:  # a stranger's
        await socket.send(sized(2**20))
        assert await code_of_close(socket) == 1009


NOT_UTF_8 = [b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b'{"type":"ping"}\xc3']


async def test_text_that_is_not_utf_8_is_1007(server: Server, token: str) -> None:
    for data in NOT_UTF_8:
        async with opened(server, token) as socket:
            await raw(socket, Frame(Opcode.TEXT, data))
            assert await code_of_close(socket) == 1007, data
    async with opened(server, token) as socket:
        await raw(socket, Frame(Opcode.TEXT, b'{"a', fin=False), Frame(Opcode.CONT, b"\xff"))
        assert await code_of_close(socket) == 1007


BROKEN = {
    "a reserved bit": Frame(Opcode.TEXT, b"{}", rsv1=True),
    "a continuation of nothing": Frame(Opcode.CONT, b"{}"),
    "a ping in fragments": Frame(Opcode.PING, b"x", fin=False),
}


async def test_broken_frames_are_1002(server: Server, token: str) -> None:
    for what, frame in BROKEN.items():
        async with opened(server, token) as socket:
            socket.transport.write(serialized(frame))
            assert await code_of_close(socket) == 1002, what
    async with opened(server, token) as socket:
        socket.transport.write(Frame(Opcode.TEXT, b"{}").serialize(mask=False))
        assert await code_of_close(socket) == 1002


def serialized(frame: Frame) -> bytes:
    """Return a frame that the library would refuse to send."""
    head = (frame.fin << 7) | (frame.rsv1 << 6) | frame.opcode
    return bytes([head, 0x80 | len(frame.data), 0, 0, 0, 0]) + bytes(frame.data)


async def test_fields_that_are_not_known_are_passed_over(server: Server, token: str) -> None:
    async with opened(server) as socket:
        sign = {"authorization": f"Bearer {token}", "role": "ADMIN", "more": [1]}
        await send(socket, type="connection_init", id="x", payload=sign, extra=True)
        assert (await received(socket))["type"] == "connection_ack"
        payload = {"query": HELLO, "variables": None, "operationName": None, "more": 1}
        extras: list[dict[str, Any]] = [{"extensions": None}, {"extensions": {}}, {"variables": {}}]
        for extra in extras:
            await send(socket, type="subscribe", id="1", payload=payload | extra, extra={})
            assert (await received(socket))["payload"]["data"] == HELLO_DATA
            assert (await received(socket))["type"] == "complete"


async def test_complete_of_an_id_that_does_not_run_is_passed_over(
    server: Server, token: str
) -> None:
    async with opened(server, token) as socket:
        for key in ("never", "h", ""):
            await send(socket, type="complete", id=key, payload={"more": 1})
            await answered(socket)


async def test_an_error_message_is_the_end_of_its_operation_only(
    server: Server, token: str
) -> None:
    """No `complete` follows an `error`, and nothing of the other operations is lost."""
    async with opened(server, token) as socket:
        await send(socket, type="subscribe", id="bad", payload={"query": "{"})
        await send(socket, type="subscribe", id="good", payload={"query": HELLO})
        told = [await received(socket) for _ in range(3)]
        kinds = {key: [one["type"] for one in told if one["id"] == key] for key in ("bad", "good")}
        assert kinds == {"bad": ["error"], "good": ["next", "complete"]}
        (error,) = next(one["payload"] for one in told if one["id"] == "bad")
        assert error["message"].startswith("Syntax Error")
        assert error["locations"] == [{"line": 1, "column": 2}]
        await answered(socket, "bad")


async def test_many_operations_run_at_once_on_one_socket(server: Server, token: str) -> None:
    async with opened(server, token) as socket:
        for number in range(20):
            await send(socket, type="subscribe", id=str(number), payload={"query": HELLO})
        told = [await received(socket) for _ in range(40)]
    for number in range(20):
        mine = [one["type"] for one in told if one["id"] == str(number)]
        assert mine == ["next", "complete"]


@pytest.fixture
async def stoppable(database_url: str) -> AsyncIterator[tuple[AsyncExitStack, Spa]]:
    """A med spa whose server stops when the stack is closed."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(running_server(database_url))
        async with open_spa(server, different_owners=True) as spa:
            yield stack, spa


async def test_a_stop_closes_every_socket_with_1012(
    stoppable: tuple[AsyncExitStack, Spa],
) -> None:
    stack, spa = stoppable
    boards = [await spa.watch(spa.ada), await spa.watch(spa.ben)]
    async with opened(spa.server) as silent, opened(spa.server, spa.ada.token) as signed_in:
        closing = asyncio.create_task(stack.aclose())
        codes = [await board.closed() for board in boards]
        codes += [await code_of_close(one) for one in (silent, signed_in)]
        await closing
    assert codes == [1012] * 4
    assert [board.errors for board in boards] == [[], []]
    with pytest.raises((OSError, ConnectionClosed)):
        async with opened(spa.server):
            pass

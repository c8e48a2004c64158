"""Live boards on sockets need no task: what is told goes straight to the connection."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from subscriptions import heartbeats
from tests.client import QUIET
from tests.http.edge import gauge
from tests.http.stalling import COPIES, unread_socket
from tests.http.test_sockets import opened, received, send
from tests.model.fold import Json
from tests.scenarios.spa import Spa, open_spa
from tests.server import running_server

LIVE = """subscription ($pipeline: ID!, $after: String) {
  boardEvents(pipelineId: $pipeline, after: $after) {
  __typename cursor ownKeys ... on CardUpdated { opportunity { id stage { name } } } } }"""
HEAVY = f"""subscription ($pipeline: ID!) {{ boardEvents(pipelineId: $pipeline) {{ __typename
  ... on CardUpdated {{ opportunity {{ id stage {{ name }} contact {{ {COPIES} }} }} }} }} }}"""
ODD_IDS = ["1", " ", 'a"b\\c', "{}", "\u0000\n", "é😀", "x" * 300, '","type":"complete"']


@pytest.fixture
async def roomy(database_url: str) -> AsyncIterator[Spa]:
    """A med spa whose users may have twenty boards on each of ten sockets."""
    async with (
        running_server(database_url, max_cost=10**6) as server,
        open_spa(server, different_owners=True) as spa,
    ):
        yield spa


async def subscribe(socket: ClientConnection, spa: Spa, key: str, after: str | None = None) -> None:
    payload = {"query": LIVE, "variables": {"pipeline": spa.pipeline, "after": after}}
    await send(socket, type="subscribe", id=key, payload=payload)


async def next_of(socket: ClientConnection, count: int) -> dict[str, Json]:
    """Return the events of the next messages, each of another operation, by their ids."""
    messages = [await received(socket) for _ in range(count)]
    assert {one["type"] for one in messages} == {"next"}
    events = {one["id"]: one["payload"]["data"]["boardEvents"] for one in messages}
    assert len(events) == count
    return events


@asynccontextmanager
async def two_boards(spa: Spa) -> AsyncIterator[tuple[ClientConnection, ClientConnection]]:
    """Yield sockets of Ada and Dan, who each hold the first snapshot of a board "1"."""
    async with (
        opened(spa.server, spa.ada.token) as socket,
        opened(spa.server, spa.dan.token) as other,
    ):
        for one in (socket, other):
            await subscribe(one, spa, "1")
            await next_of(one, 1)
        yield socket, other


async def rest(socket: ClientConnection) -> list[Any]:
    """Return what comes until it is quiet or the socket closes."""
    messages = []
    try:
        while True:
            async with asyncio.timeout(4 * QUIET):
                messages.append(json.loads(await socket.recv()))
    except (TimeoutError, ConnectionClosed):
        return messages


async def test_200_idle_boards_have_no_task_but_those_that_read_their_sockets(roomy: Spa) -> None:
    async with AsyncExitStack() as stack:
        before = Counter(one.get_name() for one in asyncio.all_tasks())
        names, most = Counter[str](), 10 + 10 + 3  # a client, too, has a task for each socket
        sockets = [
            await stack.enter_async_context(opened(roomy.server, roomy.ada.token))
            for _ in range(10)
        ]
        for socket in sockets:
            for number in range(20):
                await subscribe(socket, roomy, str(number))
            await next_of(socket, 20)
        assert await gauge(roomy.server, "l2p_streams") == 200
        for _ in range(40):  # a request that is over still ends
            names = Counter(one.get_name() for one in asyncio.all_tasks()) - before
            if len(names) <= most:
                break
            await asyncio.sleep(0.05)
        tasks = [one.get_coro().__qualname__ for one in asyncio.all_tasks()]  # type: ignore[union-attr]
        assert tasks.count("WebSocketsSansIOProtocol.run_asgi") == 10
        assert {"operation", "open", "execute"}.isdisjoint(names)
        assert len(names) <= most


async def test_many_boards_on_one_socket_are_told_each_under_its_odd_id(spa: Spa) -> None:
    _, card = await spa.pair("Grace Park", spa.ben)
    async with opened(spa.server, spa.ada.token) as socket:
        for key in ODD_IDS:
            await subscribe(socket, spa, key)
        assert set(await next_of(socket, len(ODD_IDS))) == set(ODD_IDS)
        await spa.move(card, "Booked")
        told = await next_of(socket, len(ODD_IDS))
        assert set(told) == set(ODD_IDS)
        assert {one["opportunity"]["stage"]["name"] for one in told.values()} == {"Booked"}
        await send(socket, type="complete", id=ODD_IDS[2])
        await subscribe(socket, spa, "again")
        assert (await next_of(socket, 1))["again"]["__typename"] == "BoardSnapshot"
        await spa.move(card, "Lead")
        others = {*ODD_IDS, "again"} - {ODD_IDS[2]}
        assert set(await next_of(socket, len(others))) == others
        assert await rest(socket) == []


async def test_an_id_can_be_used_again_and_not_twice_at_once(spa: Spa) -> None:
    async with opened(spa.server, spa.ada.token) as socket:
        for _ in range(3):
            await subscribe(socket, spa, "1")
            assert (await next_of(socket, 1))["1"]["__typename"] == "BoardSnapshot"
            await send(socket, type="complete", id="1")
        await subscribe(socket, spa, "1")
        await next_of(socket, 1)
        await subscribe(socket, spa, "1")
        assert await rest(socket) == []
        assert socket.close_code == 4409
    assert await gauge(spa.server, "l2p_streams") == 0


async def test_c1_after_15_s_of_silence_there_is_a_heartbeat_to_go_on_from(
    spa: Spa, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert heartbeats.HEARTBEAT_SECONDS == 15.0
    monkeypatch.setattr(heartbeats, "HEARTBEAT_SECONDS", 0.5)
    _, card = await spa.pair("Grace Park", spa.ben)
    async with two_boards(spa) as (socket, other):
        beats = [(await next_of(one, 1))["1"] for one in (socket, other, socket)]
        assert {one["__typename"] for one in beats} == {"Heartbeat"}
        assert beats[0]["cursor"] != beats[1]["cursor"]
        await send(socket, type="complete", id="1")
        await spa.move(card, "Booked")
        await subscribe(socket, spa, "2", after=beats[0]["cursor"])
        assert (await next_of(socket, 1))["2"]["opportunity"]["id"] == card


async def test_p15_who_reads_again_is_told_what_the_changes_came_to(roomy: Spa) -> None:
    contact, card = await roomy.pair("Grace Park", roomy.ben)
    tags = [f"{number:03d} ".ljust(190, "x") for number in range(40)]
    await roomy.ada.do("editTags", contactId=contact, add=tags)
    asked = {"query": HEAVY, "variables": {"pipeline": roomy.pipeline}}
    async with unread_socket(roomy.ada, asked) as socket:
        for number in range(41):
            await roomy.move(card, "Lead" if number % 2 else "Booked")
        socket.transport.resume_reading()
        messages = await rest(socket)
        events = [one["payload"]["data"]["boardEvents"] for one in messages]
        assert [one["__typename"] for one in events[1:]] == ["CardUpdated"] * (len(events) - 1)
        assert len(events) < 35
        assert events[-1]["opportunity"]["stage"]["name"] == "Booked"
        await roomy.move(card, "Lead")
        assert (await next_of(socket, 1))["0"]["opportunity"]["stage"]["name"] == "Lead"


async def test_p7_nothing_is_told_between_the_end_of_access_and_4403(spa: Spa) -> None:
    _, card = await spa.pair("Grace Park", spa.ben)
    async with opened(spa.server, spa.ben.token) as socket:
        for number in range(10):
            await subscribe(socket, spa, str(number))
        await next_of(socket, 10)
        await asyncio.gather(
            spa.ada.do("deactivateUser", id=spa.ben.id, strategy="UNASSIGN"),
            *(spa.move(card, stage) for stage in ("Booked", "Lead", "Booked")),
        )
        messages = await rest(socket)
        assert socket.close_code == 4403
        assert {one["type"] for one in messages} <= {"next"}
        await spa.move(card, "Patient")
        assert all("Patient" not in json.dumps(one) for one in messages)


async def test_own_keys_are_told_to_who_sent_them_and_to_nobody_else(spa: Spa) -> None:
    _, card = await spa.pair("Grace Park", spa.ben)
    async with two_boards(spa) as (socket, other):
        stage = spa.stages["Booked"]
        await spa.dan.do("moveOpportunity", key="k-1", id=card, stageId=stage)
        assert (await next_of(other, 1))["1"]["ownKeys"] == ["k-1"]
        assert (await next_of(socket, 1))["1"]["ownKeys"] == []


async def test_another_practice_is_told_nothing(spa: Spa) -> None:
    _, card = await spa.pair("Grace Park", spa.ben)
    async with open_spa(spa.server, different_owners=True, name="elsewhere") as there:
        theirs, mine = await there.watch(there.ada), await spa.watch(spa.ada)
        await spa.move(card, "Booked")
        await mine.next("CardUpdated")
        await theirs.silent()

"""The relay on a real log: what waits for a slow reader, and why a board starts afresh."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from permissions.viewer import Viewer
from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers.flush import flush
from resolvers.ids import global_id
from resolvers.journal import MANY_RECORDS, Author, Note, write
from schema.context import Context
from schema.execution import Request
from subscriptions.pulling import Pull
from subscriptions.room import MOST_WAITING, Room
from subscriptions.stream import Request as LiveRequest
from tests.resolvers.world import World, open_world
from tests.server import Server

WATCH = """subscription($pipeline: ID!, $active: Boolean) {
  boardEvents(pipelineId: $pipeline, filter: {statuses: [], ownerActive: $active}) {
    __typename cursor totals { count }
    ... on BoardSnapshot { reason }
    ... on CardUpdated { opportunity { id value { amount } } }
  }
}"""


@pytest.fixture
async def world(server: Server, database_url: str) -> AsyncIterator[World]:
    assert server.desk.services.database.url.render_as_string(hide_password=False) == database_url
    async with open_world(database_url, contacts=0) as made:
        yield made


def author(world: World, viewer: Viewer) -> Author:
    return Author(
        practice_id=world.practice.id,
        user_id=viewer.user_id,
        at=world.seams.now(),
        key=None,
        request_id=None,
    )


def add_cards(connection: Connection, world: World, count: int) -> None:
    change = world.change(connection)
    for _ in range(count):
        contact = world.new_contact()
        card = world.new_card(contact, world.stages[0])
        contact.deleted_at = card.deleted_at = None
        change.add(CONTACT, contact)
        change.add(OPPORTUNITY, card)
    write(connection, author(world, world.viewers[0]), flush(change))


def revalue(connection: Connection, world: World, count: int, value: Decimal) -> int | None:
    """Give the first cards a value in one commit; return the number of its last event."""
    change, keys = world.change(connection), [card.id for card in world.cards[:count]]
    for card in change.load(OPPORTUNITY, OPPORTUNITY.table.c.id.in_(keys)):
        card.value = value
    return write(connection, author(world, world.viewers[0]), flush(change))


async def change(server: Server, world: World, count: int, value: str) -> None:
    """Change cards as a mutation does, and wait until the relay has passed it on."""
    services = server.desk.services
    head = await services.database.write(revalue, world, count, Decimal(value))
    await services.relay.announce(world.practice.id)
    room: Room = services.relay._rooms[world.practice.id][0]
    async with asyncio.timeout(20):
        while any(stream.position < (head or 0) for stream in room.streams):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def live(server: Server, viewer: Viewer, world: World, active: bool | None) -> LiveRequest:
    variables = {"pipeline": global_id("Pipeline", world.stages[0].pipeline_id), "active": active}
    services = server.desk.services
    async with services.database.reader() as reader:
        context = Context(services, viewer, reader, "test")
        asked = Request(WATCH, variables, None)
        source, operation = await server.desk.engine.listen(asked, context)
    return LiveRequest(view=source.view, operation=operation)


@asynccontextmanager
async def board(server: Server, world: World, active: bool | None = None) -> AsyncIterator[Any]:
    """Yield the frames of the admin's live board, its first snapshot taken."""
    viewer = world.viewers[0]
    request = await live(server, viewer, world, active)
    async with server.desk.services.relay.opened(viewer, request) as frames:
        assert (await told(frames))["reason"] == "SUBSCRIBED"
        yield frames


async def told(frames: Any) -> dict[str, Any]:
    async with asyncio.timeout(20):
        answer = json.loads((await anext(frames)).payload)
    assert "errors" not in answer, answer
    event: dict[str, Any] = answer["data"]["boardEvents"]
    return event


async def test_p15_500_cards_wait_and_one_more_is_a_snapshot(server: Server, world: World) -> None:
    assert MOST_WAITING == 500
    await world.database.write(add_cards, world, 501)
    async with board(server, world) as frames:
        await change(server, world, 500, "1.00")
        await change(server, world, 500, "2.00")
        first = await told(frames)
        assert (first["__typename"], first["opportunity"]["value"]) == (
            "CardUpdated",
            {"amount": "2.00"},
        )
        rest = [await told(frames) for _ in range(499)]
        assert len({one["opportunity"]["id"] for one in (first, *rest)}) == 500
        assert [len(one["totals"]) for one in (first, *rest)] == [0] * 499 + [1]
        await change(server, world, 500, "3.00")
        await change(server, world, 501, "4.00")
        fell = await told(frames)
        assert (fell["__typename"], fell["reason"]) == ("BoardSnapshot", "FELL_BEHIND")
        await change(server, world, 1, "5.00")
        assert (await told(frames))["__typename"] == "CardUpdated"


async def test_c3_many_changed_is_a_snapshot_for_everybody(server: Server, world: World) -> None:
    await world.database.write(add_cards, world, 2)

    def change_many(connection: Connection) -> None:
        key = world.cards[0].id
        notes = [Note(kind="Opportunity", record_id=key, action="test")] * (MANY_RECORDS + 1)
        write(connection, author(world, world.viewers[0]), notes)

    async with board(server, world) as frames:
        await world.database.write(change_many)
        await server.desk.services.relay.announce(world.practice.id)
        assert (await told(frames))["reason"] == "FELL_BEHIND"


async def add_card(server: Server, world: World) -> None:
    await world.database.write(add_cards, world, 1)
    await server.desk.services.relay.announce(world.practice.id)


async def test_p2_a_snapshot_taken_while_the_log_is_read_misses_nothing(
    server: Server, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.database.write(add_cards, world, 1)
    relay, viewer = server.desk.services.relay, world.viewers[0]
    async with board(server, world) as taken:
        late = Pull()
        first = asyncio.create_task(told(late))
        stream = await relay.listen(viewer, await live(server, viewer, world, None), late)
        await add_card(server, world)
        assert (await told(taken))["__typename"] == "CardEntered"
        room: Room = relay._rooms[world.practice.id][0]
        usual = room._end_revoked

        async def meanwhile(*args: Any) -> None:
            stream.pump()  # takes the snapshot of before the card that was added
            await usual(*args)

        monkeypatch.setattr(room, "_end_revoked", meanwhile)
        await change(server, world, 1, "7.00")
        assert (await told(taken))["__typename"] == "CardUpdated"
        events = [await first, await told(late), await told(late)]
        relay.leave(stream)
    assert sorted(one["__typename"] for one in events) == [
        *("BoardSnapshot", "CardEntered", "CardUpdated")
    ]


async def test_p7_a_snapshot_nobody_took_is_drawn_anew(server: Server, world: World) -> None:
    await world.database.write(add_cards, world, 1)
    viewer = world.viewers[0]
    async with board(server, world) as taken:
        request = await live(server, viewer, world, None)
        async with server.desk.services.relay.opened(viewer, request) as late:
            for _ in range(3):
                await add_card(server, world)
                assert (await told(taken))["__typename"] == "CardEntered"
            shown = await told(late)
            assert (shown["__typename"], shown["reason"]) == ("BoardSnapshot", "SUBSCRIBED")
            assert sum(one["count"] for one in shown["totals"]) == 4

"""Old rows go from the beginning only, a row tells how many, and the rest is still one chain."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, select

from app.settings import Settings
from models.practice import practice
from resolvers import audit_retention
from resolvers.audit import Actor, append, row
from resolvers.audit_retention import prune
from tests.audit.trail import breaks, head_of, read, rows_of
from tests.resolvers.staff import START
from tests.resolvers.world import World

DAY = timedelta(days=1)


def add_days(connection: Connection, practice_id: UUID, *days: int) -> None:
    """Add a row for each of the days after the practice was made."""
    moments = [Actor(practice_id, None, START + day * DAY) for day in days]
    rows = [row(actor, "test", "Practice", practice_id, {}) for actor in moments]
    append(connection, practice_id, rows)


async def kept(world: World) -> list[tuple[int, str]]:
    rows = await read(world.database, rows_of, world.practice.id)
    assert await breaks(world.database, world.practice.id) == []
    return [(one["number"], one["action"]) for one in rows]


async def test_rows_whose_time_is_over_go(world: World) -> None:
    """The row of day 5 stays behind that of day 70, which is younger and lies before it."""
    database, here = world.database, world.practice.id
    await database.write(add_days, here, 10, 20, 70, 5, 80)
    assert await database.write(prune, START + 85 * DAY, 60) == 4 + 2
    assert await kept(world) == [(5, "test"), (6, "test"), (7, "test"), (8, "audit.pruned")]
    rows = await read(database, rows_of, here)
    assert rows[-1]["changes"] == {"count": 4, "kept_from": 5}
    assert (rows[-1]["actor_kind"], rows[-1]["record_id"]) == ("system", here)
    assert await database.write(prune, START + 85 * DAY, 60) == 0
    assert await database.write(prune, START + 200 * DAY, 60) == 4 + 1
    assert await kept(world) == [(9, "audit.pruned")]


async def test_the_other_practice_keeps_its_rows_where_they_are_young(world: World) -> None:
    database = world.database
    other = await read(database, other_practice, world.practice.id)
    before = await read(database, rows_of, other)
    await database.write(add_days, world.practice.id, 1)
    assert await database.write(prune, START + 60 * DAY, 60) == 0
    assert await database.write(prune, START + 60 * DAY + DAY / 2, 60) == 4
    assert len(await read(database, rows_of, other)) == len(before) - 2 + 1
    assert await breaks(database, other) == []


def other_practice(connection: Connection, here: UUID) -> UUID:
    found = connection.scalars(select(practice.c.id).where(practice.c.id != here))
    key: UUID = found.one()
    return key


async def test_a_large_backlog_goes_in_parts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_retention, "MOST_AT_ONCE", 3)
    database = world.database
    await database.write(add_days, world.practice.id, *range(1, 9))
    later = START + 100 * DAY
    taken = [await database.write(prune, later, 60) for _ in range(6)]
    assert taken == [3, 3, 3, 3, 0, 0]
    assert {action for _, action in await kept(world)} == {"audit.pruned"}


async def test_two_sweeps_at_once_take_each_row_once(world: World) -> None:
    database = world.database
    await database.write(add_days, world.practice.id, 1, 2, 3)
    later = START + 100 * DAY
    taken = await asyncio.gather(*(database.write(prune, later, 60) for _ in range(4)))
    assert sum(taken) == 5 + 2
    head = await read(database, head_of, world.practice.id)
    assert (head["kept_from"], head["number"]) == (6, 6)
    assert await kept(world) == [(6, "audit.pruned")]


async def test_nothing_goes_without_a_time_and_none_is_too_short(world: World) -> None:
    later = START + 1000 * DAY
    assert await world.database.write(prune, later, 0) == 0
    with pytest.raises(ValueError, match="at least 60 days"):
        await world.database.write(prune, later, 59)
    assert len(await kept(world)) == 2


@pytest.mark.parametrize(("days", "allowed"), [(0, True), (1, False), (59, False), (60, True)])
def test_the_setting_is_at_least_60_days_or_0(days: int, allowed: bool) -> None:
    if allowed:
        assert Settings(audit_retention_days=days).audit_retention_days == days
    else:
        with pytest.raises(ValueError, match="at least 60, or 0"):
            Settings(audit_retention_days=days)

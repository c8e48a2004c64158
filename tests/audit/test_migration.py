"""Revision 0003: rows that exist are chained, practice by practice; and the way back."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import JSON, Connection, column, insert, select, table, text

from app import migrating
from models.audit import GENESIS
from models.base import Id, UtcDateTime
from models.database import Database
from models.practice import practice
from tests.audit.trail import add_rows, breaks, head_of, read, rows_of
from tests.resolvers.staff import START

BEFORE = "0001"
HERE, THERE, EMPTY = (UUID(int=n) for n in (1, 2, 3))
OLD = table(
    "audit",
    *(column(name, Id()) for name in ("id", "practice_id", "actor_id", "record_id")),
    column("at", UtcDateTime()),
    *(column(name) for name in ("actor_kind", "action", "record_kind", "request_id")),
    column("changes", JSON()),
)


def old_row(practice_id: UUID, minute: int, action: str, key: int) -> dict[str, Any]:
    return {
        "id": UUID(int=key),
        "practice_id": practice_id,
        "actor_id": None if minute % 2 else practice_id,
        "record_id": practice_id,
        "at": START + timedelta(minutes=minute, microseconds=minute),
        "actor_kind": "user",
        "action": action,
        "record_kind": "Contact",
        "request_id": None,
        "changes": {"name": [None, f"é {minute}"]},
    }


def make_practices(connection: Connection) -> None:
    for key in (HERE, THERE, EMPTY):
        row: dict[str, Any] = {"id": key, "name": key.hex, "name_key": key.hex, "created_at": START}
        row |= dict.fromkeys(("currency", "time_zone", "country"), "X")
        flags = [one.name for one in practice.c if one.name.startswith(("allow", "make"))]
        connection.execute(insert(practice), row | dict.fromkeys(flags, False))


def fill(connection: Connection, count: int) -> None:
    """Go back before the chain, and leave rows in no order."""
    migrating.downgrade(connection, BEFORE)
    make_practices(connection)
    rows = [old_row(HERE, count - n // 2, str(n), count - n) for n in range(count)]
    connection.execute(insert(OLD), rows)
    connection.execute(insert(OLD), [old_row(THERE, 1, "other", 10_000)])
    migrating.upgrade(connection)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


async def test_rows_that_exist_are_chained_in_order(database: Database) -> None:
    await database.write(fill, 4500)
    rows = await read(database, rows_of, HERE)
    assert [row["number"] for row in rows] == [*range(1, 4501)]
    order = sorted(range(4500), key=lambda n: (4500 - n // 2, 4500 - n))
    assert [row["action"] for row in rows] == [str(n) for n in order]
    minute = 4500 - order[0] // 2
    assert rows[0]["at"] == START + timedelta(minutes=minute, microseconds=minute)
    assert rows[0]["changes"] == {"name": [None, f"é {minute}"]}
    for practice_id, number in ((HERE, 4500), (THERE, 1), (EMPTY, 0)):
        head = await read(database, head_of, practice_id)
        assert (head["number"], head["kept_from"]) == (number, 1)
        assert await breaks(database, practice_id) == []
    assert (await read(database, head_of, EMPTY))["hash"] == GENESIS
    await database.write(add_rows, HERE, 1)
    assert await breaks(database, HERE) == []


async def test_going_down_keeps_the_rows_and_coming_up_chains_them_again(
    database: Database,
) -> None:
    await database.write(fill, 10)
    before = await read(database, rows_of, HERE)
    await database.write(migrating.downgrade, BEFORE)
    old = await read(database, lambda c: c.execute(select(OLD)).all())
    assert len({row.id for row in old}) == len(old) == 11
    await database.write(lambda c: c.execute(text("DELETE FROM audit WHERE action = 'other'")))
    await database.write(migrating.upgrade)
    told = [{**row, "number": 0, "hash": ""} for row in await read(database, rows_of, HERE)]
    by_time = sorted(({**row, "number": 0, "hash": ""} for row in before), key=str)
    assert sorted(told, key=str) == by_time
    assert await breaks(database, HERE) == []
    assert (await read(database, head_of, THERE))["number"] == 0

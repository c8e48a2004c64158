"""What was removed, changed, slipped in or cut off behind the rules' back shows at its number."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, delete, text, update

from models.audit import GENESIS, audit, audit_head, chained, content_of, encoded
from resolvers.audit import append
from resolvers.journal import Author, Note, write
from tests.audit.trail import (
    add_rows,
    breaks,
    head_of,
    read,
    rows_of,
    slip_in,
    without_rules,
)
from tests.resolvers.staff import START
from tests.resolvers.world import World

NOT_WRITTEN = "the row is not what was written, or not in its place"
Tampering = Callable[[Connection, Any], None]


def changed(**values: Any) -> Tampering:
    def run(connection: Connection, here: Any) -> None:
        connection.execute(update(audit).where(here, audit.c.number == 5).values(values))

    return run


def removed(*numbers: int) -> Tampering:
    def run(connection: Connection, here: Any) -> None:
        connection.execute(delete(audit).where(here, audit.c.number.in_(numbers)))

    return run


def swapped(connection: Connection, here: Any) -> None:
    for old, new in ((5, 50), (6, 5), (50, 6)):
        statement = update(audit).where(here, audit.c.number == old).values(number=new)
        connection.execute(statement)


def added(number: int) -> Tampering:
    def run(connection: Connection, here: Any) -> None:
        practice_id = here.right.value
        (row,) = [one for one in rows_of(connection, practice_id) if one["number"] == 7]
        row |= {"number": number, "action": "slipped.in"}
        row["hash"] = chained(row["hash"], number, encoded(content_of(row)))
        slip_in(connection, row)

    return run


def rewritten(connection: Connection, here: Any) -> None:
    """Change a row and make its own hash fit; the next one tells."""
    rows = rows_of(connection, here.right.value)
    row = next(one for one in rows if one["number"] == 5) | {"action": "nothing"}
    last = next(one["hash"] for one in rows if one["number"] == 4)
    row["hash"] = chained(last, 5, encoded(content_of(row)))
    connection.execute(update(audit).where(here, audit.c.number == 5).values(row))


def cut(connection: Connection, here: Any) -> None:
    """Cut the end off, head and all, and forget to make its hash fit."""
    connection.execute(delete(audit).where(here, audit.c.number > 6))
    connection.execute(update(audit_head).where(audit_head.c.number == 10).values(number=6))


def anchored(connection: Connection, here: Any) -> None:
    """Pretend that rows went when their time was over."""
    rows = rows_of(connection, here.right.value)
    kept = {"kept_from": 5, "kept_hash": rows[3]["hash"]}
    connection.execute(update(audit_head).where(audit_head.c.number == 10).values(kept))
    connection.execute(delete(audit).where(here, audit.c.number < 5))


TAMPERINGS: dict[str, tuple[Tampering, list[tuple[int, str]]]] = {
    "action": (changed(action="nothing"), [(5, NOT_WRITTEN)]),
    "time": (changed(at=START.replace(microsecond=1)), [(5, NOT_WRITTEN)]),
    "actor": (changed(actor_id=None, actor_kind="user"), [(5, NOT_WRITTEN)]),
    "changes": (changed(changes={"a": [2, 1]}), [(5, NOT_WRITTEN)]),
    "request": (changed(request_id=""), [(5, NOT_WRITTEN)]),
    "hash": (changed(hash=GENESIS), [(5, NOT_WRITTEN), (6, NOT_WRITTEN)]),
    "rewritten": (rewritten, [(6, NOT_WRITTEN)]),
    "removed": (removed(5), [(5, "the row is missing")]),
    "several removed": (
        removed(1, 2, 5, 6, 7),
        [(1, "2 rows are missing"), (5, "3 rows are missing")],
    ),
    "swapped": (swapped, [(5, NOT_WRITTEN), (6, NOT_WRITTEN), (7, NOT_WRITTEN)]),
    "end removed": (removed(9, 10), [(9, "2 rows are missing")]),
    "end cut": (cut, [(6, "the head names another last row")]),
    "added at the end": (added(11), [(11, "the row was added behind the head")]),
    "added before": (added(0), [(0, "the row lies before what is kept")]),
    "anchored": (anchored, [(5, "rows before this one are gone, and no row tells it")]),
}


@pytest.mark.parametrize("name", TAMPERINGS)
async def test_tampering_is_found_at_its_number(world: World, name: str) -> None:
    database, here = world.database, world.practice.id
    await database.write(add_rows, here, 8, a=[1, 2])
    await database.write(without_rules)
    tamper, wanted = TAMPERINGS[name]
    await database.write(tamper, audit.c.practice_id == here)
    assert await breaks(database, here) == wanted


async def test_a_chain_without_head_or_with_unreadable_rows_is_broken(world: World) -> None:
    database, here = world.database, world.practice.id
    await database.write(add_rows, here, 8)
    await database.write(without_rules)
    if database.is_sqlite:
        broken = "UPDATE audit SET changes = 'nonsense' WHERE number = 5"
        await database.write(lambda connection: connection.execute(text(broken)))
        assert await breaks(database, here) == [(1, "a row from here on cannot be read")]
    await database.write(lambda connection: connection.execute(delete(audit_head)))
    assert await breaks(database, here) == [(0, "the chain has no head")]
    with pytest.raises(LookupError):
        await database.write(add_rows, here, 1)


async def test_each_practice_has_a_chain_of_its_own(world: World) -> None:
    await world.database.write(add_rows, world.practice.id, 2)
    rows = await read(world.database, rows_of, world.practice.id)
    assert [(row["number"], row["action"]) for row in rows] == [
        (1, "practice.made"),
        (2, "practice.made"),
        (3, "test.0"),
        (4, "test.1"),
    ]
    assert {row["practice_id"] for row in rows} == {world.practice.id}
    assert await breaks(world.database, world.practice.id) == []


async def test_what_is_rolled_back_leaves_no_gap(world: World) -> None:
    database, here = world.database, world.practice.id

    def killed(connection: Any) -> None:
        add_rows(connection, here, 3)
        raise RuntimeError("killed")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="killed"):
            await database.write(killed)
        await database.write(add_rows, here, 2)
    assert [row["number"] for row in await read(database, rows_of, here)] == [*range(1, 7)]
    assert await breaks(database, here) == []


async def test_many_at_once_make_one_unbroken_chain(world: World) -> None:
    """Changes, reads and bare rows of two practices wait for each other and never deadlock."""
    database, here = world.database, world.practice.id
    author = Author(practice_id=here, user_id=None, at=START, key=None, request_id=None)
    note = Note(kind="Practice", record_id=here, action="test", values={"a": [1, 2]})
    for _ in range(5):
        changes = (database.write(write, author, [note] * 3) for _ in range(10))
        rows = (database.write(add_rows, here, 2) for _ in range(10))
        await asyncio.gather(*changes, *rows)
    head = await read(database, head_of, here)
    assert head["number"] == 2 + 5 * 10 * (3 + 2)
    assert await breaks(database, here) == []


async def test_an_empty_append_is_no_append(world: World) -> None:
    await world.database.write(append, world.practice.id, [])
    assert (await read(world.database, head_of, world.practice.id))["number"] == 2

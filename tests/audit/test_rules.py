"""The databases themselves refuse to change the audit trail, whatever the program does."""

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from tests.audit.trail import add_rows, breaks, head_of, read, rows_of
from tests.resolvers.world import World

ON_BOTH = (
    "UPDATE audit SET action = 'nothing' WHERE number = 1",
    "UPDATE audit SET practice_id = practice_id",
    "DELETE FROM audit WHERE number = 3",
    "DELETE FROM audit",
    "UPDATE audit_head SET number = number - 1",
    "UPDATE audit_head SET kept_from = number + 2",
    "UPDATE audit_head SET kept_from = kept_from - 1",
    "DELETE FROM audit_head",
)
REPLACED = (
    "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE number = 3",
    "UPDATE OR REPLACE audit SET number = 4 WHERE number = 3",
    "INSERT OR REPLACE INTO audit_head SELECT * FROM audit_head",
)
TRUNCATED = (
    "TRUNCATE audit",
    "TRUNCATE audit_head",
    "TRUNCATE practice CASCADE",
    "INSERT INTO audit SELECT * FROM audit WHERE number = 3"
    " ON CONFLICT (practice_id, number) DO UPDATE SET action = 'nothing'",
)


def run(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))


async def refused(world: World, statement: str) -> None:
    """Run a statement that the database must refuse; the trail stays as it was."""
    database, here = world.database, world.practice.id
    await database.write(add_rows, here, 4)
    before = await read(database, rows_of, here), await read(database, head_of, here)
    with pytest.raises(DBAPIError, match=r"of the audit trail (are only added|only moves on)"):
        await database.write(run, statement)
    after = await read(database, rows_of, here), await read(database, head_of, here)
    assert after == before
    assert await breaks(database, here) == []


@pytest.mark.parametrize("statement", ON_BOTH)
async def test_rows_are_neither_changed_nor_deleted(world: World, statement: str) -> None:
    await refused(world, statement)


@pytest.mark.parametrize("statement", [*REPLACED, *TRUNCATED])
async def test_there_is_no_way_round_of_one_database(world: World, statement: str) -> None:
    if world.database.is_sqlite is (statement in REPLACED):
        await refused(world, statement)


async def test_only_rows_before_what_is_kept_can_be_deleted(world: World) -> None:
    database, here = world.database, world.practice.id
    await database.write(add_rows, here, 4)
    await database.write(run, "UPDATE audit_head SET kept_from = 3 WHERE number > 4")
    ours = "practice_id IN (SELECT practice_id FROM audit_head WHERE kept_from = 3)"
    with pytest.raises(DBAPIError, match="are only added"):
        await database.write(run, f"DELETE FROM audit WHERE number = 3 AND {ours}")
    await database.write(run, f"DELETE FROM audit WHERE number < 3 AND {ours}")
    assert [row["number"] for row in await read(database, rows_of, here)] == [3, 4, 5, 6]

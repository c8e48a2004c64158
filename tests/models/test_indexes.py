"""Rows that the sweep removes are not looked for in whole tables by those that point to them."""

from collections.abc import Iterator

from sqlalchemy import Connection, inspect

from models.base import metadata
from models.document import document
from models.stored_file import stored_file
from tests.resolvers.world import World

REMOVED = (document, stored_file)


def pointing() -> Iterator[tuple[str, str]]:
    """Yield tables and their columns that point to what is removed."""
    for table in metadata.tables.values():
        for key in table.foreign_key_constraints:
            if key.referred_table in REMOVED:
                yield table.name, key.column_keys[-1]


def leading(connection: Connection, table: str) -> set[str | None]:
    """Return the columns with which the keys and indexes of a table begin."""
    inspector = inspect(connection)
    return {
        inspector.get_pk_constraint(table)["constrained_columns"][0],
        *(one["column_names"][0] for one in inspector.get_unique_constraints(table)),
        *(one["column_names"][0] for one in inspector.get_indexes(table)),
    }


async def test_what_points_to_rows_that_are_removed_is_indexed(world: World) -> None:
    wanted = [*pointing(), ("document", "field_id")]  # a deleted field's files go with it
    assert ("agreement", "signed_file_id") in wanted
    async with world.database.reader() as reader:
        missing = [
            (table, column)
            for table, column in wanted
            if column not in await reader.run(leading, table)
        ]
    assert missing == []

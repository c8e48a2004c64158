"""Many rows as one value: on SQLite a job lets other threads run at every row it fetches.

With several jobs at once that costs more than the rows. JSON brings them all in one step.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Connection, Dialect, Select, func, select

from models.base import Id, id_of


class _Packed(NamedTuple):
    """A statement for one value, and what makes the values of its rows, by place; ids apart."""

    statement: Select[Any]
    ids: list[int]
    makers: list[tuple[int, Callable[[Any], Any]]]


class _Ids(dict[str | None, UUID | None]):
    """Ids by their texts: rows name the same stages, users and records again and again."""

    def __missing__(self, text: str | None) -> UUID | None:
        """Return an id that was not named yet."""
        made = self[text] = None if text is None else id_of(text)
        return made


def read_rows(
    connection: Connection, statement: Select[Any], values: dict[str, Any]
) -> Sequence[Any]:
    """Return the rows of a statement, in its order; made for statements that are built once."""
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, values).all()
    packed = _pack(statement, connection.dialect)
    rows: Sequence[Any] = orjson.loads(connection.scalar(packed.statement, values))
    ids = _Ids()
    for place in packed.ids:
        for row in rows:
            row[place] = ids[row[place]]
    for place, make in packed.makers:
        for row in rows:
            row[place] = make(row[place])
    return rows


@lru_cache(maxsize=1024)
def _pack(statement: Select[Any], dialect: Dialect) -> _Packed:
    columns = list(statement.subquery().c)
    ids = [place for place, column in enumerate(columns) if isinstance(column.type, Id)]
    makers: list[tuple[int, Callable[[Any], Any]]] = []
    for place, column in enumerate(columns):
        make = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if make is not None and place not in ids:
            makers.append((place, make))
    return _Packed(select(func.json_group_array(func.json_array(*columns))), ids, makers)

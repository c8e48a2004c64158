"""Loading many rows at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.base import from_microseconds

Rows = dict[Table, list[tuple[Any, ...]]]


def no_rows() -> Rows:
    """Return rows by table, none yet."""
    return defaultdict(list)


@dataclass(frozen=True)
class Encoding:
    """How a database's driver takes moments (microseconds since 1970) and money (cents).

    Both take ids as 32 hexadecimal digits, and JSON as text.
    """

    moment: Callable[[int], Any]
    money: Callable[[int], Any]


@lru_cache(maxsize=8192)
def _decimal(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _same(value: int) -> int:
    return value


SQLITE = Encoding(_same, _same)
POSTGRES = Encoding(from_microseconds, _decimal)


async def load(connection: AsyncConnection, rows: Rows) -> None:
    """Insert rows, each a tuple in the order of its table's columns, already encoded."""
    if connection.dialect.name == "postgresql":
        await _copy(connection, rows)
        return
    for table, tuples in rows.items():
        marks = ", ".join("?" * len(table.columns))
        if tuples:
            statement = f'INSERT INTO "{table.name}" ({_names(table)}) VALUES ({marks})'
            await connection.exec_driver_sql(statement, tuples)


async def _copy(connection: AsyncConnection, rows: Rows) -> None:
    await connection.execute(text("SET LOCAL statement_timeout = 0"))
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    for table, tuples in rows.items():
        columns = [column.name for column in table.columns]
        await driver.copy_records_to_table(table.name, records=tuples, columns=columns)


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)

"""Moments and amounts come back from both databases exactly as they were stored, in their order."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Uuid, delete, insert, select

from models.base import Amount, Key, UtcDateTime, from_microseconds, to_microseconds
from models.database import Database
from tests.resolvers.properties import examples

MOMENTS = st.datetimes(
    datetime(1, 1, 2),
    datetime(9999, 12, 30),
    timezones=st.sampled_from([UTC, timezone(-timedelta(hours=5))]),
)
AMOUNTS = st.integers(-(10**12) + 1, 10**12 - 1).map(lambda cents: Decimal(cents).scaleb(-2))
# No NUL (PostgreSQL has none) and no lone surrogates: clean_text refuses both.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)

kept = Table(
    "kept",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime()),
    Column("amount", Amount()),
    Column("key", Key),
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    await opened.write(kept.create)
    yield opened
    await opened.close()


def stored(connection: Connection, column: str, values: list[Any]) -> list[Any]:
    """Store values, and return them in the order of the column."""
    connection.execute(delete(kept))
    if values:
        connection.execute(insert(kept), [{column: value} for value in values])
    statement = select(kept.c[column]).order_by(kept.c[column], kept.c.id)
    return list(connection.scalars(statement))


@given(st.lists(MOMENTS, max_size=8))
@examples(25)
async def test_moments_are_exact_and_in_order(database: Database, moments: list[datetime]) -> None:
    found = await database.write(stored, "at", moments)
    assert found == sorted(moments)
    assert all(one.utcoffset() == timedelta(0) for one in found)


@given(st.lists(AMOUNTS, max_size=8))
@examples(25)
async def test_amounts_are_exact_and_in_order(database: Database, amounts: list[Decimal]) -> None:
    found = await database.write(stored, "amount", amounts)
    assert found == sorted(amounts)
    assert all(isinstance(one, Decimal) and one.as_tuple().exponent == -2 for one in found)


@given(st.lists(TEXTS, max_size=8))
@examples(25)
async def test_keys_are_ordered_by_their_bytes(database: Database, texts: list[str]) -> None:
    found = await database.write(stored, "key", texts)
    assert found == sorted(texts, key=lambda text: text.encode())


@pytest.mark.parametrize("column", ["at", "amount", "key"])
async def test_null_stays_null(database: Database, column: str) -> None:
    assert await database.write(stored, column, [None]) == [None]


@pytest.mark.parametrize(
    "cents", ["9999999999.99", "-9999999999.99", "0.01", "-0.01", "0.00", "100.10"]
)
async def test_the_ends_of_the_range_of_amounts(database: Database, cents: str) -> None:
    found = await database.write(stored, "amount", [Decimal(cents)])
    assert [str(one) for one in found] == [cents]


@given(MOMENTS)
@examples(200)
def test_microseconds_are_a_round_trip(moment: datetime) -> None:
    count = to_microseconds(moment)
    assert from_microseconds(count) == moment
    assert from_microseconds(count + 1) - moment == timedelta(microseconds=1)


def test_microseconds_count_from_1970() -> None:
    assert to_microseconds(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert to_microseconds(datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)) == -1


async def test_ids_are_ordered_as_python_compares_them(database: Database) -> None:
    """Ties of every order go by id, on both databases alike."""
    ids = {UUID(int=number << shift) for number in (1, 9, 15) for shift in (0, 60, 124)}
    table = Table("ids", MetaData(), Column("id", Uuid(), primary_key=True))

    def ordered(connection: Connection) -> list[UUID]:
        table.create(connection)
        connection.execute(insert(table), [{"id": one} for one in ids])
        return list(connection.scalars(select(table.c.id).order_by(table.c.id)))

    assert await database.write(ordered) == sorted(ids)

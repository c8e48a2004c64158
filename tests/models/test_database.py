"""Transactions: all or nothing, tried again after a lost race, never left half way (C3, P12)."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from asyncpg.exceptions import (
    DeadlockDetectedError,
    ForeignKeyViolationError,
    SerializationError,
    UniqueViolationError,
)
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from models.database import Database
from models.practice import practice
from tests.resolvers.staff import START

KEY = UUID(int=7)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    await opened.write(add, KEY)
    yield opened
    await opened.close()


def add(connection: Connection, key: UUID) -> None:
    connection.execute(
        insert(practice).values(
            id=key,
            name="spa",
            name_key=key.hex,
            currency="USD",
            time_zone="UTC",
            country="US",
            allow_different_owners=False,
            make_opportunity_owner_follower_of_contact=False,
            make_contact_owner_follower_of_opportunity=False,
            created_at=START,
        )
    )


def rename(connection: Connection, name: str) -> None:
    connection.execute(update(practice).where(practice.c.id == KEY).values(name=name))


def name_of(connection: Connection) -> str:
    return str(connection.scalar(select(practice.c.name).where(practice.c.id == KEY)))


def count(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(practice)) or 0


async def now(database: Database) -> str:
    async with database.reader() as reader:
        return await reader.run(name_of)


async def test_a_write_answers_and_is_kept(database: Database) -> None:
    def job(connection: Connection, name: str, *, more: str) -> str:
        rename(connection, name)
        return name + more

    assert await database.write(job, "Glow", more="!") == "Glow!"
    assert await now(database) == "Glow"


async def test_p12_an_exception_rolls_everything_back(database: Database) -> None:
    def job(connection: Connection) -> None:
        rename(connection, "Glow")
        add(connection, uuid4())
        raise LookupError("stop")

    with pytest.raises(LookupError, match="stop"):
        await database.write(job)
    assert await now(database) == "spa"
    async with database.reader() as reader:
        assert await reader.run(count) == 1


def sqlite_error(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorname = name
    return error


def lost(error: BaseException) -> DBAPIError:
    return DBAPIError("UPDATE", {}, error)


RACES = [
    sqlite_error("SQLITE_BUSY"),
    sqlite_error("SQLITE_BUSY_SNAPSHOT"),
    SerializationError("40001"),
    DeadlockDetectedError("40P01"),
    UniqueViolationError("23505"),  # taken by another between the look and the insert
]


@pytest.mark.parametrize("losses", [1, 2])
async def test_c3_a_lost_race_is_run_again_from_the_start(database: Database, losses: int) -> None:
    for place, race in enumerate(RACES):
        await database.write(rename, "spa")
        runs: list[str] = []

        def job(connection: Connection, race: Exception, name: str, runs: list[str]) -> int:
            runs.append(name_of(connection))
            rename(connection, name)
            if len(runs) <= losses:
                raise lost(race)
            return len(runs)

        assert await database.write(job, race, f"Glow {place}", runs) == losses + 1
        assert runs == ["spa"] * (losses + 1)
        assert await now(database) == f"Glow {place}"


async def test_c3_a_lost_race_is_run_again_at_most_twice(database: Database) -> None:
    for race in RACES:
        assert await attempts(database, race) == 3
    assert await now(database) == "spa"


async def test_any_other_error_is_not_run_again(database: Database) -> None:
    constraint = sqlite_error("SQLITE_CONSTRAINT")
    for error in (constraint, ForeignKeyViolationError("23503"), OSError("gone")):
        assert await attempts(database, error) == 1
    assert await now(database) == "spa"


async def attempts(database: Database, error: Exception) -> int:
    """Return how often a write is tried that always meets this error."""
    runs: list[int] = []

    def job(connection: Connection) -> None:
        runs.append(1)
        rename(connection, "Glow")
        raise lost(error)

    with pytest.raises(DBAPIError) as raised:
        await database.write(job)
    assert raised.value.orig is error
    return len(runs)


async def test_a_real_violation_is_told_in_the_end(database: Database) -> None:
    def job(connection: Connection) -> None:
        rename(connection, "Glow")
        add(connection, KEY)

    with pytest.raises(IntegrityError):
        await database.write(job)
    assert await now(database) == "spa"


async def test_p2_a_reader_stays_at_one_moment_until_closed(database: Database) -> None:
    async with asyncio.timeout(10), database.reader() as reader:
        assert await reader.run(name_of) == "spa"
        await database.write(rename, "Glow")
        assert await reader.run(name_of) == "spa"
        await reader.close()
        assert await reader.run(name_of) == "Glow"


async def test_what_a_reader_writes_is_never_kept(database: Database) -> None:
    async with database.reader() as reader:
        if database.is_sqlite:
            await reader.run(rename, "Glow")
        else:
            with pytest.raises(DBAPIError, match="read-only transaction"):
                await reader.run(rename, "Glow")
    assert await now(database) == "spa"


async def test_twenty_writers_at_once_all_get_their_turn(database: Database) -> None:
    def append(connection: Connection) -> None:
        connection.execute(
            update(practice).where(practice.c.id == KEY).values(name=practice.c.name + "!")
        )

    async with asyncio.timeout(20):
        await asyncio.gather(*(database.write(append) for _ in range(20)))
    assert await now(database) == "spa" + "!" * 20

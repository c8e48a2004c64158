"""Callers who leave: a write goes on to its end, a read stops, and no connection is left behind."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from sqlalchemy import Connection, text

from models.database import Database
from tests.models.test_database import KEY, add, name_of, now, rename


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    await opened.write(add, KEY)
    yield opened
    await opened.close()


async def test_a_cancelled_caller_neither_stops_the_write_nor_leaves_a_lock(
    database: Database,
) -> None:
    begun, go_on, loop = asyncio.Event(), threading.Event(), asyncio.get_running_loop()

    def job(connection: Connection) -> None:
        rename(connection, "Glow")
        loop.call_soon_threadsafe(begun.set)
        # The statement that runs while the caller is cancelled.
        if database.is_sqlite:
            driver = connection.connection.cursor().connection  # SQLite runs jobs in a thread
            driver.create_function("wait", 0, lambda: go_on.wait(5))
            connection.execute(text("SELECT wait()"))
        else:
            connection.execute(text("SELECT pg_sleep(0.2)"))

    async with asyncio.timeout(10):
        caller = asyncio.create_task(database.write(job))
        await begun.wait()
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        go_on.set()
        started = time.monotonic()
        await database.write(lambda connection: add(connection, uuid4()))
        assert time.monotonic() - started < 1.0
        await database.close()
        assert await now(database) == "Glow"


ENDLESS = """WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers)
SELECT count(*) FROM numbers"""


async def test_a_cancelled_read_stops_and_leaves_its_connection_free(database: Database) -> None:
    begun, loop = asyncio.Event(), asyncio.get_running_loop()

    def job(connection: Connection) -> None:
        name_of(connection)
        loop.call_soon_threadsafe(begun.set)
        connection.execute(text(ENDLESS if database.is_sqlite else "SELECT pg_sleep(5)"))

    async def read() -> None:
        async with database.reader() as reader:
            await reader.run(job)

    for number in range(3):
        async with asyncio.timeout(10):
            begun.clear()
            caller = asyncio.create_task(read())
            await begun.wait()
            caller.cancel()
            started = time.monotonic()
            with pytest.raises(asyncio.CancelledError):
                await caller
            assert time.monotonic() - started < 2.0
            # Whoever gets the connection next sees what was written since.
            await database.write(rename, f"Glow {number}")
            assert await now(database) == f"Glow {number}"


async def test_close_waits_for_a_write_whose_caller_left(database_url: str) -> None:
    database = Database(database_url)
    await database.write(add, KEY)
    caller = asyncio.create_task(database.write(rename, "Glow"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    caller.cancel()
    async with asyncio.timeout(5):
        with pytest.raises(asyncio.CancelledError):
            await caller
        await database.close()
    again = Database(database_url)
    assert await now(again) == "Glow"
    await again.close()

"""P18: connections that an administrator ends, again and again, amid whatever they do."""

import asyncio
import time

import asyncpg
import pytest
from sqlalchemy import text

from models.database import Database
from models.errors import is_unavailable
from tests.postgres import Postgres

ENDED = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
NUMBERS = "SELECT * FROM generate_series(1, 200)"


async def read_on(database: Database, ends: float) -> list[Exception]:
    errors: list[Exception] = []
    while time.monotonic() < ends:
        try:
            async with database.reader() as reader:
                await reader.run(lambda connection: connection.execute(text(NUMBERS)).all())
        except Exception as error:
            errors.append(error)
    return errors


@pytest.mark.chaos
async def test_p18_connections_ended_again_and_again(postgres: Postgres) -> None:
    ends = time.monotonic() + 15
    url = postgres.url("postgres")
    database, admin = Database(url), await asyncpg.connect(url.replace("+asyncpg", ""))
    readers = [asyncio.create_task(read_on(database, ends)) for _ in range(10)]
    while time.monotonic() < ends:
        await admin.execute(f"{ENDED} AND datname = 'postgres'")
        await asyncio.sleep(0.15)
    errors = [error for found in await asyncio.gather(*readers) for error in found]
    await admin.close()
    await database.close()
    assert len(errors) > 20
    assert {repr(error) for error in errors if not is_unavailable(error)} == set()

"""P18: whatever the driver says of a connection that the server ended, it means unavailable."""

import asyncio
import time

import asyncpg
import pytest
from sqlalchemy import exc, text

from models.database import Database
from models.errors import is_unavailable
from tests.postgres import Postgres

ENDED = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
NUMBERS = "SELECT * FROM generate_series(1, 200)"


class ServerSays(Exception):
    """A driver's error that has a code of the server."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__()
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("cannot switch to state 11"),
        exc.InternalError("SELECT 1", {}, asyncpg.InternalClientError("cannot switch to state 11")),
    ],
)
def test_p18_a_driver_that_lost_its_connection_is_unavailable(error: Exception) -> None:
    assert is_unavailable(error)


def test_an_internal_error_of_the_server_is_a_bug() -> None:
    assert not is_unavailable(exc.InternalError("SELECT 1", {}, ServerSays("XX000")))


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

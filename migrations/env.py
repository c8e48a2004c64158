"""How Alembic reaches the database: one history for SQLite and PostgreSQL."""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection

from models import metadata
from models.database import Database

_DEFAULT_URL = "sqlite+aiosqlite:///./data/lead2patient.db"


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        compare_server_default=True,
        transactional_ddl=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


async def _run_by_address() -> None:
    database = Database(os.environ.get("DATABASE_URL", _DEFAULT_URL))
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(_run)
    finally:
        await database.close()


given: Connection | None = context.config.attributes.get("connection")
if given is None:
    asyncio.run(_run_by_address())
else:
    _run(given)

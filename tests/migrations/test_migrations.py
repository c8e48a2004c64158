"""One history for both databases, equal to the tables that the program works with."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from app import migrating
from models import metadata
from models.database import Database
from tests.postgres import Postgres, running_postgres

POSTGRES_DEFINITIONS = (
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint",
    "SELECT table_name || '.' || column_name, concat_ws(' ', data_type, is_nullable,"
    " collation_name, character_maximum_length, numeric_precision, numeric_scale, column_default)"
    " FROM information_schema.columns WHERE table_schema = 'public'",
)
SQLITE_DEFINITIONS = ("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL",)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with running_postgres() as postgres:
        yield postgres


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
async def address(
    request: pytest.FixtureRequest, server: Postgres, tmp_path: Path
) -> AsyncIterator[str]:
    """An empty database's address."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'fresh.db'}"
        return
    name = f"fresh_{uuid4().hex}"
    async with opened(server.url("postgres")) as database:
        plain = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        async with plain.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.url(name)


def differences(connection: Connection) -> list[object]:
    options = {"compare_type": True, "compare_server_default": True}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, metadata))


def definitions(connection: Connection) -> dict[str, str]:
    """Return every table, column, key and index as the database spells it."""
    sqlite = connection.dialect.name == "sqlite"
    found: dict[str, str] = {}
    for statement in SQLITE_DEFINITIONS if sqlite else POSTGRES_DEFINITIONS:
        for name, sql in connection.execute(text(statement)):
            if not name.startswith("alembic_version"):
                found[name] = "\n".join(parts(sql))
    return found


def parts(sql: str) -> list[str]:
    """Return the members of a definition, sorted: a column that was added later stands last."""
    if not sql.startswith("CREATE TABLE"):
        return [sql]
    members = sql[sql.index("(") + 1 : sql.rindex(")")]
    return sorted(one.strip() for one in re.split(r",\s*(?![^()]*\))", members))


async def test_upgrade_makes_the_tables_of_the_models(address: str) -> None:
    async with opened(address) as database:
        await migrating.migrate(database)
        async with database.engine.connect() as connection:
            assert await connection.run_sync(differences) == []


async def test_upgrade_makes_the_same_definitions_as_the_models(address: str) -> None:
    async with opened(address) as database:
        await migrating.migrate(database)
        async with database.engine.begin() as connection:
            migrated = await connection.run_sync(definitions)
            await connection.run_sync(migrating.downgrade, "base")
            await connection.run_sync(metadata.create_all)
            assert await connection.run_sync(definitions) == migrated


async def test_a_second_upgrade_changes_nothing(address: str) -> None:
    async with opened(address) as database:
        assert not await migrating.is_current(database)
        await migrating.migrate(database)
        await migrating.migrate(database)
        assert await migrating.is_current(database)


async def test_downgrade_leaves_no_table(address: str) -> None:
    async with opened(address) as database:
        await migrating.migrate(database)
        async with database.engine.begin() as connection:
            await connection.run_sync(migrating.downgrade, "base")
            tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        assert tables == ["alembic_version"]


async def test_a_failed_migration_leaves_the_database_as_it_was(address: str) -> None:
    async with opened(address) as database:
        async with database.engine.begin() as connection:
            await connection.execute(text("CREATE TABLE external_id (stranger INTEGER)"))
        with pytest.raises(Exception, match="external_id"):
            await migrating.migrate(database)
        async with database.engine.connect() as connection:
            tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        assert tables == ["external_id"]

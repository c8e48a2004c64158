"""Bringing a database to the newest schema, whatever folder the program is called from."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from models.database import Database

_SCRIPTS = Path(__file__).resolve().parent.parent / "migrations"
# Any number that only this program locks: two migrations of one database wait for each other.
_LOCK = 7_221_155


async def migrate(database: Database) -> None:
    """Run the revisions that the database lacks, all in one transaction."""
    async with database.engine.connect() as connection:
        if database.is_sqlite:
            await connection.execution_options(begins="BEGIN IMMEDIATE")
        async with connection.begin():
            await connection.run_sync(upgrade)


async def is_current(database: Database) -> bool:
    """Return whether the database has the newest schema."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(revision_of) == newest_revision()


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the revisions up to `revision` in the transaction of `connection`."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    command.upgrade(configuration(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Take the revisions back down to `revision` in the transaction of `connection`."""
    command.downgrade(configuration(connection), revision)


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's settings; its commands run on `connection`."""
    config = Config()
    # Alembic reads % as the begin of a name in its settings.
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def newest_revision() -> str | None:
    """Return the name of the newest revision."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def revisions() -> frozenset[str]:
    """Return the names of all revisions."""
    scripts = ScriptDirectory.from_config(configuration())
    return frozenset(one.revision for one in scripts.walk_revisions())


def revision_of(connection: Connection) -> str | None:
    """Return the name of the database's revision; None if it has none."""
    return MigrationContext.configure(connection).get_current_revision()

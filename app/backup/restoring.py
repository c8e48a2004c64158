"""Bringing a backup back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from app.backup import postgres, sqlite
from app.backup.content import go_on, holds_rows, revision_and_tables
from app.backup.files import draft_of
from app.failures import Failure
from app.settings import Settings
from models.connecting import OnConnect
from models.database import Database
from models.engines import UNHURRIED
from models.seams import Seams


async def restore(settings: Settings, file: Path, *, replace: bool) -> None:
    """Put what a backup holds in place of the database, at the newest schema.

    Without `replace` only an empty database is filled. Raises Failure; then the database is as
    it was, unless it says that the backup is loaded.
    """
    url, on_connect = make_url(settings.database_url), settings.database_on_connect
    if url.get_backend_name() == "sqlite":
        await _restore_sqlite(url, file, on_connect, replace=replace)
    else:
        await _restore_postgres(url, file, on_connect, replace=replace)


async def _restore_sqlite(
    url: URL, file: Path, on_connect: OnConnect | None, *, replace: bool
) -> None:
    target = sqlite.path_of(url)
    if target.exists():
        if not replace:
            await _must_be_empty(url, on_connect)
        sqlite.must_be_alone(target, on_connect)
    with draft_of(target) as draft:
        sqlite.copy(file, draft, on_connect)
        async with _opened(url.set(database=str(draft)), on_connect) as database:
            await database.write(go_on, Seams())
        sqlite.replace(draft, target, on_connect)


async def _restore_postgres(
    url: URL, file: Path, on_connect: OnConnect | None, *, replace: bool
) -> None:
    backed_up = postgres.examine(file)
    async with _opened(url, on_connect) as database:
        async with database.reader() as reader:
            revision, tables = await reader.run(revision_and_tables)
        if not replace:
            await _must_be_empty(url, on_connect)
        if tables and revision != backed_up:
            raise Failure(
                f"The database is at revision {revision}, the backup at {backed_up}:"
                " restore it into a database without tables."
            )
        postgres.load(url, file)
        try:
            await database.write(go_on, Seams())
        except DBAPIError:
            raise Failure("The backup is loaded but not ready for use: restore it again.") from None


async def _must_be_empty(url: URL, on_connect: OnConnect | None) -> None:
    """Raise Failure if there may be something to lose."""
    try:
        async with _opened(url, on_connect) as database, database.reader() as reader:
            lost = "holds data" if await reader.run(holds_rows) else None
    except DBAPIError:
        lost = "cannot be read"
    if lost:
        raise Failure(f"The database {lost}: say --yes to put the backup in its place.")


@asynccontextmanager
async def _opened(url: URL, on_connect: OnConnect | None) -> AsyncIterator[Database]:
    address = url.render_as_string(hide_password=False)
    database = Database(address, UNHURRIED, on_connect=on_connect)
    try:
        yield database
    finally:
        await database.close()

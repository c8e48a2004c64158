"""Backups of an SQLite file: its online backup, which lets writers go on."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import URL

from app.backup.content import must_be_ours
from app.backup.files import put, remove_beside
from app.failures import Failure
from models.connecting import OnConnect

_BUSY_SECONDS = 5.0
_ALL = 2**31 - 1


def path_of(url: URL) -> Path:
    """Return where the file of a database is; Failure if it is no file."""
    if not url.database or url.database.startswith(("file:", ":memory:")):
        raise Failure("DATABASE_URL must name a file.")
    return Path(url.database)


@contextmanager
def opened(
    file: Path, on_connect: OnConnect | None, wait: float = _BUSY_SECONDS
) -> Iterator[sqlite3.Connection]:
    """Yield a connection to an SQLite file that is there."""
    address = f"file:{quote(str(file.absolute()))}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, timeout=wait)) as connection:
        connection.isolation_level = None
        if on_connect is not None:
            on_connect(connection)
        yield connection


def copy(source: Path, draft: Path, on_connect: OnConnect | None) -> None:
    """Copy a database as it is at one moment into an empty file; Failure if it is not sound.

    All pages are read in one transaction: a writer in another process neither waits nor makes
    the copy begin again.
    """
    try:
        with opened(source, on_connect) as old, opened(draft, on_connect) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
            sound = _is_sound(new)
            _must_be_ours(source, new)
    except sqlite3.DatabaseError as error:
        raise Failure(f"{source} cannot be read as a database: {error}.") from None
    if not sound:
        raise Failure(f"{source} is damaged.")


def _is_sound(connection: sqlite3.Connection) -> bool:
    """Return whether SQLite finds its own structure in order.

    SQLite 3.40 takes values for NULL in tables without rowid whose key is not their first column.
    """
    told = connection.execute(f"PRAGMA quick_check({_ALL})")
    return all(line == "ok" or line.startswith("NULL value in ") for (line,) in told)


def _must_be_ours(source: Path, connection: sqlite3.Connection) -> None:
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
    row = None
    if "alembic_version" in names:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    must_be_ours(str(source), names, row[0] if row else None)


def must_be_alone(file: Path, on_connect: OnConnect | None) -> None:
    """Fold what lies beside a database into it; Failure if anybody else has it open.

    A database that cannot be read any more has no users either.
    """
    try:
        with opened(file, on_connect, wait=0) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname.startswith("SQLITE_BUSY"):
            raise Failure(
                f"{file} is in use: stop every server and command that works with it."
            ) from None


def replace(draft: Path, file: Path, on_connect: OnConnect | None) -> None:
    """Put the draft in place of a database that nobody uses."""
    must_be_alone(draft, on_connect)
    if file.exists():
        must_be_alone(file, on_connect)
        remove_beside(file)
    put(draft, file)

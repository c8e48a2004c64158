"""What comes first: the operator's hook on every connection, and files for their owner only."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from models.connecting import make_private_file
from models.database import Database
from models.practice import practice


def asked(connection: Any, statement: str) -> Any:
    cursor = connection.cursor()
    try:
        cursor.execute(statement)
        return cursor.fetchone()[0]
    finally:
        cursor.close()


def set_limit(connection: Any) -> None:
    """Set what a later reader can see, on either database."""
    cursor = connection.cursor()
    sqlite = "sqlite" in type(connection).__module__
    cursor.execute("PRAGMA cache_size=-4321" if sqlite else "SET work_mem = '4321kB'")
    cursor.close()


def limit(connection: Connection) -> str:
    sqlite = connection.dialect.name == "sqlite"
    return str(connection.scalar(text("PRAGMA cache_size" if sqlite else "SHOW work_mem")))


async def test_the_hook_sees_every_new_connection_and_what_it_sets_stays(database_url: str) -> None:
    seen: list[Any] = []

    def hook(connection: Any) -> None:
        seen.append(connection)
        set_limit(connection)

    database = Database(database_url, on_connect=hook)
    readers = [database.reader() for _ in range(3)]
    limits = await asyncio.gather(*(one.run(limit) for one in readers))
    await asyncio.gather(*(one.close() for one in readers))
    written = await database.write(limit)
    await database.close()
    assert {one.strip("-kB") for one in (*limits, written)} == {"4321"}
    assert len(seen) == len({id(one) for one in seen}) == 3


async def test_the_hook_runs_before_anything_else(tmp_path: Path) -> None:
    """SQLCipher wants its key before the first statement that reads the file."""
    modes = []

    def hook(connection: Any) -> None:
        modes.append(asked(connection, "PRAGMA journal_mode"))

    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}", on_connect=hook)
    async with database.reader() as reader:
        modes.append(await reader.run(lambda c: c.scalar(text("PRAGMA journal_mode"))))
    await database.close()
    assert modes == ["delete", "wal"]


async def test_a_hook_that_fails_leaves_no_connection(database_url: str) -> None:
    def hook(_connection: Any) -> None:
        raise LookupError("no key")

    database = Database(database_url, on_connect=hook)
    for _ in range(20):
        with pytest.raises(LookupError, match="no key"):
            await database.write(lambda c: c.execute(select(practice.c.id)))
    await database.close()


@pytest.fixture
def open_mask() -> Iterator[None]:
    """The umask of most machines: others may read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


@pytest.mark.usefixtures("open_mask")
async def test_an_sqlite_database_is_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    database = Database(f"sqlite+aiosqlite:///{folder / 'practice.db'}")
    await database.write(lambda c: c.execute(text("CREATE TABLE a (b INTEGER)")))
    async with database.reader() as reader:
        await reader.run(lambda c: c.execute(text("SELECT * FROM a")))
        names = ("practice.db", "practice.db-shm", "practice.db-wal")
        assert modes(folder) == dict.fromkeys(names, 0o600)
    await database.close()
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("open_mask")
def test_a_file_and_a_folder_that_are_there_stay_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "data" / "practice.db"
    file.parent.mkdir()
    file.write_bytes(b"kept")
    file.parent.chmod(0o750)
    make_private_file(file)
    assert (file.read_bytes(), modes(file.parent)) == (b"kept", {"practice.db": 0o644})
    assert file.parent.stat().st_mode & 0o777 == 0o750

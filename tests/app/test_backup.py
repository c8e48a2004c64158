"""A backup is of one moment and whole; restoring puts all of it in place, or changes nothing."""

import asyncio
import os
import stat
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from app.backup import back_up, restore
from app.backup.content import _LEAP
from app.checking import drift
from app.failures import Failure
from app.settings import Settings
from models.contact import contact
from models.database import Database
from models.log import event
from models.opportunity import opportunity
from models.practice import practice_head
from tests.scenarios.spa import Spa, open_spa
from tests.server import Server

pytestmark = pytest.mark.usefixtures("postgres_programs")


def settings(url: str) -> Settings:
    return Settings(database_url=url)


def counts(connection: Connection) -> dict[str, int]:
    """Return how much there is, the log's number first."""
    numbers = {"head": connection.scalar(select(func.sum(practice_head.c.seq))) or 0}
    for table in (event, contact, opportunity):
        numbers[table.name] = connection.scalar(select(func.count()).select_from(table)) or 0
    return numbers


def torn_records(connection: Connection) -> int:
    """Return how many records do not have exactly one event a version (C7)."""
    torn = 0
    for table in (contact, opportunity):
        of_record = select(func.count()).where(event.c.record_id == table.c.id).scalar_subquery()
        torn += connection.scalar(select(func.count()).where(table.c.version != of_record)) or 0
    return torn


async def look(url: str) -> tuple[dict[str, int], int, list[str]]:
    database = Database(url)
    async with database.reader() as reader:
        found = await reader.run(counts), await reader.run(torn_records)
    lines = await drift(database)
    await database.close()
    return (*found, lines)


async def walk(spa: Spa, cards: list[str]) -> None:
    """Change cards and make new ones until it is cancelled."""
    for number in range(10_000):
        card = cards[number % len(cards)]
        stage = "Booked" if number // len(cards) % 2 == 0 else "Lead"
        await spa.move(card, stage)
        if number % 5 == 0:
            await spa.pair(f"New{number} Park", spa.ben)


async def test_a_backup_is_of_one_moment_while_changes_go_on(
    server: Server, database_url: str, empty_url: str, tmp_path: Path
) -> None:
    async with open_spa(server, different_owners=True) as spa:
        cards = [(await spa.pair(f"Grace{n} Park", spa.ben))[1] for n in range(4)]
        walking = asyncio.create_task(walk(spa, cards))
        before, _, _ = await look(database_url)
        files = [tmp_path / f"{number}.backup" for number in range(4)]
        for file in files:
            await asyncio.to_thread(back_up, settings(database_url), file)
            await asyncio.sleep(0.05)
        assert not walking.done()
        walking.cancel()
        with suppress(asyncio.CancelledError):
            await walking
    after, _, _ = await look(database_url)

    await restore(settings(empty_url), files[2], replace=False)

    held, torn, found = await look(empty_url)
    assert (torn, found) == (0, [])
    head = held["head"] - _LEAP - 1
    assert before["head"] < head < after["head"]
    assert held["event"] == head + 1
    assert before["opportunity"] <= held["opportunity"] <= after["opportunity"]


async def test_files_are_for_their_owner_only(
    database_url: str, empty_url: str, tmp_path: Path
) -> None:
    before = os.umask(0o022)
    try:
        file = tmp_path / "backups" / "first"
        await asyncio.to_thread(back_up, settings(database_url), file)
        await restore(settings(empty_url), file, replace=False)
    finally:
        os.umask(before)
    restored = [file] if database_url.startswith("postgresql") else [file, tmp_path / "other"]
    for path in restored:
        for each in (path, *(path.iterdir() if path.is_dir() else ())):
            assert stat.S_IMODE(each.stat().st_mode) & 0o077 == 0, each
    assert [one.name for one in file.parent.iterdir()] == ["first"]


async def test_a_backup_never_writes_over_a_file(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "there"
    file.write_text("kept")
    with pytest.raises(Failure, match="exists already"):
        back_up(settings(database_url), file)
    assert file.read_text() == "kept"

"""Restoring puts all of a backup in place, or changes nothing and says why."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.engine import make_url

from app import migrating
from app.backup import back_up, postgres, restore
from app.checking import drift
from app.failures import Failure
from app.seeding.seed import Plan, seed
from app.settings import Settings
from models.contact import contact
from models.database import Database
from models.opportunity import opportunity_word
from tests.client import Client, LiveBoard
from tests.local import local_client
from tests.model.fold import difference
from tests.scenarios.spa import open_spa
from tests.server import running_server

pytestmark = pytest.mark.usefixtures("postgres_programs")


async def run(url: str, *statements: str) -> None:
    database = Database(url)
    for statement in statements:
        await database.write(lambda c, said: c.execute(text(said)), statement)
    await database.close()


async def back(url: str, file: Path, *, replace: bool = False) -> None:
    await restore(Settings(database_url=url), file, replace=replace)


def contents(connection: Connection) -> tuple[int | None, ...]:
    tables = (contact, opportunity_word)
    return tuple(connection.scalar(select(func.count()).select_from(one)) for one in tables)


async def held(url: str) -> tuple[int | None, ...]:
    database = Database(url)
    async with database.reader() as reader:
        found = await reader.run(contents)
    assert await drift(database) == []
    await database.close()
    return found


@pytest.fixture
async def seeded(database_url: str) -> str:
    """The address of a database with a practice."""
    database = Database(database_url)
    await seed(database, Plan(contacts=20), lambda _count: None)
    await database.close()
    return database_url


@pytest.fixture
async def good(seeded: str, tmp_path: Path) -> Path:
    """A backup of it."""
    file = tmp_path / "good"
    await asyncio.to_thread(back_up, Settings(database_url=seeded), file)
    return file


async def test_data_is_replaced_only_on_request(seeded: str, empty_url: str, good: Path) -> None:
    await back(empty_url, good)
    whole = await held(seeded)
    assert await held(empty_url) == whole
    with pytest.raises(Failure, match="holds data: say --yes"):
        await back(empty_url, good)
    await run(empty_url, "DELETE FROM opportunity_word")
    await back(empty_url, good, replace=True)
    assert await held(empty_url) == whole


async def test_a_migrated_database_without_data_is_filled(
    seeded: str, empty_url: str, good: Path
) -> None:
    database = Database(empty_url)
    await migrating.migrate(database)
    await database.close()
    await back(empty_url, good)
    assert await held(empty_url) == await held(seeded)


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def no_database(file: Path) -> None:
    file.write_text("Grace Park, grace@demo.example\n" * 400)


def nothing(file: Path) -> None:
    file.write_bytes(b"")


def missing(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize("damage", [cut_short, no_database, nothing, missing])
async def test_what_is_no_whole_backup_changes_nothing(
    seeded: str, good: Path, damage: Callable[[Path], None]
) -> None:
    before = await held(seeded)
    damage(good)
    with pytest.raises(Failure) as refused:
        await back(seeded, good, replace=True)
    assert "Grace" not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert await held(seeded) == before


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        (["DROP TABLE practice_head"], "is not of this program"),
        (["DELETE FROM alembic_version"], "is not of this program"),
        (["UPDATE alembic_version SET version_num = '9999'"], "of a newer version"),
    ],
)
async def test_what_is_not_of_this_program_changes_nothing(
    seeded: str, empty_url: str, good: Path, statements: list[str], message: str
) -> None:
    before = await held(seeded)
    await back(empty_url, good)
    await run(empty_url, *statements)
    foreign = good.with_name("foreign")
    if empty_url.startswith("sqlite"):
        path = make_url(empty_url).database
        with closing(sqlite3.connect(str(path))) as old, closing(sqlite3.connect(foreign)) as new:
            old.backup(new)
    else:
        await asyncio.to_thread(postgres.dump, make_url(empty_url), foreign)
    with pytest.raises(Failure, match=message):
        await back(seeded, foreign, replace=True)
    with pytest.raises(Failure, match=message):
        back_up(Settings(database_url=empty_url), good.with_name("another"))
    assert await held(seeded) == before
    assert sorted(one.name for one in good.parent.glob("another*")) == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_database_at_another_revision_is_left_alone(empty_url: str, good: Path) -> None:
    """On SQLite a file is replaced as a whole."""
    database = Database(empty_url)
    await migrating.migrate(database)
    await database.write(migrating.downgrade, "0001")
    await database.close()
    with pytest.raises(Failure, match="revision 0001, the backup at"):
        await back(empty_url, good)


async def test_a_backup_of_an_older_version_is_brought_to_the_newest(
    seeded: str, empty_url: str, tmp_path: Path
) -> None:
    database = Database(seeded)
    await database.write(migrating.downgrade, "0001")
    await database.close()
    await asyncio.to_thread(back_up, Settings(database_url=seeded), tmp_path / "old")
    await back(empty_url, tmp_path / "old")
    assert (await held(empty_url))[0] == 20


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_file_in_use_is_not_replaced(seeded: str, good: Path) -> None:
    async with running_server(seeded) as server:
        await server.practice("more")
        with pytest.raises(Failure, match="is in use: stop every server"):
            await back(seeded, good, replace=True)
    await back(seeded, good, replace=True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_broken_file_is_replaced_on_request(seeded: str, good: Path) -> None:
    whole = await held(seeded)
    no_database(Path(make_url(seeded).database or ""))
    with pytest.raises(Failure, match="cannot be read: say --yes"):
        await back(seeded, good)
    await back(seeded, good, replace=True)
    assert await held(seeded) == whole


async def test_p5_a_board_that_saw_what_was_lost_gets_a_snapshot(
    database_url: str, tmp_path: Path
) -> None:
    """A cursor of lost changes must not go on among the numbers of new ones."""
    async with running_server(database_url) as first, open_spa(first, different_owners=True) as spa:
        _, card = await spa.pair("Grace Park", spa.ben)
        await asyncio.to_thread(back_up, Settings(database_url=database_url), tmp_path / "kept")
        board = await spa.watch(spa.ben)
        await spa.move(card, "Booked")
        await board.next("CardUpdated")
        await board.cut()
    await back(database_url, tmp_path / "kept", replace=True)
    async with running_server(database_url) as second, local_client() as http:
        ada, ben = [
            Client(second, http, await second.token(one.email)) for one in (spa.ada, spa.ben)
        ]
        for number in range(5):
            await ada.do("updateOpportunity", id=card, name=f"New {number}")
        again = LiveBoard(ben, board.pipeline)
        again.fold = board.fold
        await again.resume()
        assert (await again.next("BoardSnapshot"))["reason"] == "CURSOR_EXPIRED"
        fresh = await ben.board(board.pipeline)
        assert difference(again.fold, fresh, fresh.cards()) is None
        await again.cut()

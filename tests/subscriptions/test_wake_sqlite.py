"""C12: processes on one SQLite file hear of each other's commits by the file itself."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from tests.client import Client
from tests.scenarios.spa import open_spa
from tests.server import running_server
from tests.subscriptions.test_wake import Ears

SOON = 0.2


@asynccontextmanager
async def watching(path: Path) -> AsyncIterator[Ears]:
    ears = Ears("sqlite://", f"sqlite+aiosqlite:///{path}")
    await ears.wake.start(ears.take)
    try:
        yield ears
    finally:
        await ears.wake.close()


def commit(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE IF NOT EXISTS seen (number)")
        other.execute("INSERT INTO seen VALUES (1)")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "practice.db")) as made:
        made.execute("PRAGMA journal_mode=WAL")
    return tmp_path / "practice.db"


async def test_another_s_commit_wakes_everything_soon(path: Path) -> None:
    async with watching(path) as ears:
        ears.wake.attend(here=True)
        for _ in range(3):
            ears.heard.clear()
            commit(path)
            await ears.hears(None, seconds=1)
        await asyncio.sleep(SOON)
        ears.heard.clear()
        await asyncio.sleep(SOON)
        assert ears.heard == []
        assert ears.wake.state == "ok"


async def test_nobody_here_means_nobody_looks(path: Path) -> None:
    async with watching(path) as ears:
        commit(path)
        await asyncio.sleep(SOON)
        assert ears.heard == []
        ears.wake.attend(here=True)
        ears.wake.attend(here=False)
        ears.heard.clear()
        commit(path)
        await asyncio.sleep(SOON)
        assert ears.heard == []


async def test_one_s_own_commit_is_not_heard_twice(path: Path) -> None:
    async with watching(path) as ears:
        ears.wake.attend(here=True)
        ears.heard.clear()
        commit(path)
        await ears.wake.announce(key := uuid4())
        expected: list[UUID | None] = [key, None]
        assert ears.heard == expected, "in one go, so that boards look once"
        await asyncio.sleep(SOON)
        assert ears.heard == expected


async def test_a_file_that_cannot_be_read_is_tried_again(path: Path, tmp_path: Path) -> None:
    late = tmp_path / "late.db"
    async with watching(late) as ears:
        with capture_logs() as logs:
            ears.wake.attend(here=True)
            states = [ears.wake.state]
            await ears.wake.announce(uuid4())
            await asyncio.to_thread(path.rename, late)
            await ears.hears(None, seconds=2)
        assert [*states, ears.wake.state] == ["degraded", "ok"]
    assert [one["event"] for one in logs] == ["wake-ups are down", "wake-ups are back"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_change_reaches_a_board_on_another_server(database_url: str) -> None:
    settings: dict[str, Any] = {"wake_url": "sqlite://", "poll_seconds": 60}
    async with (
        running_server(database_url, **settings) as one,
        running_server(database_url, **settings) as another,
        open_spa(one, different_owners=True) as spa,
    ):
        _, card = await spa.pair()
        board = await spa.watch(Client(another, spa.http, spa.ada.token))
        for stage in ("Booked", "Cold", "Lead"):
            await spa.move(card, stage)
            event = await board.next("CardUpdated")
            assert event["opportunity"]["id"] == card

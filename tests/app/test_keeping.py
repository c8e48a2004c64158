"""Sweeping: events are kept 24 hours and 100,000 a practice, whatever the clock does (P5, P23)."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, func, insert, select, text

from app.keeping import rows, sweeper
from app.keeping.sweep import LOCK
from app.keeping.sweep import sweep as sweep_all
from app.settings import Settings
from files.store import open_store
from models.database import Database
from models.log import event, idempotency_key
from models.seams import Seams
from models.user import revoked_token
from resolvers.journal import take_numbers
from resolvers.setup import MadePractice, NewPractice, make_practice
from tests.resolvers.staff import START
from tests.server import running_server

HOUR = timedelta(hours=1)


def settings(count: int = 5, hours: int = 24) -> Settings:
    return Settings(event_retention_count=count, event_retention_hours=hours)


async def sweep(database: Database, chosen: Settings, now: datetime) -> Counter[str]:
    """Sweep where no files are."""
    with TemporaryDirectory() as folder:
        return await sweep_all(database, open_store(Path(folder).as_uri()), chosen, now)


@pytest.fixture
async def made(database: Database) -> MadePractice:
    new = NewPractice(name="Spa", admin_email="ada@spa.example", admin_name="Ada")
    return await database.write(make_practice, Seams(), new)


def add_events(connection: Connection, practice_id: UUID, moments: Sequence[datetime]) -> None:
    """Append an event for each moment."""
    last = take_numbers(connection, practice_id, len(moments))
    first = last - len(moments) + 1
    row: dict[str, Any] = {"practice_id": practice_id, "kind": "Contact", "record_id": practice_id}
    row |= {"action": "test", "changed": [], "cards": []}
    numbered = enumerate(moments, start=first)
    connection.execute(insert(event), [{**row, "seq": seq, "at": at} for seq, at in numbered])


def numbers(connection: Connection, practice_id: UUID) -> list[int]:
    statement = select(event.c.seq).where(event.c.practice_id == practice_id)
    return list(connection.scalars(statement.order_by(event.c.seq)))


async def kept(database: Database, practice_id: UUID) -> list[int]:
    async with database.reader() as reader:
        return await reader.run(numbers, practice_id)


@pytest.mark.parametrize(
    ("count", "ages", "left"),
    [
        (5, [30] * 8, [4, 5, 6, 7, 8]),  # old, but among the newest five
        (5, [30, 30, 23, 23, 1, 1, 1, 1], [3, 4, 5, 6, 7, 8]),  # many, but young
        (5, [30] * 5, [1, 2, 3, 4, 5]),
        (1, [30] * 3, [3]),
        # The clock went back: an old event behind a young one stays, so there is no hole.
        (1, [30, 1, 30, 30, 1], [2, 3, 4, 5]),
        # The clock went two hours ahead while the first two were written.
        (1, [23 - 2, 30 - 2, 30, 30], [1, 2, 3, 4]),
    ],
)
async def test_p5_an_event_goes_when_it_is_old_and_not_among_the_newest(
    database: Database, made: MadePractice, count: int, ages: list[int], left: list[int]
) -> None:
    moments = [START - age * HOUR for age in ages]
    await database.write(add_events, made.practice_id, moments)
    await sweep(database, settings(count), START)
    assert await kept(database, made.practice_id) == left


async def test_each_practice_keeps_its_own_events(database: Database, made: MadePractice) -> None:
    new = NewPractice(name="Other", admin_email="ada@other.example", admin_name="Ada")
    other = await database.write(make_practice, Seams(), new)
    for practice, count in ((made, 7), (other, 3)):
        await database.write(add_events, practice.practice_id, [START - 30 * HOUR] * count)
    removed = await sweep(database, settings(count=4), START)
    assert +removed == Counter(events=3)
    assert await kept(database, made.practice_id) == [4, 5, 6, 7]
    assert await kept(database, other.practice_id) == [1, 2, 3]


def add_keys(connection: Connection, made: MadePractice, ages: list[float]) -> None:
    row = {"practice_id": made.practice_id, "actor_id": made.admin_id, "field": "test"}
    new = [
        {**row, "key": str(place), "fingerprint": "", "created_at": START - age * HOUR}
        for place, age in enumerate(ages)
    ]
    connection.execute(insert(idempotency_key), new)


async def test_p13_idempotency_keys_go_after_a_day(database: Database, made: MadePractice) -> None:
    await database.write(add_keys, made, [25, 24.01, 24, 1])
    assert (await sweep(database, settings(), START))["idempotency keys"] == 2
    async with database.reader() as reader:
        left = await reader.run(lambda c: list(c.scalars(select(idempotency_key.c.key))))
    assert sorted(left) == ["2", "3"]


def revoke(connection: Connection, made: MadePractice, lives: list[float]) -> None:
    row = {"practice_id": made.practice_id, "user_id": made.admin_id}
    new = [
        {**row, "token_id": UUID(int=place), "expires_at": START + life * HOUR}
        for place, life in enumerate(lives)
    ]
    connection.execute(insert(revoked_token), new)


async def test_p7_a_revoked_token_is_listed_until_it_is_over_on_any_clock(
    database: Database, made: MadePractice
) -> None:
    await database.write(revoke, made, [-25, -24.01, -24, 1])
    assert (await sweep(database, settings(), START))["revoked tokens"] == 2
    async with database.reader() as reader:
        left = await reader.run(lambda c: list(c.scalars(select(revoked_token.c.token_id))))
    assert sorted(left) == [UUID(int=2), UUID(int=3)]


async def test_a_transaction_removes_a_thousand_rows_and_changes_go_on_in_between(
    database: Database, made: MadePractice
) -> None:
    await database.write(add_events, made.practice_id, [START - 30 * HOUR] * 12_000)
    terms = {"practice_id": made.practice_id, "kept": 5, "before": START}
    one = await database.write(lambda c: rows.remove_events(c, **terms))  # type: ignore[arg-type]
    assert one == rows.BATCH == 1000
    running = asyncio.create_task(sweep(database, settings(), START))
    changes = 0
    while not running.done():
        await database.write(add_events, made.practice_id, [START])
        changes += 1
        await asyncio.sleep(0)
    assert (await running)["events"] >= 12_000 - 1000 - 5
    assert changes > 10
    assert len(await kept(database, made.practice_id)) == max(changes, 5)


def locked(connection: Connection) -> None:
    connection.execute(select(func.pg_advisory_xact_lock(LOCK)))


async def test_of_several_processes_one_sweeps(database: Database, made: MadePractice) -> None:
    await database.write(add_events, made.practice_id, [START - 30 * HOUR] * 8)
    if database.is_sqlite:
        both = [sweep(database, settings(), START) for _ in range(2)]
        assert sum(one["events"] for one in await asyncio.gather(*both)) == 3
        return
    async with database.engine.begin() as connection:
        await connection.run_sync(locked)
        assert (await sweep(database, settings(), START)).total() == 0
    assert (await sweep(database, settings(), START))["events"] == 3


async def swept(database: Database, practice_id: UUID) -> None:
    """Wait until two events are left."""
    async with asyncio.timeout(5):
        while len(await kept(database, practice_id)) > 2:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_server_sweeps_by_itself(
    database: Database,
    made: MadePractice,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweeper, "_FIRST_SECONDS", (0.0, 0.0))
    monkeypatch.setattr(sweeper, "_NEXT_SECONDS", (0.05, 0.05))
    async with running_server(database_url, event_retention_count=2):
        for start in (0, 4):
            await database.write(add_events, made.practice_id, [START - 30 * HOUR] * 4)
            await swept(database, made.practice_id)
            assert await kept(database, made.practice_id) == [start + 3, start + 4]


async def test_a_server_goes_on_when_a_sweep_fails(
    database: Database,
    made: MadePractice,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sweeper, "_FIRST_SECONDS", (0.0, 0.0))
    monkeypatch.setattr(sweeper, "_NEXT_SECONDS", (0.05, 0.05))
    await database.write(add_events, made.practice_id, [START - 30 * HOUR] * 4)
    await database.write(lambda c: c.execute(text("ALTER TABLE event RENAME TO mislaid")))
    async with running_server(database_url, event_retention_count=2):
        async with asyncio.timeout(5):
            while "sweep failed" not in capsys.readouterr().out:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await database.write(lambda c: c.execute(text("ALTER TABLE mislaid RENAME TO event")))
        await swept(database, made.practice_id)

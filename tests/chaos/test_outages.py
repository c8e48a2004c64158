"""P18: while something is away, answers come in time, boards stay, and nothing is half done."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from tests.chaos.fleet import Fleet, locked, running_fleet
from tests.chaos.ledger import flaws
from tests.chaos.stubborn import open_practice
from tests.client import Client, LiveBoard, error_codes
from tests.model.documents import mutation
from tests.model.fold import difference
from tests.scenarios.spa import Spa

ANSWER_SECONDS = 5.0
MEASURING_SECONDS = 0.8  # of a client whose machine has other things to do
POLLED_SECONDS = 2.0
Outage = Callable[[Fleet], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def database_killed(fleet: Fleet) -> AsyncIterator[None]:
    assert fleet.postgres is not None
    await asyncio.to_thread(fleet.postgres.kill)
    yield
    await asyncio.to_thread(fleet.postgres.start)


@asynccontextmanager
async def database_frozen(fleet: Fleet) -> AsyncIterator[None]:
    assert fleet.postgres is not None
    fleet.postgres.freeze()
    yield
    fleet.postgres.thaw()


@asynccontextmanager
async def database_read_only(fleet: Fleet) -> AsyncIterator[None]:
    await fleet.sql("ALTER SYSTEM SET default_transaction_read_only = on")
    await fleet.sql("SELECT pg_reload_conf()")
    await asyncio.sleep(0.5)
    yield
    await fleet.sql("ALTER SYSTEM RESET default_transaction_read_only")
    await fleet.sql("SELECT pg_reload_conf()")
    await asyncio.sleep(0.5)


@asynccontextmanager
async def postgres_full(fleet: Fleet) -> AsyncIterator[None]:
    """Say what PostgreSQL says when a table cannot grow; the last table of a change does."""
    await fleet.sql(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END$$"
    )
    await fleet.sql("CREATE TRIGGER full_disk BEFORE INSERT ON event EXECUTE FUNCTION full_disk()")
    yield
    await fleet.sql("DROP FUNCTION full_disk CASCADE")


@asynccontextmanager
async def file_locked(fleet: Fleet) -> AsyncIterator[None]:
    held = asyncio.create_task(asyncio.to_thread(locked, fleet.path, 8))
    await asyncio.sleep(0.2)
    yield
    await held


@asynccontextmanager
async def disk_full(fleet: Fleet) -> AsyncIterator[None]:
    log = fleet.path.with_name("practice.db-wal")
    for host in fleet.hosts:
        host.limit_files(log.stat().st_size + 100)
    yield
    for host in fleet.hosts:
        host.limit_files(None)


async def unavailable(client: Client, card: str, stage: str, key: str) -> float:
    """Send a change that cannot be made now; return how long that took to be said."""
    began = time.monotonic()
    given = {"input": {"id": card, "stageId": stage}, "key": key}
    response = await Client.post(client, mutation("moveOpportunity", keyed=True), given)
    taken = time.monotonic() - began
    assert error_codes(response.json()) == ["UNAVAILABLE"], response.text
    return taken


async def followed(spa: Spa, board: LiveBoard) -> None:
    """Assert that a board that was never closed holds what a query says."""
    fresh = await spa.ada.board(spa.pipeline)
    await board.until(
        lambda: difference(board.fold, fresh, fresh.cards()) is None, "the board of a query"
    )
    assert not board.over
    assert not board.fold.broken


async def outage(kind: str, folder: Path, break_it: Outage) -> None:
    """Break the database; changes are refused in time, and work again when it is whole."""
    async with (
        running_fleet(kind, folder, workers=(1,), bus="memory") as fleet,
        open_practice(fleet) as spa,
    ):
        _, card = await spa.pair()
        board = await spa.watch(spa.ada)
        await spa.move(card, "Booked")
        stages = [spa.stages[name] for name in ("Cold", "Patient", "Lead")]
        async with break_it(fleet):
            taken = await asyncio.gather(
                *(unavailable(spa.ada, card, one, f"outage {one}") for one in stages)
            )
            assert max(taken) < ANSWER_SECONDS + MEASURING_SECONDS, taken
            assert not board.over
        assert not (found := await fleet.read(flaws)), found
        fresh = await spa.ada.board(spa.pipeline)
        assert fresh.cards()[card]["stage"]["id"] == spa.stages["Booked"]
        await spa.move(card, "Cold")
        await followed(spa, board)
        drift = await fleet.check()
        assert not drift, drift


POSTGRES: dict[str, Outage] = {
    "killed": database_killed,
    "frozen": database_frozen,
    "read-only": database_read_only,
    "full": postgres_full,
}
SQLITE: dict[str, Outage] = {"locked": file_locked, "full": disk_full}


@pytest.mark.parametrize("name", ["frozen"])
async def test_p18_postgresql_does_not_answer(name: str, tmp_path: Path) -> None:
    await outage("postgresql", tmp_path, POSTGRES[name])


@pytest.mark.parametrize("name", ["full"])
async def test_p18_sqlite_has_no_room(name: str, tmp_path: Path) -> None:
    await outage("sqlite", tmp_path, SQLITE[name])


@pytest.mark.chaos
@pytest.mark.parametrize("name", ["killed", "read-only", "full"])
async def test_p18_postgresql_is_away(name: str, tmp_path: Path) -> None:
    await outage("postgresql", tmp_path, POSTGRES[name])


@pytest.mark.chaos
@pytest.mark.parametrize("name", ["locked"])
async def test_p18_sqlite_is_busy(name: str, tmp_path: Path) -> None:
    await outage("sqlite", tmp_path, SQLITE[name])


@pytest.mark.chaos
async def test_p18_the_bus_is_away(kind: str, tmp_path: Path) -> None:
    async with (
        running_fleet(kind, tmp_path) as fleet,
        open_practice(fleet) as spa,
    ):
        assert fleet.valkey is not None
        _, card = await spa.pair()
        boards = [await spa.watch(spa.ada) for _ in range(4)]
        await _bus_away(spa, boards, card, fleet.valkey.kill, fleet.valkey.start, fleet)
        await _bus_away(spa, boards, card, fleet.valkey.freeze, fleet.valkey.thaw, fleet)


async def _bus_away(
    spa: Spa,
    boards: list[LiveBoard],
    card: str,
    down: Callable[[], None],
    up: Callable[[], None],
    fleet: Fleet,
) -> None:
    await asyncio.to_thread(down)
    for name in ("Booked", "Cold", "Patient", "Lead"):
        await spa.move(card, name)
        answered = time.monotonic()
        await asyncio.gather(*(_tells(board, card, spa.stages[name]) for board in boards))
        assert time.monotonic() - answered < POLLED_SECONDS
    for host in fleet.hosts:
        assert (await asyncio.to_thread(host.get, "/readyz")).status_code == 200
    await asyncio.to_thread(up)


async def _tells(board: LiveBoard, card: str, stage: str) -> None:
    await board.until(lambda: bool(board.fold.cards()[card]["stage"]["id"] == stage), stage)

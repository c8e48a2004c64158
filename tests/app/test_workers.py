"""`serve --workers 2` as real processes: boards on every worker, and workers that die."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.app.test_cli import environment
from tests.client import LiveBoard
from tests.model.fold import difference
from tests.processes import free_port, kill, lives
from tests.scenarios.spa import Spa, open_spa
from tests.server import SECRET, Server, running_server
from tests.valkey import running_valkey

START_SECONDS = 60.0
STOP_SECONDS = 10.0
HELPERS = "resource_tracker"


class Workers:
    """A supervisor and its workers, on one port."""

    def __init__(self, port: int, supervisor: "subprocess.Popen[bytes]") -> None:
        self.port = port
        self.health = f"http://127.0.0.1:{port}/healthz"
        self.supervisor = supervisor
        self.process = psutil.Process(supervisor.pid)

    @property
    def pids(self) -> set[int]:
        """The workers of now, by their process ids."""
        children = [one for one in self.process.children() if one.status() != "zombie"]
        return {one.pid for one in children if HELPERS not in " ".join(one.cmdline())}

    @contextmanager
    def only(self, pid: int) -> Iterator[None]:
        """Let one worker alone accept what is opened inside."""
        others = self.pids - {pid}
        for one in others:
            os.kill(one, signal.SIGSTOP)
        try:
            yield
        finally:
            for one in others:
                os.kill(one, signal.SIGCONT)

    async def two(self, *, without: frozenset[int] = frozenset()) -> list[int]:
        """Wait until there are two workers that answer, none of those in `without`."""
        await within(START_SECONDS, lambda: len(self.pids) == 2 and not self.pids & without, "two")
        for pid in (found := sorted(self.pids)):
            with self.only(pid):
                await within(START_SECONDS, self._answers, f"an answer of {pid}")
        return found

    def _answers(self) -> bool:
        try:
            return httpx2.get(self.health, timeout=0.5, trust_env=False).status_code == 200
        except httpx2.TransportError:
            return False


async def within(seconds: float, true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(true):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.05)


@contextmanager
def started(folder: Path, **variables: str) -> Iterator[Workers]:
    """Yield workers that look at the log each minute unless they are woken."""
    port = free_port()
    command = [sys.executable, "-m", "app", "serve", "--workers", "2", "--port", str(port)]
    secret = {"SECRET_KEY": SECRET.decode(), "POLL_SECONDS": "60", "TMPDIR": str(folder)}
    with (folder / "serve.log").open("wb") as log:
        supervisor = subprocess.Popen(
            command, cwd=folder, env=environment(**secret, **variables), stderr=log
        )
    try:
        yield Workers(port, supervisor)
    finally:
        if supervisor.poll() is None:
            kill(supervisor.pid)
            supervisor.wait()


@asynccontextmanager
async def running_workers(
    database_url: str, folder: Path, **variables: str
) -> AsyncIterator[tuple[Workers, Spa]]:
    """Yield two workers, and a practice whose requests go to them."""
    with started(folder, DATABASE_URL=database_url, **variables) as workers:
        await workers.two()
        async with running_server(database_url) as here:
            remote = Server(workers.port, here.desk)
            async with open_spa(remote, different_owners=True) as spa:
                yield workers, spa


async def boards_on(workers: Workers, spa: Spa) -> list[LiveBoard]:
    """Open a live board on each worker."""
    boards = []
    for pid in sorted(workers.pids):
        with workers.only(pid):
            boards.append(await spa.watch(spa.ada))
    return boards


async def moved(spa: Spa, card: str, stage: str) -> None:
    """Move a card; a connection to a worker that is gone is tried again, as clients do."""
    try:
        await spa.move(card, stage)
    except httpx2.TransportError:
        await spa.move(card, stage)


async def all_see(boards: list[LiveBoard], spa: Spa, card: str, stage: str) -> None:
    """Move a card; every board must be told long before workers would look by themselves."""
    await moved(spa, card, stage)
    for board in boards:
        event = await board.next("CardUpdated")
        assert event["opportunity"]["stage"]["id"] == spa.stages[stage]


async def equals_query(board: LiveBoard, spa: Spa) -> None:
    fresh = await spa.ada.board(spa.pipeline)
    await board.until(
        lambda: difference(board.fold, fresh, fresh.cards()) is None, "the board of a query"
    )


async def stopped(workers: Workers, boards: list[LiveBoard], asked: int) -> None:
    """Stop the supervisor; sockets get 1012, and no process is left in time."""
    began, every = time.monotonic(), [workers.process, *workers.process.children()]
    workers.supervisor.send_signal(asked)
    assert await asyncio.to_thread(workers.supervisor.wait, STOP_SECONDS) == 0
    assert [await board.closed() for board in boards] == [1012] * len(boards)
    await within(1, lambda: not any(lives(one) for one in every), "all ended")
    assert time.monotonic() - began < STOP_SECONDS


async def test_a_worker_is_killed_and_no_board_misses_anything(
    database_url: str, tmp_path: Path
) -> None:
    async with running_workers(database_url, tmp_path) as (workers, spa):
        _, card = await spa.pair()
        first, second = await boards_on(workers, spa)
        for stage in ("Booked", "Cold", "Lead"):
            await all_see([first, second], spa, card, stage)
        killed = min(workers.pids)
        os.kill(killed, signal.SIGKILL)
        assert await first.closed() == 1006
        await moved(spa, card, "Booked")
        await first.resume()
        for board in (first, second):
            assert (await board.next("CardUpdated"))["opportunity"]["id"] == card
            await equals_query(board, spa)
        await workers.two(without=frozenset({killed}))
        others = await boards_on(workers, spa)
        await all_see([first, second, *others], spa, card, "Patient")
        await stopped(workers, [first, second, *others], signal.SIGTERM)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_rolling_restart_and_a_supervisor_that_is_killed(
    database_url: str, tmp_path: Path
) -> None:
    with running_valkey() as valkey:
        started = running_workers(database_url, tmp_path, WAKE_URL=valkey.url)
        async with started as (workers, spa):
            _, card = await spa.pair()
            before = frozenset(workers.pids)
            boards = await boards_on(workers, spa)
            await all_see(boards, spa, card, "Cold")
            workers.supervisor.send_signal(signal.SIGHUP)
            for board, stage in zip(boards, ("Booked", "Lead"), strict=True):
                await within(START_SECONDS, lambda board=board: board.over, "replaced")  # type: ignore[misc]
                assert board.close_code == 1012
                await moved(spa, card, stage)
                await board.resume()
                await equals_query(board, spa)
            await workers.two(without=before)
            await killed_supervisor_ends_its_workers(workers)


async def killed_supervisor_ends_its_workers(workers: Workers) -> None:
    left = [psutil.Process(pid) for pid in workers.pids]
    workers.supervisor.kill()
    await asyncio.to_thread(workers.supervisor.wait)
    await within(STOP_SECONDS, lambda: not any(lives(one) for one in left), "ended alone")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_frozen_worker_does_not_hold_up_the_end(database_url: str, tmp_path: Path) -> None:
    variables = {"DATABASE_URL": database_url, "GRACEFUL_STOP_SECONDS": "1"}
    with started(tmp_path, **variables) as workers:
        frozen, _ = await workers.two()
        os.kill(frozen, signal.SIGSTOP)
        await stopped(workers, [], signal.SIGTERM)
    assert "worker killed: it did not stop in time" in (tmp_path / "serve.log").read_text()

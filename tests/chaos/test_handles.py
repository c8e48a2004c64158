"""Memory and handles come back to where they were after thousands of live boards came and went."""

import asyncio
import gc
from pathlib import Path

import psutil
import pytest

from tests.chaos.fleet import running_fleet
from tests.chaos.host import Host, within
from tests.chaos.stubborn import Stubborn, open_practice
from tests.client import LiveBoard
from tests.scenarios.spa import Spa, open_spa
from tests.server import running_server

WARM_UP, CYCLES, AT_ONCE = 500, 2000, 50
# A socket leaves some 7 KB of cycles, which the collector looks at rarely (app/tuning.py).
MOST_GROWN = 24 * 2**20
# A board is some 300 objects; the pool's connections get to know more statements meanwhile.
MOST_OBJECTS = 20 * 8 * AT_ONCE
CALM_SECONDS = 30.0
GAUGES = ("l2p_sockets", "l2p_streams")

pytestmark = pytest.mark.chaos


async def come_and_go(spa: Spa, cycles: int) -> None:
    """Open live boards, change something, and lose all of them; half say goodbye."""
    _, card = await spa.pair("Nora")
    for number in range(cycles // AT_ONCE):
        boards = [LiveBoard(spa.ada, spa.pipeline) for _ in range(AT_ONCE)]
        await asyncio.gather(*(board.open() for board in boards))
        await spa.move(card, ("Booked", "Lead")[number % 2])
        for board in boards:
            await board.cut()


def open_boards(host: Host) -> float:
    """Return how many sockets and streams the server says that it has."""
    lines = [line.split() for line in host.get("/metrics").text.splitlines()]
    return sum(float(words[-1]) for words in lines if words[0] in GAUGES)


async def calm(host: Host) -> tuple[int, int, int]:
    """Wait until all boards are forgotten; return the handles, threads and bytes of now."""
    await within(CALM_SECONDS, lambda: open_boards(host) == 0, "no board is left")
    process = psutil.Process(host.pid)
    await within(
        CALM_SECONDS,
        lambda: not [one for one in process.net_connections() if one.status == "CLOSE_WAIT"],
        "no socket is left half closed",
    )
    return process.num_fds(), process.num_threads(), process.memory_info().rss


async def test_thousands_of_boards_leave_nothing_behind(kind: str, tmp_path: Path) -> None:
    async with (
        running_fleet(kind, tmp_path, workers=(1,), bus="memory") as fleet,
        open_practice(fleet) as spa,
    ):
        host = fleet.hosts[0]
        await come_and_go(spa, WARM_UP)
        fds, threads, rss = await calm(host)
        await come_and_go(spa, CYCLES)
        fds_after, threads_after, rss_after = await calm(host)
        assert threads_after <= threads
        assert fds_after <= fds + 2, (fds, fds_after)
        assert rss_after - rss < MOST_GROWN, (rss, rss_after)
        print(f"{kind}: handles {fds} -> {fds_after}, MiB {rss >> 20} -> {rss_after >> 20}")


async def test_no_object_and_no_task_is_left(database_url: str) -> None:
    async with (
        running_server(database_url, max_sockets=1000) as server,
        open_spa(server, different_owners=True, kind=Stubborn) as spa,
    ):
        await come_and_go(spa, 4 * AT_ONCE)
        tasks, objects = await at_rest()
        await come_and_go(spa, 8 * AT_ONCE)
        tasks_after, objects_after = await at_rest()
        assert tasks_after == tasks
        assert objects_after - objects < MOST_OBJECTS


async def at_rest() -> tuple[int, int]:
    """Return how many tasks and objects there are when all is quiet."""
    await asyncio.sleep(1.5)  # a room ends with its next look at the log
    gc.collect()
    return len(asyncio.all_tasks()), len(gc.get_objects())

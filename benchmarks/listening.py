"""The client of the fan-out: opens subscribers, moves cards, and waits for every delivery."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psutil
import uvloop

from benchmarks.frames import Crowd, Subscriber
from benchmarks.load import Connection, more_files

_AT_ONCE = 20
_QUIET_SECONDS = 1.0
_OPEN_SECONDS = 120.0
_PACE_SECONDS = 0.1
_KIB = 1024


@dataclass(frozen=True)
class Audience:
    """Who listens to what, which cards are moved meanwhile, and how long to wait at most."""

    port: int
    pid: int
    path: str
    payload: dict[str, Any]
    tokens: Sequence[str]
    first_moves: Sequence[bytes]
    moves: Sequence[bytes]
    paced_moves: Sequence[bytes]
    seconds: float
    snapshots: bool


@dataclass(frozen=True)
class Heard:
    """What came of it."""

    listeners: int
    deliveries: int
    expected: int
    seconds: float
    cpu_seconds: float
    rss_kib: float
    peak_kib: float
    frame_bytes: float
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        """How many events were received a second."""
        return self.deliveries / self.seconds

    @property
    def cpu_a_move(self) -> float:
        """How many seconds of CPU the server spent on a move."""
        return self.cpu_seconds * self.listeners / self.expected

    @property
    def cpu_us(self) -> float:
        """What the server spent on each, all else included."""
        return 1e6 * self.cpu_seconds / max(1, self.deliveries)


def listen(audience: Audience) -> Heard:
    """Measure one audience."""
    more_files()
    return uvloop.run(_listen(audience))


async def _listen(audience: Audience) -> Heard:
    server = psutil.Process(audience.pid)
    await _warm(audience)
    empty = server.memory_info().rss
    crowd = Crowd()
    crowded = await _subscribe(crowd, audience, audience.tokens)
    full = server.memory_info().rss
    expected = len(audience.moves) * len(crowded)
    before, began = server.cpu_times(), time.perf_counter()
    await _move(audience.port, audience.moves)
    await crowd.until("deltas", expected, audience.seconds)
    elapsed, after = time.perf_counter() - began, server.cpu_times()
    peak, deliveries = server.memory_info().rss, crowd.deltas
    waits = await _waits(crowd, crowded, audience)
    return Heard(
        listeners=len(crowded),
        deliveries=deliveries,
        expected=expected,
        seconds=elapsed,
        cpu_seconds=after.user + after.system - before.user - before.system,
        rss_kib=(full - empty) / len(crowded) / _KIB,
        peak_kib=(peak - empty) / len(crowded) / _KIB,
        frame_bytes=crowd.bytes / max(1, crowd.deltas),
        p50_ms=1000 * waits[len(waits) // 2],
        p99_ms=1000 * waits[len(waits) * 99 // 100],
    )


async def _move(port: int, moves: Sequence[bytes]) -> None:
    """Move cards, one after another, on a connection that was not idle for long."""
    mover = await Connection.open(port)
    for move in moves:
        await mover.ask(move)
    mover.close()


async def _waits(crowd: Crowd, crowded: list[Subscriber], audience: Audience) -> list[float]:
    """Return how long each waited for moves at a pace, the shortest first; let them go."""
    mover = await Connection.open(audience.port)
    for move in audience.paced_moves:
        expected = crowd.deltas + len(crowded)
        began = crowd.moved_at = time.perf_counter()
        await mover.ask(move)
        await crowd.until("deltas", expected, audience.seconds)
        await asyncio.sleep(max(0.0, began + _PACE_SECONDS - time.perf_counter()))
    mover.close()
    for one in crowded:
        one.close()
    return sorted(crowd.waits)


async def _warm(audience: Audience) -> None:
    """Let the server import and cache what it needs, with a few subscribers that leave again."""
    crowd = Crowd()
    few = await _subscribe(crowd, audience, audience.tokens[:10])
    await _move(audience.port, audience.first_moves)
    await crowd.until("deltas", len(audience.first_moves) * len(few), 5)
    for one in few:
        one.close()
    await asyncio.sleep(_QUIET_SECONDS)


async def _subscribe(crowd: Crowd, audience: Audience, tokens: Sequence[str]) -> list[Subscriber]:
    loop = asyncio.get_running_loop()
    crowded: list[Subscriber] = []
    for place, token in enumerate(tokens, 1):
        one = Subscriber(crowd, audience.path, token, audience.payload)
        await loop.create_connection(lambda one=one: one, "127.0.0.1", audience.port)  # type: ignore[misc]
        crowded.append(one)
        if place % _AT_ONCE == 0:
            await crowd.until("ready", place, _OPEN_SECONDS)
    if not await crowd.until("ready", len(tokens), _OPEN_SECONDS):
        raise RuntimeError(f"{crowd.ready} of {len(tokens)} subscribers came in")
    if audience.snapshots and not await crowd.until("snapshots", len(tokens), _OPEN_SECONDS):
        raise RuntimeError(f"{crowd.snapshots} of {len(tokens)} subscribers saw a board")
    await asyncio.sleep(_QUIET_SECONDS)
    return crowded

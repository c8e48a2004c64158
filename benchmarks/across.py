"""From a commit in one process to the socket of a viewer whom another process serves."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import uvloop

from app.tuning import tune_collector
from benchmarks.documents import LIVE
from benchmarks.frames import Crowd, Subscriber
from benchmarks.load import elsewhere
from benchmarks.moves import CARDS, Mover
from benchmarks.places import Place, Places
from benchmarks.report import Report
from benchmarks.serving import serving
from models.database import Database
from resolvers.ids import global_id
from subscriptions.wake import Wake
from tests.valkey import running_valkey

_PER_SECOND = 20
_WARM = 20
_PATIENCE = 10.0
_PLACES = ("hub", "socket")
_FIGURES = ("p50", "p99", "longest")


class _Wait(NamedTuple):
    """Seconds from a commit to another hub's wake-up, and to the event at a socket."""

    hub: float
    socket: float


@dataclass(frozen=True)
class _Crossing:
    """Who commits where, how others are woken, and where the viewer listens."""

    place: dict[str, Any]
    wake_url: str
    port: int
    token: str
    moves: int


def measure(places: Places, report: Report, *, quick: bool) -> None:
    """Measure every way to wake another process."""
    moves = 60 if quick else 400
    report.section(
        "Across processes",
        f"{moves} moves, {_PER_SECOND} a second, committed by one process; a live board on a server"
        " in another. From the commit to the wake-up of another hub, and to the event at the"
        " viewer's socket, in ms.",
    )
    rows = []
    with running_valkey() as valkey:
        for number, (kind, name, url) in enumerate(_ways(places, valkey.url)):
            place = places.copy(kind, CARDS, f"across_{number}")
            with serving(place, wake_url=url) as served:
                token = served.token(place.staff.unrestricted[0])
                crossing = _Crossing(place.as_json(), url, served.port, token, moves)
                waits = elsewhere(_cross, crossing)
            rows.append((f"{kind}, {name}", *_figures(waits)))
    report.table(("", *(f"{at} {of}" for at in _PLACES for of in _FIGURES)), rows)


def _ways(places: Places, valkey: str) -> Iterator[tuple[str, str, str]]:
    """Yield databases and ways to wake: by name, and by WAKE_URL."""
    yield "SQLite", "sqlite://", "sqlite://"
    yield "SQLite", "Valkey", valkey
    if "PostgreSQL" in places.kinds:
        yield "PostgreSQL", "postgres://", "postgres://"
        yield "PostgreSQL", "Valkey", valkey


def _figures(waits: Sequence[_Wait]) -> Iterator[str]:
    for at in zip(*waits, strict=True):
        ordered = sorted(at)
        for one in (ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100], ordered[-1]):
            yield f"{1000 * one:.1f}"


def _cross(crossing: _Crossing) -> list[_Wait]:
    tune_collector()  # who commits is a worker too
    return uvloop.run(_crossed(crossing))


async def _crossed(crossing: _Crossing) -> list[_Wait]:
    place, woken = Place.from_json(crossing.place), asyncio.Event()
    database = Database(place.url)
    wake, hub = (Wake(crossing.wake_url, place.url) for _ in range(2))
    await wake.start(lambda _: None)
    await hub.start(lambda _: woken.set())
    hub.attend(here=True)
    crowd, viewer = await _watch(crossing, UUID(place.staff.pipeline))
    mover = await Mover.of(place, database)
    waits = []
    for number in range(1, _WARM + crossing.moves + 1):
        woken.clear()
        await mover.step()
        committed = time.perf_counter()
        await wake.announce(UUID(place.staff.practice))
        waits.append(await _waited(committed, woken, crowd, number))
        await asyncio.sleep(max(0.0, 1 / _PER_SECOND - waits[-1].socket))
    viewer.close()
    for one in (hub, wake, database):
        await one.close()
    return waits[_WARM:]


async def _waited(committed: float, woken: asyncio.Event, crowd: Crowd, number: int) -> _Wait:
    """Wait for the wake-up and for the event; return how long after the commit they came."""
    async with asyncio.timeout(_PATIENCE):
        await woken.wait()
    hub = time.perf_counter() - committed
    if not await crowd.until("deltas", number, _PATIENCE):
        raise RuntimeError(f"event {number} did not come")
    return _Wait(hub, time.perf_counter() - committed)


async def _watch(crossing: _Crossing, pipeline: UUID) -> tuple[Crowd, Subscriber]:
    """Open a live board and wait for its first snapshot."""
    crowd = Crowd()
    payload = {"query": LIVE, "variables": {"pipeline": global_id("Pipeline", pipeline)}}
    viewer = Subscriber(crowd, "/graphql", crossing.token, payload)
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: viewer, "127.0.0.1", crossing.port)
    if not await crowd.until("snapshots", 1, _PATIENCE):
        raise RuntimeError("no board was opened")
    return crowd, viewer

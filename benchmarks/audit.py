"""What noting reads costs: `contact(id:)` with and without it, in turns, without HTTP."""

import asyncio
import time
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import gettempdir
from uuid import UUID

from sqlalchemy import Connection, select

from app.auditing.trail import ReadTrail
from app.tuning import tune_collector
from benchmarks.places import Place, Places
from benchmarks.report import Report
from benchmarks.serving import SECRET
from files.links import Links
from files.press.press import Press
from files.shelf import Shelf
from files.store import open_store
from models.contact import contact
from models.database import Database
from models.seams import Seams
from permissions.viewer import Credential
from resolvers import vocabulary
from resolvers.ids import global_id
from resolvers.seal import Seal
from schema.context import Context, Services
from schema.execution import Engine, Request
from subscriptions.relay import Relay
from subscriptions.wake import Wake

CARDS = 20_000
_READ = """query ($id: ID!) { contact(id: $id) {
  id name firstName lastName email phone source version createdAt updatedAt
  type { id name } owner { id name } tags { id name } followers { user { id name } }
  doNotDisturb { all channels { channel status } }
} }"""
_TURNS = 12
_CALLERS = 4


@dataclass(frozen=True)
class _Cost:
    """What one turn took: reads a second, and CPU of the process in microseconds a read."""

    per_second: float
    cpu_us: float


def measure(places: Places, report: Report, *, quick: bool) -> None:
    """Measure on every database."""
    report.section(
        "Audit of reads",
        f"`contact(id:)` without HTTP, sign-in included, {_CALLERS} callers, {CARDS:,} contacts;"
        f" medians of {_TURNS} turns with and {_TURNS} without a row of the audit trail for each"
        " read, in turns. The writing of the rows is part of its turn.",
    )
    rows = []
    for kind in places.kinds:
        place = places.copy(kind, CARDS, "audit")
        rows += asyncio.run(_compared(place, 0.3 if quick else 1.5))
    report.table(("", "reads/s", "CPU us/read", "more CPU %"), rows)


async def _compared(place: Place, seconds: float) -> list[tuple[str, ...]]:
    tune_collector()
    database, seal = Database(place.url), Seal(SECRET)
    lost: list[int] = []
    trail = ReadTrail(database, lost.append)
    store = open_store(Path(gettempdir(), "bench-files").as_uri())
    shelf = Shelf(store, Press(), Links(SECRET))
    relay = Relay(database, seal, Wake("memory://"))
    without = Services(database, seal, Seams(), relay, shelf)
    noting = replace(without, note_reads=trail.add)
    async with database.reader() as reader:
        ids = await reader.run(_some_contacts)
    readers = _Readers(ids, [UUID(one) for one in place.staff.unrestricted], trail)
    await readers.turn(without, seconds)
    costs: dict[bool, list[_Cost]] = {True: [], False: []}
    for turn in range(2 * _TURNS):
        noted = turn % 2 == 0
        costs[noted].append(await readers.turn(noting if noted else without, seconds))
    await trail.close()
    await database.close()
    assert not lost
    return _told(place.kind, costs)


class _Readers:
    """Some callers who read one contact after another."""

    def __init__(self, ids: list[str], users: list[UUID], trail: ReadTrail) -> None:
        """Take what is read, who reads, and where it is noted."""
        self._ids = cycle(ids)
        self._users = cycle(users)
        self._trail = trail
        self._engine = Engine()
        self._count = 0

    async def turn(self, services: Services, seconds: float) -> _Cost:
        """Read for some time; what was noted is written before it ends."""
        self._count = 0
        began, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(self._work(services, began + seconds) for _ in range(_CALLERS)))
        await self._trail.written()
        elapsed, spent = time.perf_counter() - began, time.process_time() - cpu
        return _Cost(self._count / elapsed, 1e6 * spent / self._count)

    async def _work(self, services: Services, until: float) -> None:
        while time.perf_counter() < until:
            async with services.database.reader() as reader:
                viewer = await reader.run(vocabulary.load_viewer, Credential(next(self._users)))
                assert viewer is not None
                context = Context(services, viewer, reader, "0" * 32)
                asked = Request(_READ, {"id": next(self._ids)})
                result = await self._engine.execute(asked, context)
            assert result.data is not None
            assert result.data["contact"] is not None
            self._count += 1


def _told(kind: str, costs: dict[bool, list[_Cost]]) -> list[tuple[str, ...]]:
    cpu = {noted: median(one.cpu_us for one in turns) for noted, turns in costs.items()}
    rate = {noted: median(one.per_second for one in turns) for noted, turns in costs.items()}
    more = 100 * (cpu[True] / cpu[False] - 1)
    return [
        (f"{kind}, not noted", f"{rate[False]:,.0f}", f"{cpu[False]:,.0f}", ""),
        (f"{kind}, noted", f"{rate[True]:,.0f}", f"{cpu[True]:,.0f}", f"{more:.1f}"),
    ]


def _some_contacts(connection: Connection) -> list[str]:
    keys = connection.scalars(select(contact.c.id).limit(2000))
    return [global_id("Contact", key) for key in keys]

"""Moves of cards a second through the resolver layer: rights, log and derived tables included."""

import asyncio
import statistics
import time
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from sqlalchemy import Connection, select

from app.checking.drift import drift
from benchmarks.places import Place, Places
from benchmarks.report import Report
from models.database import Database
from models.engines import UNHURRIED
from models.opportunity import opportunity
from models.seams import Seams
from permissions.viewer import Credential
from resolvers.forms import MoveOpportunity
from resolvers.ids import Ref
from resolvers.opportunities import move
from resolvers.perform import Call, perform

CARDS = 20_000
_MOVED = 2_000
_CALLERS = (1, 8)


@dataclass
class Mover:
    """Moves cards, one stage on at each turn."""

    database: Database
    place: Place
    cards: list[UUID]
    turn: int = 0
    waits: list[float] = field(default_factory=list)

    @classmethod
    async def of(cls, place: Place, database: Database) -> Self:
        """Return a mover of open cards of the first stage."""
        async with database.reader() as reader:
            cards = await reader.run(_first_cards, UUID(place.staff.stages[0]))
        return cls(database, place, cards)

    async def step(self) -> None:
        """Move the next card."""
        users, stages = self.place.staff.unrestricted, self.place.staff.stages
        turn, self.turn = self.turn, self.turn + 1
        call = Call(credential=Credential(UUID(users[turn % len(users)])), action="moveOpportunity")
        card = self.cards[turn % len(self.cards)]
        stage = stages[(turn // len(self.cards) + 1) % len(stages)]
        form = MoveOpportunity(id=Ref("Opportunity", card), stage_id=Ref("Stage", UUID(stage)))
        await self.database.write(perform, Seams(), call, move, form)

    async def work(self, until: float) -> None:
        """Move cards until a moment."""
        while (began := time.perf_counter()) < until:
            await self.step()
            self.waits.append(time.perf_counter() - began)


def measure(places: Places, report: Report, *, quick: bool) -> None:
    """Measure one caller, and several at once, on every database."""
    report.section(
        "Moves",
        f"`moveOpportunity` without HTTP, {CARDS:,} opportunities of one practice. Both databases"
        " wait for the disk at each commit. Drift: what `app check` finds afterwards of sums and"
        " other derived rows that are not as the records say.",
    )
    rows = []
    for kind in places.kinds:
        for callers in _CALLERS:
            place = places.copy(kind, CARDS, f"moves_{callers}")
            rows.append(asyncio.run(_moved(place, callers, 2 if quick else 6)))
    report.table(("", "moves/s", "p50 ms", "p99 ms", "CPU ms/move", "drift"), rows)


async def _moved(place: Place, callers: int, seconds: float) -> tuple[str, ...]:
    database = Database(place.url)
    mover = await Mover.of(place, database)
    await mover.work(time.perf_counter() + 0.3)
    mover.waits.clear()
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(mover.work(began + seconds) for _ in range(callers)))
    elapsed, cpu = time.perf_counter() - began, time.process_time() - cpu
    await database.close()
    drifted = await _drifted(place)
    waits = sorted(mover.waits)
    return (
        f"{place.kind}, {callers} at once",
        f"{len(waits) / elapsed:,.0f}",
        f"{1000 * statistics.median(waits):.2f}",
        f"{1000 * waits[len(waits) * 99 // 100]:.2f}",
        f"{1000 * cpu / len(waits):.2f}",
        str(drifted),
    )


async def _drifted(place: Place) -> int:
    database = Database(place.url, UNHURRIED)
    found = await drift(database)
    await database.close()
    return len(found)


def _first_cards(connection: Connection, stage: UUID) -> list[UUID]:
    statement = select(opportunity.c.id).filter_by(stage_id=stage, status="OPEN").limit(_MOVED)
    return list(connection.scalars(statement))

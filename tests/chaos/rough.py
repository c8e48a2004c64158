"""The flagship walk through faults: afterwards live boards, queries and the model agree (P1)."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from tests.chaos.faults import Fault, Field, faults_of
from tests.chaos.fleet import Fleet
from tests.chaos.ledger import flaws
from tests.chaos.noise import Noise
from tests.chaos.stubborn import Steady, Sturdy, open_practice
from tests.chaos.tally import TALLY
from tests.client import LiveBoard
from tests.flagship.walk import Walk

PEOPLE = ["Eve", "Pim", "Lea", "Sam"]
MOVERS = 2
LEAST_MOVES = 4


class RoughWalk(Walk):
    """A walk of one practice, beside the noise of another."""

    def __init__(self, chance: Random, fleet: Fleet, side: Steady, noise: Noise) -> None:
        super().__init__(chance, [side])
        self.fleet, self.side, self.noise = fleet, side, noise
        self.field = Field(fleet, chance, self.boards, noise.spa.ada, noise.spa.pipeline)
        self.count = TALLY[fleet.kind]

    def boards(self) -> list[LiveBoard]:
        """Return all open boards."""
        return [seat.board for seat in (*self.seats, *self.noise.seats)]

    async def through(self, name: str, fault: Fault) -> None:
        """Work while something goes wrong; then check everything and everybody."""
        began, before = time.monotonic(), self._worked()
        self.noise.start()
        try:
            going_wrong = asyncio.ensure_future(fault(self.field))
            try:
                await self._work(going_wrong)
            finally:
                await asyncio.wait([going_wrong])
                await self.noise.stop()
            going_wrong.result()
            self.count.faults[name] += 1
            await self.fleet.heal()
            await self.check()
        except Exception as error:
            self.count.violations += 1
            error.add_note(f"{name}; the last changes:\n" + "\n".join(self.side.history[-12:]))
            raise
        self.count.work["changes"] += self._worked() - before
        print(f"{self.fleet.kind} {name}: {time.monotonic() - began:.1f} s")

    def _worked(self) -> int:
        return len(self.side.history) + sum(one.moves for one in self.noise.movers)

    async def _work(self, going_wrong: "asyncio.Task[None]") -> None:
        moves = 0
        while moves < LEAST_MOVES or not going_wrong.done():
            await self.side.play_one()
            moves += 1
            await asyncio.sleep(0.02)

    async def check(self) -> None:
        """Check every viewer, every acknowledged move, and the database itself."""
        before = self.checks
        await self._check(self.side)
        await self.noise.check()
        self.count.work["viewer-checks"] += self.checks - before
        found = await self.fleet.read(flaws)
        assert not found, found[:10]
        for board in self.boards():
            assert not board.fold.broken, board.fold.broken
            reasons = {event.get("reason") for event in board.events}
            assert "CURSOR_EXPIRED" not in reasons, "a cursor was not resumed (P5)"


@asynccontextmanager
async def open_rough_walk(fleet: Fleet, seed: int) -> AsyncIterator[RoughWalk]:
    """Set both practices up, with people watching; check the whole database at the end."""
    chance = Random(seed)
    different = seed % 2 == 0
    async with (
        open_practice(fleet, different_owners=different, name="north") as north,
        open_practice(fleet, name="south") as south,
    ):
        side = Steady(north, chance, different_owners=different)
        await side.settle_in(PEOPLE, contacts=4)
        for client in (north.ada, north.ben, north.dan, *list(side.clients.values())[4:6]):
            await side.seat(client, 1)
        noise = Noise(south, chance)
        await noise.settle_in(MOVERS)
        walk = RoughWalk(chance, fleet, side, noise)
        try:
            yield walk
            drift = await fleet.check()
            assert not drift, drift
        finally:
            await noise.stop()
            for board in walk.boards():
                await board.cut()


async def rough_walk(fleet: Fleet, seed: int, *names: str, seconds: float = 0) -> None:
    """Walk through each fault once, or through the named ones; on and on for some seconds."""
    faults = faults_of(fleet)
    ends = time.monotonic() + seconds
    async with open_rough_walk(fleet, seed) as walk:
        first = True
        while first or time.monotonic() < ends:
            deck = [name for name in names or faults if name in faults]
            walk.chance.shuffle(deck)
            for name in deck:
                if first or time.monotonic() < ends:
                    await walk.through(name, faults[name])
            first = False
        assert all(isinstance(seat, Sturdy) for seat in walk.seats)

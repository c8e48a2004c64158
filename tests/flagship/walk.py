"""A random walk over two practices, with every viewer checked after every batch of changes."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import groupby
from random import Random

from tests.client import QUIET, LiveBoard
from tests.flagship.side import STAFF, WATCHERS, Side
from tests.flagship.views import Seat
from tests.scenarios.spa import open_spa
from tests.server import Server

# Of one walk: its seeds and its two databases are told by the tests, which make eight walks.
CHECKS = 1400


class Walk:
    """Two practices that know nothing of each other; most of it happens in the first."""

    def __init__(self, chance: Random, sides: list[Side]) -> None:
        self.chance = chance
        self.sides = sides
        self.checks = 0
        self.steps = 0

    async def step(self) -> None:
        """Cut some boards, change something once or several times, resume, check everybody."""
        self.steps += 1
        side, other = self.sides if self.chance.random() < 0.85 else self.sides[::-1]
        side.foreign[:] = [record.id for record in other.model.practice.records()]
        count = self.chance.choice([1, 1, 1, 2, 3, 5])
        try:
            await self._cut(side)
            for _ in range(count):
                await side.play_one()
            await self._resume(side)
            await self._check(side, share=0.6)
            if self.chance.random() < 0.2:
                await self._check(other)
        except AssertionError as error:
            error.add_note("the last changes:\n" + "\n".join(side.history[-12:]))
            raise

    async def _cut(self, side: Side) -> None:
        for seat in side.seats:
            if not seat.away and self.chance.random() < 0.05:
                await seat.leave()

    async def _resume(self, side: Side) -> None:
        for seat in side.seats:
            if seat.away and self.chance.random() < 0.6:
                await seat.come_back()

    async def _check(self, side: Side, share: float = 1.0) -> None:
        present = [seat for seat in side.seats if not seat.away]
        checked: set[str] = set()
        for client_id, seats in groupby(present, key=lambda seat: seat.client.id):
            if self.chance.random() < share:
                group, changes = list(seats), len(side.history)
                self.checks += await side.checker.viewer(group[0].client, group, changes)
                checked.add(client_id)
        if present and self.chance.random() < 0.2:
            await side.checker.in_full(self.chance.choice(present), len(side.history))
        side.checker.shaken -= checked - {seat.client.id for seat in side.seats if seat.away}

    async def finish(self) -> None:
        """Bring everybody back, wait for stragglers, and check all a last time."""
        for side in self.sides:
            for seat in side.seats:
                if seat.away:
                    await seat.come_back()
            await self._check(side)
        boards = [seat.board for side in self.sides for seat in side.seats]
        await _quiet(boards[0])
        for side in self.sides:
            await self._check(side)

    @property
    def seats(self) -> list[Seat]:
        """Every open board of the walk."""
        return [seat for side in self.sides for seat in side.seats]


async def _quiet(board: LiveBoard) -> None:
    told = -1
    while told != len(board.events):
        told = len(board.events)
        await asyncio.sleep(QUIET)


@asynccontextmanager
async def open_walk(server: Server, seed: int, *, different: bool) -> AsyncIterator[Walk]:
    """Set two practices up, with their people watching; cut everything at the end."""
    chance = Random(seed)
    async with (
        open_spa(server, different_owners=different, name="north") as north,
        open_spa(server, different_owners=not different, name="south") as south,
    ):
        first = Side(north, chance, different_owners=different)
        second = Side(south, chance, different_owners=not different)
        await first.settle_in(list(STAFF), contacts=5)
        await second.settle_in(["Eve"], contacts=2)
        for side in (first, second):
            for client in list(side.clients.values())[:WATCHERS]:
                await side.seat(client, 2 if side is first else 1)
        walk = Walk(chance, [first, second])
        try:
            yield walk
        finally:
            for seat in walk.seats:
                await seat.board.cut()


async def walk(server: Server, seed: int, *, different: bool) -> None:
    """Walk until CHECKS boards were checked, then let everything come to rest and check again."""
    async with open_walk(server, seed, different=different) as steps:
        while steps.checks < CHECKS:
            await steps.step()
        await steps.finish()
        broken = [(seat.label, seat.board.fold.broken) for seat in steps.seats]
        accepted = Counter[str]()
        for side in steps.sides:
            accepted.update(side.accepted)

    assert [each for each in broken if each[1]] == []
    assert steps.checks >= CHECKS
    assert accepted["changeOwner"] + accepted["moveOpportunity"] >= 5
    assert len(accepted) >= 10

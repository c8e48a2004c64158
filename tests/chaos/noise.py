"""Load beside the walk: people of another practice who move cards, and look at once (P11, P22)."""

import asyncio
from random import Random

from tests.chaos.stubborn import Sturdy
from tests.client import Client
from tests.flagship.views import View
from tests.model.fold import Json, difference
from tests.scenarios.spa import Spa

PAUSE_SECONDS = 0.1
CARD = "query Card($id: ID!) { node(id: $id) { ... on Opportunity { stage { id } version } } }"


class Mover:
    """Moves a card that nobody else touches; what was answered must be there for everybody."""

    def __init__(self, client: Client, card: str, stages: list[str], chance: Random) -> None:
        self.client, self.card, self.stages, self.chance = client, card, stages, chance
        self.version = 1
        self.stage = ""
        self.moves = 0
        self.stopping = False

    async def run(self) -> None:
        """Go on until `stopping`; a move that was sent is seen to its end."""
        while not self.stopping:
            wanted = self.chance.choice([one for one in self.stages if one != self.stage])
            await self._move({"id": self.card, "stageId": wanted, "expectedVersion": self.version})
            await asyncio.sleep(PAUSE_SECONDS)

    async def _move(self, given: Json) -> None:
        payload = await self.client.do("moveOpportunity", **given)
        self.moves += 1
        self.stage = given["stageId"]
        self.version = payload["opportunity"]["version"]
        await self.look()

    async def look(self) -> None:
        """Assert that whoever is asked knows of the last answer."""
        data = await self.client.ask(CARD, id=self.card)
        wanted = {"stage": {"id": self.stage}, "version": self.version}
        assert data["node"] == wanted, (data, wanted)


class Noise:
    """Movers of one practice, and live boards that must tell what they do."""

    def __init__(self, spa: Spa, chance: Random) -> None:
        self.spa, self.chance = spa, chance
        self.movers: list[Mover] = []
        self.seats: list[Sturdy] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def settle_in(self, movers: int) -> None:
        """Make the cards, and let Ada and Dan watch."""
        stages = list(self.spa.stages.values())
        for number in range(movers):
            _, card = await self.spa.pair(f"Nora {number}", self.spa.dan)
            mover = Mover(self.spa.dan, card, stages, self.chance)
            mover.stage = self.spa.stages["Lead"]
            self.movers.append(mover)
        for client in (self.spa.ada, self.spa.dan):
            view = View("whole", {"statuses": []})
            self.seats.append(await Sturdy.take(client, self.spa.pipeline, view))

    def start(self) -> None:
        """Begin to move."""
        for mover in self.movers:
            mover.stopping = False
        self._tasks = [asyncio.create_task(one.run(), name="mover") for one in self.movers]

    async def stop(self) -> None:
        """Let every move that was sent be answered; raise what a mover found wrong."""
        for mover in self.movers:
            mover.stopping = True
        tasks, self._tasks = self._tasks, []
        for found in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(found, BaseException):
                raise found

    async def check(self) -> None:
        """Assert that queries and boards hold every move."""
        for mover in self.movers:
            await mover.look()
        for seat in self.seats:
            fresh = await seat.client.board(self.spa.pipeline, where={"statuses": []})
            await seat.equals(fresh, fresh.cards(), shaken=False, changes=0)
            assert difference(seat.board.fold, fresh, fresh.cards()) is None

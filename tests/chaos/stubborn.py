"""Clients as they should be: they ask again until there is an answer, and hold on to their boards.

A mutation is sent again under its idempotency key, mostly to another host, so that its outcome is
certain in the end (P11, P13). A board that lost its connection goes on after its last cursor (P5).
"""

import asyncio
import time
from collections import Counter
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, cast
from uuid import uuid4

import httpx2
from typing_extensions import override
from websockets.exceptions import WebSocketException

from tests.chaos.fleet import Fleet
from tests.client import Client, LiveBoard, error_codes
from tests.flagship.side import Side
from tests.flagship.uploads import ready_upload
from tests.flagship.views import Seat, View
from tests.model.fold import Fold, Json
from tests.scenarios.spa import Spa, open_spa
from tests.server import Server

STUBBORN_SECONDS = 60.0
AWAY = "UNAVAILABLE"
OUT = (4403, 4401)  # access ended while the socket was open, or before


def open_practice(
    fleet: Fleet, *, different_owners: bool = True, name: str = "spa"
) -> AbstractAsyncContextManager[Spa]:
    """Make a practice of stubborn people, for whom a fleet is what a server is."""
    server = cast(Server, fleet)
    return open_spa(server, different_owners=different_owners, name=name, kind=Stubborn)


def no_answer(response: httpx2.Response) -> bool:
    """Return whether a response leaves open what became of the request."""
    if response.status_code in (502, 503):
        return True
    return AWAY in error_codes(response.json())


class Stubborn(Client):
    """A user who asks again until he is answered."""

    patience = 30.0
    again: ClassVar[Counter[str]] = Counter()

    @override
    async def post(
        self,
        document: str,
        variables: Json | None = None,
        *,
        accept: str = "application/graphql-response+json",
    ) -> httpx2.Response:
        """Send a request, again and again where no answer comes."""
        deadline = time.monotonic() + STUBBORN_SECONDS
        while True:
            try:
                response = await super().post(document, variables, accept=accept)
                if not no_answer(response):
                    return response
                self.again["unavailable"] += 1
            except httpx2.TransportError as error:
                self.again[type(error).__name__] += 1
            assert time.monotonic() < deadline, f"no answer within {STUBBORN_SECONDS} s"
            await asyncio.sleep(0.1)

    @override
    async def send(self, name: str, /, *, key: str | None = None, **fields: Any) -> Json:
        """Run one mutation once, however often it has to be sent."""
        return await super().send(name, key=key or uuid4().hex, **fields)


@dataclass
class Sturdy(Seat):
    """A seat whose board comes back by itself."""

    @override
    @classmethod
    async def take(cls, client: Client, pipeline: str, view: View) -> "Sturdy":
        """Open the board."""
        order = {"order": view.order} if view.order else {}
        board = LiveBoard(client, pipeline, first=view.first, where=view.where, **order)
        seat = cls(client, view, board)
        await seat.come_back()
        seat.heard = len(board.events)
        return seat

    @property
    def lost(self) -> bool:
        """Whether the board ended for a reason that says nothing of its viewer."""
        answered = [code for code in self.board.errors if code != AWAY]
        return self.board.over and not answered and self.board.close_code not in OUT

    @override
    async def come_back(self) -> None:
        """Resume where the connection was lost, or start anew where nothing was ever seen."""
        self.away = False
        deadline = time.monotonic() + STUBBORN_SECONDS
        while True:
            await self.board.cut()
            try:
                await super().come_back()
                if not self.lost:
                    return
            except (OSError, WebSocketException):
                await asyncio.sleep(0.1)
            assert time.monotonic() < deadline, f"{self.label}: no board"

    @override
    async def ends(self, code: str) -> None:
        """Assert that the stream ends with this code, if it has not ended before."""
        while not self.board.errors or self.lost:
            if self.board.over:
                await self.come_back()
            await self.board.until(lambda: self.board.over, f"the end of {self.label}")
        assert self.board.errors == [code], (self.label, self.board.errors)

    @override
    async def equals(
        self, fresh: Fold, facts: dict[str, Json], *, shaken: bool, changes: int
    ) -> None:
        """Wait until the folded board equals the fresh one."""
        while True:
            if self.lost:
                await self.come_back()
            try:
                await super().equals(fresh, facts, shaken=shaken, changes=changes)
            except (OSError, WebSocketException):
                continue
            return

    async def is_out(self) -> None:
        """Assert that a dismissed user is told so at once, and that his board stays closed."""
        deadline = time.monotonic() + STUBBORN_SECONDS
        while self.board.close_code not in OUT:
            assert time.monotonic() < deadline, (self.label, self.board.close_code)
            await self.board.cut()
            try:
                await self.board.open()
            except (OSError, WebSocketException):
                await asyncio.sleep(0.1)


class Steady(Side):
    """A practice whose people are stubborn."""

    seat_kind = Sturdy

    @override
    async def play_one(self) -> None:
        """Let somebody do something that his repeated call can still be answered for."""
        actor, name, given = self.moves.draw()
        while name == "deactivateUser" and given["id"] == actor:
            actor, name, given = self.moves.draw()
        await self.play(actor, name, given)

    @override
    async def uploaded(self, client: Client, contact: str) -> str:
        """Return an upload that is made past all servers, which may be away."""
        fleet = cast(Fleet, self.spa.server)
        made: str = await fleet.database(lambda one: ready_upload(one, client.id, contact))
        return made

    @override
    async def _closed(self, seat: Seat) -> None:
        """Wait until a dismissed user's board is closed, for whatever reason first."""
        assert isinstance(seat, Sturdy)
        await seat.is_out()
        await seat.board.cut()

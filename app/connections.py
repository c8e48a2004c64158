"""The open live connections of each user in this process, and how many he may have (C11)."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol
from uuid import UUID

from resolvers.problems import RequestError

_PONG_SECONDS = 2.0


class TooManyConnections(RequestError):
    """The user has as many live connections as he may."""

    code = "RATE_LIMITED"


class Connection(Protocol):
    """A connection that can be asked whether somebody is still there."""

    heard_at: float

    async def answers(self) -> bool:
        """Return whether the client answers a ping."""

    def drop(self) -> None:
        """End the connection without waiting for its client."""


class Connections:
    """Admits connections up to a number a user; the oldest silent one makes room."""

    def __init__(self, most: int) -> None:
        """Allow each user `most` connections."""
        self._most = most
        self._open: defaultdict[UUID, dict[object, Connection | None]] = defaultdict(dict)

    @asynccontextmanager
    async def admitted(
        self, user_id: UUID, connection: Connection | None = None
    ) -> AsyncIterator[None]:
        """Count a connection for as long as it lasts; TooManyConnections if there is no room."""
        place = object()
        if len(self._open[user_id]) >= self._most:
            await self._make_room(user_id)
        self._open[user_id][place] = connection
        try:
            yield
        finally:
            self._leave(user_id, place)

    async def _make_room(self, user_id: UUID) -> None:
        """Drop the connection that was silent for longest, if it answers no more."""
        mine = self._open[user_id]
        known = [(one.heard_at, place) for place, one in mine.items() if one is not None]
        place = min(known, key=lambda pair: pair[0])[1] if known else None
        oldest = mine[place] if place is not None else None
        if oldest is None or await _answers(oldest):
            raise TooManyConnections(
                f"A user has at most {self._most} live connections. Close one first."
            )
        self._leave(user_id, place)
        oldest.drop()
        if len(self._open[user_id]) >= self._most:
            raise TooManyConnections("Too many connections are opened at once. Try again.")

    def _leave(self, user_id: UUID, place: object) -> None:
        mine = self._open[user_id]
        mine.pop(place, None)
        if not mine:
            del self._open[user_id]


async def _answers(connection: Connection) -> bool:
    try:
        async with asyncio.timeout(_PONG_SECONDS):
            return await connection.answers()
    except TimeoutError:
        return False

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
        """Drop, of those that answer no ping, the one that was silent for longest."""
        asked = {key: one for key, one in self._open[user_id].items() if one is not None}
        answered = await asyncio.gather(*(_answers(one) for one in asked.values()))
        mine = self._open[user_id]
        if len(mine) < self._most:
            return
        pairs = zip(asked.items(), answered, strict=True)
        silent = {key: one for (key, one), heard in pairs if not heard and key in mine}
        if not silent:
            raise TooManyConnections(
                f"A user has at most {self._most} live connections. Close one first."
            )
        place, oldest = min(silent.items(), key=lambda pair: pair[1].heard_at)
        self._leave(user_id, place)
        oldest.drop()

    def _leave(self, user_id: UUID, place: object) -> None:
        self._open[user_id].pop(place, None)
        if not self._open[user_id]:
            del self._open[user_id]


async def _answers(connection: Connection) -> bool:
    try:
        async with asyncio.timeout(_PONG_SECONDS):
            return await connection.answers()
    except TimeoutError:
        return False

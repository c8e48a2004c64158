"""The wake-up call: "this practice's log grew". It may be lost, doubled or late (ADR-0003)."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol
from uuid import UUID

from broadcaster import Broadcast
from sqlalchemy.engine import make_url

from subscriptions import metrics
from subscriptions.wake_bus import CHANNEL, EVERYTHING, Bus, State
from subscriptions.wake_postgres import PostgresWake
from subscriptions.wake_redis import RedisWake
from subscriptions.wake_sqlite import FileWatch

OnWake = Callable[[UUID | None], None]


class Line(Protocol):
    """A way to other processes (ADR-0013); nothing here waits for them, or raises."""

    @property
    def state(self) -> State:
        """Whether they can be reached."""

    async def open(self, on_wake: OnWake) -> None:
        """Call `on_wake` with what others tell; None where it may have been anything."""

    def attend(self, *, here: bool) -> None:
        """Know whether somebody listens in this process."""

    async def tell(self, practice_id: UUID) -> None:
        """Tell the others that the log of a practice grew."""

    async def close(self) -> None:
        """Neither hear nor tell any more."""


class Wake:
    """Tells and hears that logs grew: in this process at once, in others by a line to them."""

    def __init__(self, url: str, database_url: str = "") -> None:
        """Take WAKE_URL and DATABASE_URL; ValueError where the two do not go together."""
        self._line = _line(url, database_url)
        self._on_wake: OnWake | None = None

    @property
    def state(self) -> State:
        """Whether other processes can be reached; "degraded": live boards go on by polling."""
        return self._line.state if self._line else "ok"

    async def start(self, on_wake: OnWake) -> None:
        """Call `on_wake` with the practice of every announcement; None: look at every log."""
        self._on_wake = on_wake
        metrics.wake_connected.set(self._line is None)
        if self._line:
            await self._line.open(on_wake)

    def attend(self, *, here: bool) -> None:
        """Know whether somebody listens in this process."""
        if self._line:
            self._line.attend(here=here)

    async def announce(self, practice_id: UUID) -> None:
        """Tell every process that the log of a practice grew; the network is not waited for."""
        if self._on_wake is not None:
            self._on_wake(practice_id)
            if self._line:
                await self._line.tell(practice_id)

    async def close(self) -> None:
        """Stop listening."""
        self._on_wake = None
        if self._line:
            await self._line.close()


class _Channel:
    """The broadcaster's one channel, with one subscriber in this process."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._broadcast = Broadcast(backend=bus)
        self._listener: asyncio.Task[None] | None = None

    @property
    def state(self) -> State:
        return self._bus.state

    async def open(self, on_wake: OnWake) -> None:
        self._listener = asyncio.create_task(self._listen(on_wake), name="wake")
        await self._broadcast.connect()

    async def _listen(self, on_wake: OnWake) -> None:
        async with self._broadcast.subscribe(CHANNEL) as calls:
            while True:
                message = (await calls.get()).message
                on_wake(None if message == EVERYTHING else UUID(message))

    def attend(self, *, here: bool) -> None:
        pass

    async def tell(self, practice_id: UUID) -> None:
        await self._broadcast.publish(CHANNEL, practice_id.hex)

    async def close(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.cancel()
            with suppress(asyncio.CancelledError):
                await listener
            await self._broadcast.disconnect()


def _line(url: str, database_url: str) -> Line | None:
    scheme, _, rest = url.partition("://")
    if scheme == "memory":
        return None
    if scheme == "sqlite":
        return FileWatch(database_url)
    if scheme in ("redis", "rediss"):
        return _Channel(RedisWake(url))
    if not rest and make_url(database_url).get_backend_name() != "postgresql":
        raise ValueError(f"{scheme}:// needs an address, or a DATABASE_URL on PostgreSQL")
    return _Channel(PostgresWake(url, database_url))

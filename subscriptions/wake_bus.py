"""What waking other processes by Redis and by PostgreSQL have in common (ADR-0013).

The broadcaster's own backends stop without a word when their connection is lost; these
connect again.
"""

import asyncio
import random
import secrets
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Any, Literal, NoReturn
from uuid import UUID

import structlog
from broadcaster import BroadcastBackend, Event
from typing_extensions import override

from subscriptions import metrics

CHANNEL = "l2p_log"
EVERYTHING = "*"
MOST_HINTS = 1000
QUIET_SECONDS = 0.5  # a peer without a word for so long is asked ...
ANSWER_SECONDS = 1.0  # ... and gone if it does not answer within this
CONNECT_SECONDS = 2.0
SEND_SECONDS = 2.0
CLOSE_SECONDS = 0.5
_FIRST_TRY_SECONDS = 1.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
_STEADY_SECONDS = 5.0

State = Literal["ok", "degraded"]
_log = structlog.get_logger(__name__)


class Hints:
    """Practices whose logs grew, each once; beyond MOST_HINTS it is everything."""

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting: dict[str, None] = {}
        self._some = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, hint: str) -> None:
        """Add a practice's hex, or EVERYTHING, which stands for all others."""
        if EVERYTHING not in self._waiting:
            self._waiting[hint] = None
        if hint == EVERYTHING or len(self._waiting) > MOST_HINTS:
            self._waiting = {EVERYTHING: None}
        self._some.set()

    async def take(self) -> list[str]:
        """Wait until there are some, and return them all."""
        await self._some.wait()
        self._some.clear()
        taken, self._waiting = list(self._waiting), {}
        return taken


class Reach:
    """Whether other processes can be reached; an outage is told once, and its end once."""

    def __init__(self, bus: str) -> None:
        """Begin unreachable, which is no outage yet."""
        self._bus = bus
        self._missing = {"listening"}
        self._told = False

    @property
    def state(self) -> State:
        """How it is; where it is degraded, live boards go on by polling."""
        return "degraded" if self._missing else "ok"

    def lost(self, side: str, error: Exception) -> None:
        """Note that listening or telling does not work."""
        self._missing.add(side)
        metrics.wake_connected.set(0)
        if not self._told:
            self._told = True
            _log.warning("wake-ups are down", bus=self._bus, error=type(error).__name__)

    def found(self, side: str) -> None:
        """Note that listening or telling works."""
        self._missing.discard(side)
        if self._missing:
            return
        metrics.wake_connected.set(1)
        if self._told:
            self._told = False
            metrics.wake_reconnects.inc()
            _log.info("wake-ups are back", bus=self._bus)


class Bus(BroadcastBackend, ABC):
    """A backend that hears by one connection and tells by another, and replaces both when lost.

    `publish` and `next_published` never raise, and never wait for the network.
    """

    def __init__(self, name: str) -> None:
        """Take what logs call it; nothing is opened yet."""
        self._reach = Reach(name)
        self._me = secrets.token_hex(4)
        self._heard, self._ready = Hints(), list[str]()
        self._untold = Hints()
        self._all_told = asyncio.Event()
        self._all_told.set()
        self._tried = asyncio.Event()
        self._tasks: list[asyncio.Task[NoReturn]] = []

    @property
    def state(self) -> State:
        """Whether other processes can be reached."""
        return self._reach.state

    @override
    async def connect(self) -> None:
        """Begin to listen and to tell; the first try is waited for, but not for long."""
        self._tasks = [
            asyncio.create_task(self._keep_listening(), name="wake listening"),
            asyncio.create_task(self._keep_telling(), name="wake telling"),
        ]
        await _at_most(_FIRST_TRY_SECONDS, self._tried)

    @override
    async def disconnect(self) -> None:
        """Tell what is still to be told, if that is quick, and let go."""
        await _at_most(CLOSE_SECONDS, self._all_told)
        left = set(self._tasks)
        while left:  # again and again, as libraries may swallow a cancellation
            for task in left:
                task.cancel()
            _, left = await asyncio.wait(left, timeout=2 * CLOSE_SECONDS)
        await self._hang_up()

    @override
    async def subscribe(self, group: str) -> None:
        """Do nothing: the one channel is listened to from the beginning."""

    @override
    async def unsubscribe(self, group: str) -> None:
        """Do nothing: the one channel is listened to until the end."""

    @override
    async def publish(self, channel: str, message: Any) -> None:
        """Tell the other processes soon."""
        self._all_told.clear()
        self._untold.add(message)

    @override
    async def next_published(self) -> Event:
        """Return what another process told, or EVERYTHING where that may have been missed."""
        if not self._ready:
            self._ready = await self._heard.take()
        return Event(CHANNEL, self._ready.pop())

    @abstractmethod
    async def _listen(self) -> None:
        """Connect, call `_listening`, then `_hear` for each message; raise when it is lost."""

    @abstractmethod
    async def _send(self, messages: list[str]) -> None:
        """Send messages to every process."""

    @abstractmethod
    async def _hang_up(self) -> None:
        """Give up the connection that sends; never raise."""

    def _listening(self) -> None:
        """Note that messages arrive from now on; those of before may have been missed."""
        self._reach.found("listening")
        self._heard.add(EVERYTHING)
        self._tried.set()

    def _hear(self, message: str) -> None:
        """Take a message; this process's own, and strangers', say nothing."""
        hint, _, sender = message.partition(" ")
        if sender != self._me and (hint == EVERYTHING or _is_key(hint)):
            self._heard.add(hint)

    async def _keep_listening(self) -> NoReturn:
        pause = _FIRST_PAUSE
        while True:
            began = time.monotonic()
            try:
                await self._listen()
            except Exception as error:
                self._reach.lost("listening", error)
                self._tried.set()
            if time.monotonic() - began > _STEADY_SECONDS:
                pause = _FIRST_PAUSE
            await _pause(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _keep_telling(self) -> NoReturn:
        while True:
            hints = await self._untold.take()
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await self._send([f"{hint} {self._me}" for hint in hints])
            except Exception as error:  # the changes are committed; the others poll meanwhile
                self._reach.lost("telling", error)
                for hint in hints:
                    self._untold.add(hint)
                await self._hang_up()
                await _pause(_LONGEST_PAUSE)
                continue
            self._reach.found("telling")
            if not self._untold:
                self._all_told.set()


def _is_key(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def _pause(seconds: float) -> None:
    """Wait, but not as long as everybody else does."""
    await asyncio.sleep(seconds * random.uniform(0.5, 1.0))


async def _at_most(seconds: float, event: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()

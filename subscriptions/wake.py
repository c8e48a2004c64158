"""The wake-up call: "this practice's log grew". It may be lost, doubled or late (ADR-0003)."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import structlog
from broadcaster import Broadcast

_CHANNEL = "log"
_log = structlog.get_logger(__name__)


class Wake:
    """One channel and one subscriber a process."""

    def __init__(self, url: str) -> None:
        """Take the address of the broadcaster; nothing is opened yet."""
        self._broadcast = Broadcast(url)
        self._listener: asyncio.Task[None] | None = None

    async def start(self, on_wake: Callable[[UUID], None]) -> None:
        """Call `on_wake` with the practice of every announcement from now on."""
        await self._broadcast.connect()
        listening = asyncio.Event()
        self._listener = asyncio.create_task(self._listen(on_wake, listening), name="wake")
        await listening.wait()

    async def _listen(self, on_wake: Callable[[UUID], None], listening: asyncio.Event) -> None:
        async with self._broadcast.subscribe(_CHANNEL) as calls:
            listening.set()
            while True:
                call = await calls.get()
                on_wake(UUID(call.message))

    async def announce(self, practice_id: UUID) -> None:
        """Tell every process that the log of a practice grew; a failure is only logged."""
        try:
            await self._broadcast.publish(_CHANNEL, practice_id.hex)
        except Exception as error:  # the change is committed; the poll finds it
            _log.warning("wake-up not sent", error=type(error).__name__)

    async def close(self) -> None:
        """Stop listening."""
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
        await self._broadcast.disconnect()

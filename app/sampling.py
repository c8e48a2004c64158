"""What is not counted when it happens but looked at: the pool, the log, the slowest live board."""

import asyncio
from contextlib import suppress

from app.metrics import shared_folder
from app.shared import Shared
from models.database import Database
from resolvers import log
from resolvers.metrics import kept
from subscriptions.metrics import sent, wake_connected
from subscriptions.relay import Relay

PATIENCE = 0.5
EVERY_SECONDS = 5.0


class Sampler:
    """Looks when Prometheus asks; one of several workers looks by itself too.

    A scrape is answered by one worker, who can only sum what the others wrote down.
    """

    def __init__(self, database: Database, relay: Relay) -> None:
        """Look at nothing yet."""
        self._database = database
        self._relay = relay
        self._shared = Shared(self._look_at_logs, PATIENCE)
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look from time to time, if there are other workers."""
        if shared_folder() is not None:
            self._looking = asyncio.create_task(self._keep_looking(), name="sampler")

    async def look(self) -> None:
        """Look now; a database that does not answer is not waited for."""
        self._database.sample()
        sent.flush()
        wake_connected.set(self._relay.wake_state == "ok")
        with suppress(TimeoutError):
            await self._shared.answer()

    async def _keep_looking(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(EVERY_SECONDS)

    async def _look_at_logs(self) -> None:
        try:
            async with self._database.reader() as reader:
                extents = await reader.run(log.extents)
        except Exception:  # the outage is told and counted where it is found
            return
        kept.set(sum(one.kept for one in extents.values()))
        self._relay.sample({key: one.head for key, one in extents.items()})

    async def close(self) -> None:
        """Stop looking, and leave what was counted."""
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking
        await self._shared.close()
        sent.flush()

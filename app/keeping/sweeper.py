"""Sweeping now and then for as long as a server runs."""

import asyncio
import random
from contextlib import suppress

import structlog

from app.keeping.sweep import sweep
from app.settings import Settings
from models.database import Database
from models.seams import Seams

_FIRST_SECONDS = (5.0, 30.0)
_NEXT_SECONDS = (540.0, 660.0)
_log = structlog.get_logger(__name__)


class Sweeper:
    """A task that sweeps soon after the start and then every ten minutes or so.

    The times are random, so that processes that start together do not sweep together.
    """

    def __init__(self, database: Database, settings: Settings, seams: Seams) -> None:
        """Sweep nothing yet."""
        self._database = database
        self._settings = settings
        self._seams = seams
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to sweep."""
        self._task = asyncio.create_task(self._run(), name="sweeper")

    async def close(self) -> None:
        """Sweep no more; a transaction that has begun goes to its end."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        await asyncio.sleep(random.uniform(*_FIRST_SECONDS))
        while True:
            await self._sweep()
            await asyncio.sleep(random.uniform(*_NEXT_SECONDS))

    async def _sweep(self) -> None:
        try:
            removed = await sweep(self._database, self._settings, self._seams.now())
        except Exception as error:  # the next sweep finds what this one left
            _log.warning("sweep failed", error=type(error).__name__)
            return
        if removed.total():
            counts = {what.replace(" ", "_"): count for what, count in removed.items()}
            _log.info("swept", **counts)

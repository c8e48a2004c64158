"""Sweeping now and then for as long as a server runs."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress

import structlog

from app.keeping.sweep import sweep
from app.settings import Settings
from files.store import FileStore
from models.database import Database
from models.seams import Seams

# At random between these: processes that start together do not sweep together.
_FIRST_SECONDS = (5.0, 30.0)
_NEXT_SECONDS = (540.0, 660.0)
_log = structlog.get_logger(__name__)


@asynccontextmanager
async def sweeping(
    database: Database, store: FileStore, settings: Settings, seams: Seams
) -> AsyncIterator[None]:
    """Sweep soon after the start and then every ten minutes or so, until the end.

    At the end a transaction that has begun is left to finish.
    """
    task = asyncio.create_task(_run(database, store, settings, seams), name="sweeper")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _run(database: Database, store: FileStore, settings: Settings, seams: Seams) -> None:
    await asyncio.sleep(random.uniform(*_FIRST_SECONDS))
    while True:
        try:
            removed = await sweep(database, store, settings, seams.now())
        except Exception as error:  # the next sweep finds what this one left
            _log.warning("sweep failed", error=type(error).__name__)
        else:
            _tell(removed)
        await asyncio.sleep(random.uniform(*_NEXT_SECONDS))


def _tell(removed: Mapping[str, int]) -> None:
    counts = {what.replace(" ", "_"): count for what, count in removed.items() if count}
    if counts:
        _log.info("swept", **counts)

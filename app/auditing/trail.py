"""The writer of reads: what operations showed is noted in memory and written a moment later."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from uuid import UUID

import structlog

from models.database import Database
from models.errors import described, is_unavailable
from resolvers.audit_reads import Read, write_reads

WRITE_SECONDS = 0.15
RETRY_SECONDS = 1.0
CLOSE_SECONDS = 3.0
MOST_WAITING = 20_000
MOST_AT_ONCE = 500
_log = structlog.get_logger(__name__)


class ReadTrail:
    """Takes what every operation of the process showed; one task at a time writes it.

    Rows are written within 200 ms, and before `close` ends. While the database is away they wait
    and are tried again; beyond 20,000 waiting rows new ones are dropped. `dropped` hears how many
    rows are lost.
    """

    def __init__(self, database: Database, dropped: Callable[[int], None]) -> None:
        """Begin with nothing to write."""
        self._database = database
        self._dropped = dropped
        self._waiting: deque[Read] = deque()
        self._rows = 0
        self._full = False
        self._closing = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None

    def add(self, read: Read) -> None:
        """Note a read; it is written soon."""
        self._rows += len(read.sights)
        if self._rows > MOST_WAITING:
            self._overflow(len(read.sights))
            return
        self._waiting.append(read)
        if self._writer is None:
            # It writes what many requests showed: its log lines and spans belong to none.
            work = self._write_soon()
            self._writer = asyncio.create_task(work, name="audit", context=Context())

    async def written(self) -> None:
        """Wait until nothing waits to be written."""
        if self._writer is not None:
            await self._writer

    async def close(self) -> None:
        """Write what waits, then stop; what cannot be written in 3 s is lost."""
        self._closing.set()
        if self._writer is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._writer
        if self._rows:
            _log.error("audit rows of reads are lost", count=self._rows)
            self._dropped(self._rows)

    def _overflow(self, count: int) -> None:
        self._rows -= count
        self._dropped(count)
        if not self._full:
            _log.error("audit rows of reads are dropped", waiting=self._rows)
        self._full = True

    async def _write_soon(self) -> None:
        """Write what waits, and what comes meanwhile: a batch each 150 ms, more if it is full."""
        clock = asyncio.get_running_loop().time
        since = clock()
        while self._waiting:
            if self._rows < MOST_AT_ONCE:
                await self._pause(since + WRITE_SECONDS - clock())
            since = clock()
            for practice_id, reads in self._next().items():
                await self._write(practice_id, reads)
        self._full = False
        self._writer = None

    def _next(self) -> dict[UUID, list[Read]]:
        """Take the next reads, by practice."""
        taken: dict[UUID, list[Read]] = {}
        rows = 0
        while self._waiting and rows < MOST_AT_ONCE:
            read = self._waiting.popleft()
            taken.setdefault(read.practice_id, []).append(read)
            rows += len(read.sights)
        return taken

    async def _write(self, practice_id: UUID, reads: list[Read]) -> None:
        """Write reads of one practice, however long the database is away."""
        count = sum(len(read.sights) for read in reads)
        while True:
            try:
                await self._database.write(write_reads, practice_id, reads)
            except Exception as error:
                if is_unavailable(error) and not self._closing.is_set():
                    await self._pause(RETRY_SECONDS)  # the outage is told where it is found
                    continue
                _log.error("audit rows of reads not written", count=count, **described(error))
                self._dropped(count)
            self._rows -= count
            return

    async def _pause(self, seconds: float) -> None:
        """Wait, but not for long where the process stops."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()

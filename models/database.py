"""The database: one read-only or one writing transaction at a time, on SQLite and PostgreSQL."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, aclosing, nullcontext
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import QueuePool

from models import metrics
from models.connecting import OnConnect, call_first
from models.engines import POOL_SIZE, USUAL, Patience, postgres_engine, sqlite_engine
from models.errors import DATABASE_ERRORS, lost_race
from models.outage import Outage
from models.sqlite_thread import run_job

T = TypeVar("T")
P = ParamSpec("P")
# What surrounds an attempt of a writing transaction; it is called with the attempt's number.
Around = Callable[[int], AbstractContextManager[object]]

_ATTEMPTS = 3


class Database:
    """A pool of connections and the two ways to use it: `Reader` and `write`."""

    def __init__(
        self,
        url: str,
        patience: Patience = USUAL,
        *,
        on_connect: OnConnect | None = None,
        around: Around = nullcontext,
    ) -> None:
        """Open nothing yet; connections are made when they are needed.

        `on_connect` is called with each new connection before anything else uses it, `around`
        surrounds each attempt of a writing transaction.
        """
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = (sqlite_engine if self.is_sqlite else postgres_engine)(self.url, patience)
        if on_connect is not None:
            call_first(self.engine, on_connect)
        self._patience = patience
        # SQLite has one writer: queueing here is fair, queueing in the file is not.
        self._gate = asyncio.Semaphore(1 if self.is_sqlite else POOL_SIZE // 2)
        self._writes: set[asyncio.Task[Any]] = set()
        self._around = around
        self._connecting = self._queued = 0
        self.reading, self.writing = Outage("reads"), Outage("writes")

    def reader(self) -> "Reader":
        """Return a read-only transaction, not begun yet."""
        return Reader(self)

    async def write(
        self, job: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `job` in one transaction of its own and return its answer.

        An exception rolls it back. Once begun it runs to its end even if the caller is cancelled:
        a cancelled statement would leave SQLite's write lock behind. Lost races (serialisation,
        deadlock, busy) are run again, at most twice (C3).
        """
        return await asyncio.shield(await self.begin(job, *args, **kwargs))

    async def begin(
        self, job: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> "asyncio.Task[T]":
        """Wait for the turn to write; return what then runs to its end, whoever waits for it."""
        await self._turn()
        task = asyncio.ensure_future(self._attempts(job, args, kwargs))
        self._writes.add(task)
        task.add_done_callback(self._written)
        return task

    async def _turn(self) -> None:
        """Wait for the turn to write; TimeoutError if it does not come."""
        self._queued += 1
        try:
            async with asyncio.timeout(self._patience.answer):
                await self._gate.acquire()
        except TimeoutError as error:
            self.writing.failed(error)
            raise
        finally:
            self._queued -= 1

    def _written(self, task: asyncio.Task[Any]) -> None:
        self._writes.discard(task)
        self._gate.release()
        if not task.cancelled():
            task.exception()  # who asked may have gone: then nobody else looks at it

    async def _attempts(
        self, job: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> T:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self._around(attempt):
                    done = await self._once(job, args, kwargs)
            except DATABASE_ERRORS as error:
                if attempt == _ATTEMPTS or not lost_race(error):
                    self.writing.failed(error)
                    raise
                metrics.retries.inc()
                await asyncio.sleep(0.01 * attempt)
            else:
                self.writing.reached()
                return done
        raise AssertionError("the last attempt returns or raises")

    async def _once(
        self, job: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> T:
        async with aclosing(await self.connect()) as connection:
            if self.is_sqlite:
                await connection.execution_options(begins="BEGIN IMMEDIATE")

            def transaction(sync: Connection) -> T:
                with sync.begin():
                    return job(sync, *args, **kwargs)

            try:
                return await run_job(connection, transaction)
            except TimeoutError:
                await _give_up(connection)
                raise

    async def connect(self) -> AsyncConnection:
        """Return a connection of the pool; the caller closes it."""
        self._connecting += 1
        try:
            return await self.engine.connect()
        finally:
            self._connecting -= 1

    def sample(self) -> None:
        """Show what is in use and who waits just now."""
        metrics.connections_awaited.set(self._connecting)
        metrics.writes_waiting.set(self._queued)
        if isinstance(self.engine.pool, QueuePool):
            metrics.connections.set(self.engine.pool.size())
            metrics.connections_used.set(self.engine.pool.checkedout())

    async def close(self) -> None:
        """Wait for running writes, then close every connection."""
        if self._writes:
            await asyncio.wait(self._writes)
        await self.engine.dispose()


class Reader:
    """One read-only transaction: every answer is of one moment.

    It begins with its first job and ends with `close`. Jobs of one reader run one after another.
    """

    def __init__(self, database: Database) -> None:
        """Keep the database; nothing is opened yet."""
        self._database = database
        self._lock = asyncio.Lock()
        self._connection: AsyncConnection | None = None

    async def run(
        self, job: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what `job` reads."""
        async with self._lock:
            try:
                if self._connection is None:
                    self._connection = await self._begin()
                done = await run_job(self._connection, lambda sync: job(sync, *args, **kwargs))
            except DATABASE_ERRORS as error:
                self._database.reading.failed(error)
                if isinstance(error, TimeoutError) and self._connection is not None:
                    await _give_up(self._connection)
                await self._end()  # PostgreSQL would refuse every further statement
                raise
            self._database.reading.reached()
            return done

    async def _begin(self) -> AsyncConnection:
        connection = await self._database.connect()
        try:
            if not self._database.is_sqlite:
                await connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
        except BaseException:
            await connection.close()
            raise
        return connection

    async def close(self) -> None:
        """End the transaction; the next job begins a new one, of a later moment."""
        async with self._lock:
            await self._end()

    async def _end(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()

    async def __aenter__(self) -> "Reader":
        """Return the reader itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the transaction."""
        await self.close()


async def _give_up(connection: AsyncConnection) -> None:
    """Throw away a connection whose server does not answer."""
    if not connection.invalidated:
        await connection.invalidate()

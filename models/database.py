"""The database: one read-only or one writing transaction at a time, on SQLite and PostgreSQL."""

import asyncio
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.connecting import OnConnect, call_first
from models.engines import POOL_SIZE, USUAL, Patience, postgres_engine, sqlite_engine

T = TypeVar("T")
P = ParamSpec("P")

# Serialisation failure, deadlock, and a unique key that was taken while we looked.
_RETRIED_STATES = frozenset(("40001", "40P01", "23505"))
_UNAVAILABLE = (
    InterfaceError,
    OperationalError,
    PoolTimeoutError,
    OSError,
)
# Connection lost, serialisation lost thrice, resources gone, lock or statement time-out,
# the machine failed; and a server that only reads.
_UNAVAILABLE_STATES = frozenset(("08", "40", "53", "55", "57", "58"))
_READ_ONLY = "25006"
_ATTEMPTS = 3


class Database:
    """A pool of connections and the two ways to use it: `Reader` and `write`."""

    def __init__(
        self, url: str, patience: Patience = USUAL, *, on_connect: OnConnect | None = None
    ) -> None:
        """Open nothing yet; connections are made when they are needed.

        `on_connect` is called with each new connection before anything else uses it.
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
        await self._turn()
        task = asyncio.ensure_future(self._attempts(job, args, kwargs))
        self._writes.add(task)
        task.add_done_callback(self._written)
        return await asyncio.shield(task)

    async def _turn(self) -> None:
        """Wait for the turn to write; TimeoutError if it does not come."""
        async with asyncio.timeout(self._patience.answer):
            await self._gate.acquire()

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
                return await self._once(job, args, kwargs)
            except DBAPIError as error:
                if attempt == _ATTEMPTS or not _lost_race(error):
                    raise
                await asyncio.sleep(0.01 * attempt)
        raise AssertionError("the last attempt returns or raises")

    async def _once(
        self, job: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> T:
        async with self.engine.connect() as connection:
            if self.is_sqlite:
                await connection.execution_options(begins="BEGIN IMMEDIATE")
            try:
                async with connection.begin():
                    return await connection.run_sync(lambda sync: job(sync, *args, **kwargs))
            except TimeoutError:
                await _give_up(connection)
                raise

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
            if self._connection is None:
                self._connection = await self._begin()
            try:
                return await self._connection.run_sync(lambda sync: job(sync, *args, **kwargs))
            except (DBAPIError, TimeoutError) as error:
                if isinstance(error, TimeoutError):
                    await _give_up(self._connection)
                await self._end()  # PostgreSQL would refuse every further statement
                raise

    async def _begin(self) -> AsyncConnection:
        connection = await self._database.engine.connect()
        try:
            if not self._database.is_sqlite:
                await connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            await connection.begin()
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


def is_unavailable(error: BaseException) -> bool:
    """Return whether an error says that the database cannot serve just now."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        if state == _READ_ONLY or state[:2] in _UNAVAILABLE_STATES or error.connection_invalidated:
            return True
    return isinstance(error, _UNAVAILABLE)


def _lost_race(error: DBAPIError) -> bool:
    driver = error.orig
    if getattr(driver, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        return True
    return getattr(driver, "sqlstate", None) in _RETRIED_STATES

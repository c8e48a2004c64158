"""SQLite in as few steps as possible: a whole job in the thread of its connection.

A statement of aiosqlite changes threads three times, which takes longer than most statements. A
job that runs in the connection's own thread talks to `sqlite3` itself.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextvars import copy_context
from threading import get_ident
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from typing_extensions import override

T = TypeVar("T")


class DirectConnection(AsyncAdapt_aiosqlite_connection):
    """A connection of aiosqlite whose jobs use the driver itself, in the connection's thread.

    While it is `abandoned` nobody waits for its statement, which is to be stopped.
    """

    __slots__ = ("_jobs", "abandoned")

    def __init__(self, dbapi: Any, connection: Any) -> None:
        """Begin like any connection of aiosqlite."""
        super().__init__(dbapi, connection)
        self._jobs = 0
        self.abandoned = False

    @property
    def _in_thread(self) -> bool:
        return bool(get_ident() == self._connection._thread.ident)

    @override
    def cursor(self, server_side: bool = False) -> Any:
        """Return a cursor that fits who asks: the job in the thread, or the event loop."""
        if self._in_thread:
            return self._connection._conn.cursor()
        return super().cursor(server_side)

    @override
    def commit(self) -> None:
        """Commit, from wherever the connection is used just now."""
        if self._in_thread:
            self._connection._conn.commit()
        else:
            super().commit()

    @override
    def rollback(self) -> None:
        """Roll back; at once where no job runs, as nobody needs the thread for that."""
        if self._in_thread or (self._connection._connection and not self._jobs):
            self._connection._conn.rollback()
        else:
            super().rollback()

    async def run(self, job: Callable[[], T]) -> T:
        """Return what `job` answers, which runs in the connection's thread.

        If nobody waits for it any more, it is stopped, and the connection is free afterwards.
        """
        context = copy_context()
        self._jobs += 1
        try:
            done: T = await self._connection._execute(lambda: context.run(self._run, job))
        except asyncio.CancelledError:
            self.abandoned = True
            try:
                await self._connection._execute(lambda: None)
            finally:
                self.abandoned = False
            raise
        return done

    def _run(self, job: Callable[[], T]) -> T:
        try:
            return job()
        finally:
            self._jobs -= 1


class DirectModule(AsyncAdapt_aiosqlite_dbapi):
    """The driver, as far as SQLAlchemy needs it."""

    def __init__(self) -> None:
        """Use aiosqlite."""
        super().__init__(aiosqlite, sqlite3)

    @override
    def connect(self, *arg: Any, **kw: Any) -> DirectConnection:
        """Return a new connection."""
        return DirectConnection(self, super().connect(*arg, **kw).driver_connection)


async def run_job(connection: AsyncConnection, job: Callable[[Connection], T]) -> T:
    """Return what `job` answers: on SQLite in the connection's thread, else in the event loop."""
    found = connection.sync_connection
    raw: Any = found.connection.dbapi_connection if found is not None else None
    if found is None or not isinstance(raw, DirectConnection):
        return await connection.run_sync(job)
    return await raw.run(lambda: job(found))

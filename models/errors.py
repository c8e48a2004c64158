"""What errors say: whether the database is away or a race was lost, and how an error is told."""

from typing import Any

import asyncpg
from sqlalchemy.exc import (
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

# Serialisation failure, deadlock, and a unique key that was taken while we looked.
_RETRIED_STATES = frozenset(("40001", "40P01", "23505"))
# Of a connection that just ended, past SQLAlchemy's own errors.
_DRIVER_OVERTAKEN = (asyncpg.InterfaceError, asyncpg.InternalClientError)
_UNAVAILABLE = (InterfaceError, OperationalError, PoolTimeoutError, OSError, *_DRIVER_OVERTAKEN)
# What a failed piece of work may raise that is not the fault of the work.
DATABASE_ERRORS = (SQLAlchemyError, OSError, *_DRIVER_OVERTAKEN)
# Connection lost, serialisation lost thrice, resources gone, lock or statement time-out,
# the machine failed; and a server that only reads.
_UNAVAILABLE_STATES = frozenset(("08", "40", "53", "55", "57", "58"))
_READ_ONLY = "25006"
# Connection lost, no resources, system error; shut down or not yet up; read-only.
_AWAY_CLASSES = frozenset(("08", "53", "58"))
_AWAY_STATES = frozenset(("57P01", "57P02", "57P03", _READ_ONLY))
_AWAY_ON_SQLITE = tuple(f"SQLITE_{name}" for name in ("CANTOPEN", "FULL", "IOERR", "READONLY"))


def is_away(error: BaseException) -> bool:
    """Return whether an error alone says that nobody can do this work just now.

    A time-out or a lost race is one transaction's trouble and no outage.
    """
    if not isinstance(error, DBAPIError):
        gone = isinstance(error, OSError | asyncpg.InterfaceError | asyncpg.InternalClientError)
        return gone and not isinstance(error, TimeoutError)
    state = getattr(error.orig, "sqlstate", None) or ""
    if error.connection_invalidated or state in _AWAY_STATES or state[:2] in _AWAY_CLASSES:
        return True
    return getattr(error.orig, "sqlite_errorname", "").startswith(_AWAY_ON_SQLITE)


def is_unavailable(error: BaseException) -> bool:
    """Return whether an error says that the database cannot serve just now."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        if state == _READ_ONLY or state[:2] in _UNAVAILABLE_STATES or error.connection_invalidated:
            return True
        if isinstance(error, InternalError) and not state:
            return True  # not the server says so: the driver was overtaken by a connection's end
    return isinstance(error, _UNAVAILABLE)


def lost_race(error: Exception) -> bool:
    """Return whether a transaction that failed with this error may be run again."""
    driver = error.orig if isinstance(error, DBAPIError) else None
    if getattr(driver, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        return True
    return getattr(driver, "sqlstate", None) in _RETRIED_STATES


def described(error: BaseException) -> dict[str, Any]:
    """Return what a log line tells of an error: its class, and where in our code it came from.

    Its message is left out, since it may hold people's data (P20).
    """
    places = []
    trace = error.__traceback__
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}")
        trace = trace.tb_next
    return {"error": type(error).__name__, "where": places[-8:]}

"""Engines: how connections to SQLite and PostgreSQL are made, and how long they may wait."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from models.connecting import make_private_file
from models.sqlite_thread import DirectModule

POOL_SIZE = 16
_ATTEMPTS_AT_A_LOCK = 3
_OPCODES_BETWEEN_LOOKS = 50_000


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a statement may take, and how long it may wait for a lock, in seconds.

    A connection of the pool is waited for as long as for a lock, a turn to write as long as for an
    answer.
    """

    statement: float = 5.0
    lock: float = 3.0

    @property
    def answer(self) -> float:
        """How long an answer of the database is waited for: the caller is to hear in time (P18)."""
        return 0.9 * self.statement


USUAL = Patience()
# For commands, which work on whole tables.
UNHURRIED = Patience(statement=3600, lock=30)


def sqlite_engine(url: URL, patience: Patience) -> AsyncEngine:
    """Return an engine for a SQLite file, whose folder is made."""
    if url.database and not url.database.startswith(("file:", ":memory:")):
        make_private_file(Path(url.database))
    engine = create_async_engine(
        url,
        module=DirectModule(),
        # A busy file is tried again, so one attempt waits for its part of the time only.
        connect_args={
            "timeout": patience.lock / _ATTEMPTS_AT_A_LOCK,
            "cached_statements": 512,
            "check_same_thread": False,  # the event loop ends transactions
        },
        **_common(patience),
    )

    event.listen(engine.sync_engine, "connect", _prepare)

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begins", "BEGIN"))

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def _start_clock(connection: Connection, *_: Any) -> None:
        connection.info["late_at"] = time.monotonic() + patience.answer

    return engine


def _prepare(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by our own events
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    _stop_late_statements(connection, record.info)


def _stop_late_statements(connection: Any, info: dict[str, Any]) -> None:
    """Let SQLite look from time to time whether a statement is late, or nobody waits for it."""
    info["late_at"] = float("inf")

    def is_late() -> bool:
        late: bool = connection.abandoned or time.monotonic() > info["late_at"]
        return late

    connection.run_async(
        lambda driver: driver.set_progress_handler(is_late, _OPCODES_BETWEEN_LOOKS)
    )


def postgres_engine(url: URL, patience: Patience) -> AsyncEngine:
    """Return an engine for a PostgreSQL server.

    The client gives up on late statements; the server ends what nobody waits for.
    """
    settings = {
        "jit": "off",
        "statement_timeout": _milliseconds(patience.statement),
        "lock_timeout": _milliseconds(patience.lock),
        "timezone": "UTC",
    }
    engine = create_async_engine(
        url,
        connect_args={
            "server_settings": settings,
            "timeout": patience.lock * 2 / 3,
            "command_timeout": patience.answer,
        },
        max_overflow=0,
        **_common(patience),
    )

    @event.listens_for(engine.sync_engine, "invalidate")
    def _drop(connection: Any, _record: object, _error: object) -> None:
        # Saying goodbye to a server that does not answer would take two seconds.
        connection.driver_connection.terminate()

    return engine


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))


def _common(patience: Patience) -> dict[str, Any]:
    return {
        "pool_size": POOL_SIZE,
        "pool_timeout": patience.lock,
        "hide_parameters": True,
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
    }

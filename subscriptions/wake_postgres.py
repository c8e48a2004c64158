"""Waking other processes through PostgreSQL: LISTEN and NOTIFY."""

import asyncio
from contextlib import suppress
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url
from typing_extensions import override

from subscriptions.wake_bus import (
    ANSWER_SECONDS,
    CHANNEL,
    CLOSE_SECONDS,
    CONNECT_SECONDS,
    QUIET_SECONDS,
    Bus,
)

_TELL = "SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message"
_ASK = "SELECT 1"


class PostgresWake(Bus):
    """One channel of one database."""

    def __init__(self, url: str, database_url: str) -> None:
        """Take `postgres://...`; with nothing behind it, the server is that of `database_url`."""
        super().__init__("postgres")
        self._options = {"dsn": url} if url.partition("://")[2] else _options(database_url)
        self._teller: asyncpg.Connection | None = None

    async def _connect(self, **settings: str) -> asyncpg.Connection:
        return await asyncpg.connect(
            **self._options,
            timeout=CONNECT_SECONDS,
            server_settings={"application_name": "lead2patient wake", **settings},
        )

    @override
    async def _listen(self) -> None:
        connection = await self._connect()
        ended = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: ended.set())
            async with asyncio.timeout(CONNECT_SECONDS):
                await connection.add_listener(CHANNEL, lambda *told: self._hear(str(told[-1])))
            self._listening()
            await _watch(connection, ended)
        finally:
            await _close(connection)

    @override
    async def _send(self, messages: list[str]) -> None:
        if self._teller is None or self._teller.is_closed():
            # A lost message costs a second: it need not wait for the disk.
            self._teller = await self._connect(synchronous_commit="off")
        await self._teller.execute(_TELL, CHANNEL, messages)

    @override
    async def _hang_up(self) -> None:
        lost, self._teller = self._teller, None
        if lost is not None:
            await _close(lost)


def _options(database_url: str) -> dict[str, Any]:
    """Return how to connect to the server of the data, as SQLAlchemy would."""
    url = make_url(database_url)
    _, options = url.get_dialect()().create_connect_args(url)
    return {name: options[name] for name in options if not name.startswith("prepared_statement")}


async def _watch(connection: asyncpg.Connection, ended: asyncio.Event) -> None:
    """Ask now and then whether the server is there; raise when it is not."""
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(QUIET_SECONDS):
                await ended.wait()
        if ended.is_set():
            raise ConnectionResetError("PostgreSQL has ended the connection")
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await connection.execute(_ASK)
        except TimeoutError:
            connection.terminate()  # it would not answer a farewell either
            raise


async def _close(connection: asyncpg.Connection) -> None:
    with suppress(Exception):
        async with asyncio.timeout(CLOSE_SECONDS):
            await connection.close()

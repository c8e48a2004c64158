"""Several servers of one database, as tests reach them, and the database itself, to be broken."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import asyncpg

from app.tokens import Tokens
from models.database import Database
from models.errors import is_unavailable
from models.seams import Seams
from resolvers.setup import NewPractice, make_practice
from tests.app.test_cli import environment
from tests.chaos.host import Host
from tests.conftest import migrated
from tests.postgres import Postgres, running_postgres
from tests.server import SECRET, user_id_of
from tests.valkey import Valkey, running_valkey

T = TypeVar("T")

TOGETHER_SECONDS = 30.0
VARIABLES = {
    "SECRET_KEY": SECRET.decode(),
    "MAX_SOCKETS": "1000",
    "MAX_COST_PER_MINUTE": "100000000",
    "PING_SECONDS": "5",
    "SEND_SECONDS": "3",
    "GRACEFUL_STOP_SECONDS": "5",
}
OUTAGES = (
    "ConnectionRefusedError",
    "ConnectionResetError",
    "DBAPIError",
    "InterfaceError",
    "InternalClientError",
    "InternalError",
    "OperationalError",
    "TimeoutError",
)
PRIVATE = ("@mail.example", "@hired.example", "2025550", "202555", "Grace", VARIABLES["SECRET_KEY"])


class Fleet:
    """What a `Server` is for clients, behind which any host may answer."""

    def __init__(
        self,
        url: str,
        hosts: list[Host],
        chance: Random,
        postgres: Postgres | None = None,
        valkey: Valkey | None = None,
    ) -> None:
        self.url = url
        self.hosts = hosts
        self.chance = chance
        self.postgres = postgres
        self.valkey = valkey
        self.tokens = Tokens(SECRET)

    @property
    def host(self) -> Host:
        """Any host that is meant to be up."""
        return self.chance.choice([one for one in self.hosts if one.up] or self.hosts)

    @property
    def http(self) -> str:
        """Where the next request goes."""
        return self.host.http

    @property
    def ws(self) -> str:
        """Where the next live board is opened."""
        return self.host.ws

    @property
    def path(self) -> Path:
        """The SQLite file."""
        return Path(self.url.partition(":///")[2])

    @property
    def kind(self) -> str:
        """The database's name."""
        return "sqlite" if self.postgres is None else "postgresql"

    async def practice(self, name: str, *, different_owners: bool = False) -> str:
        """Make a practice with the admin `ada@<name>.example`; return the admin's token."""
        new = NewPractice(
            name=name,
            admin_email=f"ada@{name}.example",
            admin_name="Ada Admin",
            different_owners=different_owners,
        )
        made = await self.database(lambda one: one.write(make_practice, Seams(), new))
        return self.tokens.make(made.admin_id)

    async def token(self, email: str) -> str:
        """Return a token of the user with this e-mail address, however the database fares."""
        return self.tokens.make(await self.read(user_id_of, email))

    async def read(self, job: Callable[..., T], *args: Any) -> T:
        """Read past all servers."""

        async def ask(database: Database) -> T:
            async with database.reader() as reader:
                return await reader.run(job, *args)

        return await self.database(ask)

    async def database(self, job: Callable[[Database], Awaitable[T]]) -> T:
        """Use the database past all servers, again where it is away."""
        deadline = time.monotonic() + TOGETHER_SECONDS
        while True:
            database = Database(self.url)
            try:
                return await job(database)
            except Exception as error:
                if not is_unavailable(error) or time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)
            finally:
                await database.close()

    async def heal(self) -> None:
        """Wait until every host can serve again."""
        await asyncio.gather(*(host.ready() for host in self.hosts))

    async def sql(self, statement: str) -> None:
        """Run a statement as PostgreSQL's administrator, outside of any transaction."""
        connection = await asyncpg.connect(self.url.replace("+asyncpg", ""), timeout=10)
        await connection.execute("SET default_transaction_read_only = off")
        await connection.execute(statement)
        await connection.close()

    async def check(self) -> str:
        """Run `python -m app check`; return what it found, and "" if that is nothing."""
        variables = {**VARIABLES, "DATABASE_URL": self.url}
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "app", "check"],
            env=environment(**variables),
            cwd=self.hosts[0].log.parent,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return "" if done.returncode == 0 else f"{done.returncode} {done.stdout}{done.stderr}"

    def bad_words(self) -> list[str]:
        """Return the lines of the logs that tell of a bug or of somebody's data."""
        signs = ("Traceback", "INTERNAL", "unexpected error", '"level": "error"', *PRIVATE)
        lines = [line for host in self.hosts for line in host.told().splitlines()]
        bad = [line[:1000] for line in lines if any(sign in line for sign in signs)]
        return [line for line in bad if not _tells_of_an_outage(line)]


def _tells_of_an_outage(line: str) -> bool:
    """Return whether a line says that live boards wait for the database, as they may."""
    return "not advanced" in line and any(f'"{error}"' in line for error in OUTAGES)


@asynccontextmanager
async def running_fleet(
    kind: str,
    folder: Path,
    *,
    workers: tuple[int, ...] = (1, 1),
    bus: str = "redis",
    **variables: str,
) -> AsyncIterator[Fleet]:
    """Yield a host for each number of workers, on a database and a bus of their own."""
    async with AsyncExitStack() as stack:
        postgres = stack.enter_context(running_postgres()) if kind == "postgresql" else None
        valkey = stack.enter_context(running_valkey()) if bus == "redis" else None
        url = f"sqlite+aiosqlite:///{folder / 'practice.db'}"
        if postgres is not None:
            url = postgres.url("postgres")
        wake = {"WAKE_URL": valkey.url} if valkey else {"WAKE_URL": f"{bus}://"}
        given = {**VARIABLES, "DATABASE_URL": url, **wake, **variables}
        hosts = [Host(folder, f"host{n}", given, count) for n, count in enumerate(workers)]
        for host in hosts:
            stack.callback(host.end)
        await migrated(url)
        fleet = Fleet(url, hosts, Random(len(kind)), postgres, valkey)
        if postgres is not None:
            # What was answered outlives a killed server (P11); fsync is for killed machines.
            await fleet.sql("ALTER DATABASE postgres SET synchronous_commit = on")
        for host in hosts:
            host.start()
        await fleet.heal()
        yield fleet
        bad = fleet.bad_words()
        assert not bad, "\n".join(bad[:10])


def locked(path: Path, seconds: float) -> None:
    """Hold the write lock of a SQLite file, as a foreign program may."""
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        other.execute("ROLLBACK")

"""Filled databases: a file of SQLite, and a database of a PostgreSQL server of its own."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from benchmarks.rows import Maker, Rows
from benchmarks.staff import POSTGRES, SQLITE, Staff, make_staff
from models import metadata
from models.database import Database
from models.opportunity import EVERYBODY
from tests.postgres import Postgres, running_postgres

T = TypeVar("T")
KINDS = ("SQLite", "PostgreSQL")
_BATCH = 10_000
_TOTALS = """
INSERT INTO opportunity_total (practice_id, user_id, stage_id, status, count, value)
SELECT practice_id, '{everybody}', stage_id, status, count(*), sum(value)
FROM opportunity GROUP BY practice_id, stage_id, status
UNION ALL
SELECT o.practice_id, a.user_id, o.stage_id, o.status, count(*), sum(o.value)
FROM opportunity_assigned a JOIN opportunity o ON o.id = a.record_id
GROUP BY o.practice_id, a.user_id, o.stage_id, o.status
"""


@dataclass(frozen=True)
class Place:
    """A filled database: its kind, its address, how many cards it has, and its practice."""

    kind: str
    url: str
    cards: int
    staff: Staff

    def as_json(self) -> dict[str, Any]:
        """Return what another process needs to use the same database."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Place":
        """Return the place that `as_json` told."""
        return replace(cls(**stored), staff=Staff(**stored["staff"]))


class Places:
    """Makes filled databases, and keeps each until the end of the run."""

    def __init__(self, folder: Path, postgres: Postgres | None) -> None:
        """Take where files go and the server of the other databases."""
        self._folder = folder
        self._postgres = postgres
        self._made: dict[tuple[str, int], Place] = {}

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which kinds of databases there are in this run."""
        return KINDS if self._postgres else KINDS[:1]

    def filled(self, kind: str, cards: int) -> Place:
        """Return the database of this size, filled on its first use."""
        if (kind, cards) not in self._made:
            began = time.monotonic()
            url = self._address(kind, f"bench_{cards}")
            staff = asyncio.run(_fill(url, cards))
            self._made[kind, cards] = Place(kind, url, cards, staff)
            print(f"  filled {kind} with {cards:,} cards in {time.monotonic() - began:.0f} s")
        return self._made[kind, cards]

    def copy(self, kind: str, cards: int, name: str) -> Place:
        """Return a copy of a filled database, for what changes it."""
        source = self.filled(kind, cards)
        url = self._address(kind, name, source.url)
        return replace(source, url=url)

    def _address(self, kind: str, name: str, copied: str | None = None) -> str:
        if kind == "SQLite":
            path = self._folder / f"{name}.db"
            if copied:
                shutil.copyfile(str(make_url(copied).database), path)
            return f"sqlite+aiosqlite:///{path}"
        assert self._postgres is not None
        template = f" TEMPLATE {make_url(copied).database}" if copied else ""
        asyncio.run(_administer(self._postgres, f"CREATE DATABASE {name}{template}"))
        return self._postgres.url(name)


@contextmanager
def places(*, with_postgres: bool = True) -> Iterator[Places]:
    """Yield the databases of one run; they are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        if with_postgres:
            with running_postgres(durable=True) as postgres:
                yield Places(Path(folder), postgres)
        else:
            yield Places(Path(folder), None)


async def changed(url: str, job: Callable[[Connection], T]) -> T:
    """Return what a job answers that changes a filled database."""
    database = Database(url)
    answer = await database.write(job)
    await database.close()
    return answer


async def _administer(postgres: Postgres, statement: str) -> None:
    engine = create_async_engine(postgres.url("postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


async def _fill(url: str, cards: int) -> Staff:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        await _prepare(connection, on_sqlite=on_sqlite)
        await connection.run_sync(metadata.create_all)
        staff = await connection.run_sync(make_staff)
        maker = Maker(staff, SQLITE if on_sqlite else POSTGRES, cards)
        for rows in maker.batches(_BATCH):
            await (connection.run_sync(_insert, rows) if on_sqlite else _copy(connection, rows))
        everybody = EVERYBODY.hex if on_sqlite else str(EVERYBODY)
        await connection.execute(text(_TOTALS.format(everybody=everybody)))
        await connection.commit()
    await engine.dispose()
    await _settle(url, on_sqlite=on_sqlite)
    return staff


async def _prepare(connection: AsyncConnection, *, on_sqlite: bool) -> None:
    """Load fast: no waiting for the disk, no check of rows that are right by making."""
    if on_sqlite:
        for pragma in ("cache_size=-1048576", "synchronous=OFF", "temp_store=MEMORY"):
            await connection.execute(text(f"PRAGMA {pragma}"))
        return
    await connection.execute(text("SET session_replication_role = replica"))


def _insert(connection: Connection, rows: Rows) -> None:
    for table, tuples in rows.items():
        marks = ", ".join("?" * len(table.columns))
        connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({marks})", tuples)


async def _copy(connection: AsyncConnection, rows: Rows) -> None:
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    for table, tuples in rows.items():
        columns = [column.name for column in table.columns]
        await driver.copy_records_to_table(table.name, records=tuples, columns=columns)


async def _settle(url: str, *, on_sqlite: bool) -> None:
    """Tell the planner how large the tables are, as a server's own upkeep would."""
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        if on_sqlite:
            await connection.execute(text("PRAGMA journal_mode=WAL"))
        await connection.execute(text("ANALYZE" if on_sqlite else "VACUUM ANALYZE"))
    await engine.dispose()

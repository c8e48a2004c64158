"""The audit trail as tests look at it: its rows, its breaks, and ways behind its back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, text

from models.audit import audit, audit_head
from models.database import Database
from resolvers.audit import Actor, append, row
from resolvers.audit_proof import Break, verify
from resolvers.ids import parse
from tests.resolvers.staff import START
from tests.scenarios.spa import Spa

Json = dict[str, Any]


def rows_of(connection: Connection, practice_id: UUID) -> list[Json]:
    """Return all rows of a practice by number."""
    statement = select(audit).filter_by(practice_id=practice_id).order_by(audit.c.number)
    return [dict(one._mapping) for one in connection.execute(statement)]


def head_of(connection: Connection, practice_id: UUID) -> Json:
    """Return the head of a practice's chain."""
    found = connection.execute(select(audit_head).filter_by(practice_id=practice_id)).one()
    return dict(found._mapping)


async def read(database: Database, job: Callable[..., Any], *args: Any) -> Any:
    """Return what `job` reads."""
    async with database.reader() as reader:
        return await reader.run(job, *args)


async def breaks(database: Database, practice_id: UUID) -> list[Break]:
    """Return where a practice's chain is broken."""
    return await read(database, lambda connection: list(verify(connection, practice_id)))  # type: ignore[no-any-return]


def add_rows(connection: Connection, practice_id: UUID, count: int, /, **changes: Any) -> None:
    """Add rows as a change does."""
    actor = Actor(practice_id, None, START)
    rows = [row(actor, f"test.{n}", "Practice", practice_id, changes) for n in range(count)]
    append(connection, practice_id, rows)


def without_rules(connection: Connection) -> None:
    """Take the database's own rules away."""
    if connection.dialect.name == "postgresql":
        for table in ("audit", "audit_head"):
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        return
    found = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for name in connection.scalars(found).all():
        connection.execute(text(f"DROP TRIGGER {name}"))


def slip_in(connection: Connection, row: Json) -> None:
    """Insert a row as somebody at the database would."""
    connection.execute(insert(audit), row)


async def told(spa: Spa) -> list[Json]:
    """Return the rows of a med spa as they are now, oldest first."""
    return await read(database_of(spa), rows_of, parse(spa.practice).id)  # type: ignore[no-any-return]


def database_of(spa: Spa) -> Database:
    """Return the database behind a med spa."""
    return spa.server.desk.services.database


async def read_by(spa: Spa, after: int) -> list[Json]:
    """Return the rows of reads after a row, once all that was shown is written."""
    trail: Any = spa.server.desk.services.note_reads
    await trail.__self__.written()
    rows = [row for row in await told(spa) if row["number"] > after]
    assert await breaks(database_of(spa), parse(spa.practice).id) == []
    return rows


async def last_number(spa: Spa) -> int:
    """Return the number of the last row, once all that was shown is written."""
    rows = await read_by(spa, 0)
    return int(rows[-1]["number"])

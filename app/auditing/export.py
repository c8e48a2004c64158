"""Exporting the audit trail: every row with its number and hash, and a row that tells so (R97)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row

from app.staff import find_practice
from models.audit import audit, content_of, encoded
from models.database import Database
from models.seams import Seams
from resolvers.audit import Actor, append, row
from resolvers.audit_proof import BEFORE_ALL, next_rows

EXPORTED = "audit.exported"


class Export(NamedTuple):
    """Which rows to export: of a practice, by time."""

    practice: str | None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """The times as conditions: from inclusive, to exclusive."""
        from_ = [audit.c.at >= self.since] if self.since else []
        return from_ + ([audit.c.at < self.until] if self.until else [])


async def export_rows(
    database: Database, asked: Export, seams: Seams, tell: Callable[[bytes], object]
) -> int:
    """Give the rows of now to `tell`, a JSON text each; return how many there were.

    However it ends, a row tells how many were given. Failure for an unknown practice.
    """
    count = 0
    async with database.reader() as reader:
        practice = await reader.run(find_practice, asked.practice)
        try:
            last = BEFORE_ALL
            while rows := await reader.run(next_rows, practice.id, last, *asked.conditions):
                for one in rows:
                    tell(line_of(one))
                    count += 1
                last = rows[-1].number
        finally:
            await reader.close()
            await database.write(_note, practice.id, seams, count)
    return count


def line_of(stored: Row[Any]) -> bytes:
    """Return a row as JSON: what its hash covers, its number, its hash."""
    told = stored._asdict()
    return encoded({**content_of(told), "number": told["number"], "hash": told["hash"]})


def _note(connection: Connection, practice_id: UUID, seams: Seams, count: int) -> None:
    actor = Actor(practice_id, None, seams.now())
    told = row(actor, EXPORTED, "Practice", practice_id, {"count": count})
    append(connection, practice_id, [told])

"""Proving the audit trails of a database, for people."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, select

from app.staff import find_practice
from models.audit import audit_head
from models.database import Database
from models.practice import Practice
from resolvers import vocabulary
from resolvers.audit_proof import Break, verify

_MOST = 100


@dataclass(frozen=True)
class Proof:
    """What was found of one practice: its chain from a row to its head, and the first breaks."""

    practice: Practice
    kept_from: int
    number: int
    hash: str
    breaks: list[Break]

    def lines(self) -> Iterator[str]:
        """Yield what is told of it; the head can be kept elsewhere and compared later."""
        name = self.practice.name
        for number, what in self.breaks:
            yield f"{name}: row {number}: {what}"
        if not self.breaks:
            yield f"{name}: rows {self.kept_from} to {self.number} are whole; head {self.hash}"


async def prove(database: Database, practice: str | None) -> list[Proof]:
    """Return the proof of one practice, or of all; Failure for an unknown name."""
    async with database.reader() as reader:
        return await reader.run(_prove, practice)


def _prove(connection: Connection, name: str | None) -> list[Proof]:
    if name is not None:
        return [_proof(connection, find_practice(connection, name))]
    columns = vocabulary.PRACTICE_COLUMNS
    rows = connection.execute(select(*columns).order_by(columns[0])).all()
    return [_proof(connection, Practice(*row)) for row in rows]


def _proof(connection: Connection, practice: Practice) -> Proof:
    head = connection.execute(select(audit_head).filter_by(practice_id=practice.id)).first()
    breaks = list(islice(verify(connection, practice.id), _MOST))
    if head is None:
        return Proof(practice, 0, 0, "", breaks)
    return Proof(practice, head.kept_from, head.number, head.hash, breaks)

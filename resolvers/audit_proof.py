"""Proving the audit trail: the chain is computed again, from what is kept to its head."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, select

from models.audit import audit, audit_head, chained, content_of, encoded

PRUNED = "audit.pruned"
BEFORE_ALL = -(1 << 63)
_BATCH = 2000


class Break(NamedTuple):
    """A place where the chain does not hold: the number of a row, and what is wrong there."""

    number: int
    what: str


def verify(connection: Connection, practice_id: UUID) -> Iterator[Break]:
    """Yield where a practice's chain is broken, in order; nothing where it is whole.

    After a break the stored hash is taken as it is, so that what comes later is judged by itself.
    """
    head = connection.execute(select(audit_head).filter_by(practice_id=practice_id)).first()
    if head is None:
        yield Break(0, "the chain has no head")
        return
    walk = _Walk(head)
    try:
        for row in _stored_rows(connection, practice_id):
            yield from walk.pass_by(row)
    except ValueError:
        yield Break(walk.number, "a row from here on cannot be read")
        return
    yield from walk.end()


class _Walk:
    """The way along a chain: which number is next, and the hash before it."""

    def __init__(self, head: Row[Any]) -> None:
        """Begin where what is kept begins."""
        self._head = head
        self.number: int = head.kept_from
        self._last: str = head.kept_hash
        self._told_from: Any = 1

    def pass_by(self, row: Row[Any]) -> Iterator[Break]:
        """Yield what is wrong with the next row, and before it."""
        head = self._head
        if row.number < head.kept_from:
            yield Break(row.number, "the row lies before what is kept")
            return
        yield from self._missing_until(row.number)
        if row.number > head.number:
            yield Break(row.number, "the row was added behind the head")
        elif row.number == self.number and row.hash != _hash_of(row, self._last):
            yield Break(row.number, "the row is not what was written, or not in its place")
        self.number, self._last = row.number + 1, row.hash
        if row.action == PRUNED and isinstance(row.changes, dict):
            self._told_from = row.changes.get("kept_from")

    def end(self) -> Iterator[Break]:
        """Yield what is wrong behind the last row, and with the head."""
        head = self._head
        yield from self._missing_until(head.number + 1)
        if self.number == head.number + 1 and self._last != head.hash:
            yield Break(head.number, "the head names another last row")
        if self._told_from != head.kept_from:
            yield Break(head.kept_from, "rows before this one are gone, and no row tells it")

    def _missing_until(self, number: int) -> Iterator[Break]:
        count = number - self.number
        if count == 1:
            yield Break(self.number, "the row is missing")
        elif count > 1:
            yield Break(self.number, f"{count} rows are missing")


def next_rows(
    connection: Connection, practice_id: UUID, last: int, *conditions: ColumnElement[bool]
) -> Sequence[Row[Any]]:
    """Return the next rows of a practice after the row `last`, at most 2,000 at a time."""
    here = audit.c.practice_id == practice_id
    statement = select(audit).where(here, audit.c.number > last, *conditions)
    return connection.execute(statement.order_by(audit.c.number).limit(_BATCH)).all()


def _stored_rows(connection: Connection, practice_id: UUID) -> Iterator[Row[Any]]:
    last = BEFORE_ALL
    while rows := next_rows(connection, practice_id, last):
        yield from rows
        last = rows[-1].number


def _hash_of(row: Row[Any], last: str) -> str:
    return chained(last, row.number, encoded(content_of(row._asdict())))

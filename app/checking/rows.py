"""Reading records in batches with all that is derived from them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Table, select

from models.base import columns_of
from models.contact import Contact, contact, contact_assigned, contact_word
from models.opportunity import (
    Opportunity,
    opportunity,
    opportunity_assigned,
    opportunity_word,
)

_BATCH = 2000


@dataclass(frozen=True)
class Checked:
    """A record kind: its tables, and the class of its records."""

    name: str
    table: Table
    assigned: Table
    words: Table
    record: type[Any]


CONTACT = Checked("Contact", contact, contact_assigned, contact_word, Contact)
OPPORTUNITY = Checked(
    "Opportunity", opportunity, opportunity_assigned, opportunity_word, Opportunity
)


@dataclass(frozen=True)
class Stored:
    """A record as it is stored: its own row, its assignments by slot, its words.

    `contact_row` is the row of an opportunity's contact.
    """

    record: Any
    row: Row[Any]
    assigned: list[Row[Any]]
    words: frozenset[str]
    contact_row: Any = None


def stored_records(connection: Connection, kind: Checked, practice_id: UUID) -> Iterator[Stored]:
    """Yield every record of a practice by id, deleted ones too, 2,000 at a time."""
    table = kind.table
    names = [str(column.key) for column in columns_of(table, kind.record)]
    last: UUID | None = None
    while True:
        statement = select(table).where(table.c.practice_id == practice_id)
        if last is not None:
            statement = statement.where(table.c.id > last)
        rows = connection.execute(statement.order_by(table.c.id).limit(_BATCH)).all()
        if not rows:
            return
        last = rows[-1].id
        assigned = _by_record(connection, kind.assigned, [row.id for row in rows])
        words = _by_record(connection, kind.words, [row.id for row in rows])
        contacts = _contacts(connection, rows) if kind is OPPORTUNITY else {}
        for row in rows:
            found = frozenset(one.word for one in words[row.id])
            record = kind.record(*(getattr(row, name) for name in names))
            of = contacts.get(row.contact_id) if kind is OPPORTUNITY else None
            yield Stored(record, row, assigned[row.id], found, of)


def _by_record(
    connection: Connection, table: Table, keys: list[UUID]
) -> dict[UUID, list[Row[Any]]]:
    found: dict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(select(table).where(table.c.record_id.in_(keys))):
        found[row.record_id].append(row)
    return found


def _contacts(connection: Connection, rows: Any) -> dict[UUID, Any]:
    keys = {row.contact_id for row in rows}
    columns = (contact.c.id, contact.c.name, contact.c.owner_id, contact.c.deleted_at)
    statement = select(*columns).where(contact.c.id.in_(keys))
    return {row.id: row for row in connection.execute(statement)}

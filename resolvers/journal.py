"""The log and the audit of a change: one event and one audit row a record, in its transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, update

from models.log import event
from models.practice import practice_head
from resolvers import audit, derived
from resolvers.enums import ActorKind

_TAKEN = (
    update(practice_head)
    .where(practice_head.c.practice_id == bindparam("of_practice"))
    .values(seq=practice_head.c.seq + bindparam("count"))
    .returning(practice_head.c.seq)
)
# In one statement, where the database knows such: what is locked is not locked for long.
_MOVED_AND_TAKEN = _TAKEN.add_cte(audit.MOVED.cte("moved"))

_TOLD = insert(event)

MANY_RECORDS = 5000
MANY = "many"
# Cards tell of the first two by their own revisions, and nothing of the others.
_NOT_ON_CARDS = frozenset(("Contact", "Opportunity", "Document", "Session", "Tag", "Upload"))


@dataclass(kw_only=True)
class Note:
    """What is written of one record: an event (unless `silent`) and an audit row.

    Of a record that only shows another's change (`derived`) there is an event and no audit row.
    `changed` are attribute names, `before` the board facts before, `cards` the opportunities that
    show the record, `values` attribute: [before, after] for the audit.
    """

    kind: str
    record_id: UUID
    action: str
    changed: list[str] = field(default_factory=list)
    before: dict[str, Any] | None = None
    cards: list[UUID] = field(default_factory=list)
    values: dict[str, list[Any]] = field(default_factory=dict)
    silent: bool = False
    derived: bool = False


@dataclass(frozen=True, kw_only=True)
class Author:
    """Who writes, when, and for which request; `kind` says who it is where it is no user."""

    practice_id: UUID
    user_id: UUID | None
    at: datetime
    key: str | None
    request_id: str | None
    kind: ActorKind = ActorKind.SYSTEM


def write(connection: Connection, author: Author, notes: list[Note]) -> int | None:
    """Append the notes; return the number of the last event, None if there is none.

    More than 5,000 events become one that tells "many changed" (C3).
    """
    if not notes:
        return None
    rows = [_audit_row(author, note) for note in notes if not note.derived]
    head = audit.add(connection, author.practice_id, rows)
    if any(note.kind not in _NOT_ON_CARDS for note in notes):
        derived.renew_vocabulary(connection, author.practice_id)
    told = [note for note in notes if not note.silent]
    if len(told) > MANY_RECORDS:
        told = [Note(kind=MANY, record_id=author.practice_id, action=told[0].action)]
    if not told:
        connection.execute(audit.MOVED, head)
        return None
    last = take_numbers(connection, author.practice_id, len(told), head)
    first = last - len(told) + 1
    rows = [_event_row(author, note, first + place) for place, note in enumerate(told)]
    connection.execute(_TOLD, rows)
    return last


def take_numbers(
    connection: Connection, practice_id: UUID, count: int, head: dict[str, Any] | None = None
) -> int:
    """Return the last of `count` new numbers of the practice's log; it is locked until commit.

    `head` is the new head of the audit trail, if that moves as well.
    """
    asked: dict[str, Any] = {"of_practice": practice_id, "count": count}
    taking = _TAKEN
    if head and connection.dialect.name == "postgresql":
        taking, asked = _MOVED_AND_TAKEN, asked | head
    elif head:
        connection.execute(audit.MOVED, head)
    last: int | None = connection.scalar(taking, asked)
    if last is None:
        raise LookupError("the practice has no log")
    return last


def _event_row(author: Author, note: Note, seq: int) -> dict[str, Any]:
    return {
        "practice_id": author.practice_id,
        "seq": seq,
        "at": author.at,
        "actor_id": author.user_id,
        "kind": note.kind,
        "record_id": note.record_id,
        "action": note.action,
        "changed": note.changed,
        "before": note.before,
        "cards": [card.hex for card in note.cards],
        "key": author.key,
        "request_id": author.request_id,
    }


def _audit_row(author: Author, note: Note) -> audit.Row:
    of = (author.practice_id, author.user_id, author.at, author.request_id, author.kind)
    actor = audit.Actor(*of)
    changes = {name: [_plain(one) for one in pair] for name, pair in note.values.items()}
    return audit.row(actor, note.action, note.kind, note.record_id, changes)


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Iterable) and not isinstance(value, (str, dict)):
        return sorted(str(_plain(one)) for one in value)
    return value

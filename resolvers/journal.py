"""The log and the audit of a change: one event and one audit row a record, in its transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, update

from models.log import audit, event
from models.practice import practice_head

MANY_RECORDS = 5000
MANY = "many"


@dataclass(kw_only=True)
class Note:
    """What is written of one record: an event (unless `silent`) and an audit row.

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


@dataclass(frozen=True, kw_only=True)
class Author:
    """Who writes, when, and for which request."""

    practice_id: UUID
    user_id: UUID | None
    at: datetime
    key: str | None
    request_id: str | None


def write(connection: Connection, author: Author, notes: list[Note], new_id: Any) -> int | None:
    """Append the notes; return the number of the last event, None if there is none.

    More than 5,000 events become one that tells "many changed" (C3).
    """
    if not notes:
        return None
    connection.execute(insert(audit), [_audit_row(author, note, new_id()) for note in notes])
    told = [note for note in notes if not note.silent]
    if len(told) > MANY_RECORDS:
        told = [Note(kind=MANY, record_id=author.practice_id, action=told[0].action)]
    if not told:
        return None
    last = take_numbers(connection, author.practice_id, len(told))
    first = last - len(told) + 1
    rows = [_event_row(author, note, first + place) for place, note in enumerate(told)]
    connection.execute(insert(event), rows)
    return last


def take_numbers(connection: Connection, practice_id: UUID, count: int) -> int:
    """Return the last of `count` new numbers of the practice's log; it is locked until commit."""
    last: int | None = connection.scalar(
        update(practice_head)
        .where(practice_head.c.practice_id == practice_id)
        .values(seq=practice_head.c.seq + count)
        .returning(practice_head.c.seq)
    )
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


def _audit_row(author: Author, note: Note, key: UUID) -> dict[str, Any]:
    return {
        "id": key,
        "practice_id": author.practice_id,
        "at": author.at,
        "actor_kind": "user" if author.user_id else "system",
        "actor_id": author.user_id,
        "action": note.action,
        "record_kind": note.kind,
        "record_id": note.record_id,
        "changes": {name: [_plain(one) for one in pair] for name, pair in note.values.items()},
        "request_id": author.request_id,
    }


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

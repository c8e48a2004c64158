"""Derived tables: what follows from records, kept by every change in its transaction.

Each writer takes (kind, before, after) of the changed records and writes the difference.
`check` recomputes all of them.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Connection,
    Delete,
    Executable,
    Insert,
    Table,
    bindparam,
    delete,
    insert,
    update,
)

from models.assigned import Assignment
from models.conflicts import insert_or
from models.contact import contact_tag
from models.facts import contact_words, opportunity_words
from models.opportunity import EVERYBODY, Opportunity, opportunity_total
from models.practice import practice_head
from permissions.visibility import CONTACT, OPPORTUNITY, Guarded
from resolvers.records import WORDS

Pair = tuple[Guarded, Any | None, Any]
TotalKey = tuple[UUID, UUID, UUID, str]
Rows = list[dict[str, Any]]
_KINDS = (CONTACT, OPPORTUNITY)


class _Writing(NamedTuple):
    """How rows of a table go and come; built once, which takes longer than to run it."""

    going: Delete
    coming: Insert

    def write(self, connection: Connection, gone: Rows, new: Rows) -> None:
        """Delete and insert; a row that goes is told by its columns, `b_` before each."""
        _many(connection, self.going, gone)
        _many(connection, self.coming, new)


def _writing(table: Table, *keys: str) -> _Writing:
    gone = (table.c[key] == bindparam(f"b_{key}") for key in keys)
    return _Writing(delete(table).where(*gone), insert(table))


_ASSIGNED = {kind.name: _writing(kind.assigned, "record_id", "user_id") for kind in _KINDS}
_TAGS = _writing(contact_tag, "contact_id", "tag_id")
_WORDS = {name: _writing(table, "record_id", "word") for name, table in WORDS.items()}
_CARDS_MOVED = (
    update(OPPORTUNITY.assigned)
    .where(OPPORTUNITY.assigned.c.record_id == bindparam("b_record_id"))
    .values(stage_id=bindparam("stage_id"), status=bindparam("status"))
)


def next_revision(table: Table) -> dict[str, Any]:
    """Return what an update of a card sets beside its own columns; of others, nothing."""
    return {"revision": table.c.revision + 1} if table is OPPORTUNITY.table else {}


_BUMP = (
    update(OPPORTUNITY.table)
    .where(OPPORTUNITY.table.c.id == bindparam("card"))
    .values(next_revision(OPPORTUNITY.table))
)


def write_assigned(connection: Connection, pairs: Sequence[Pair]) -> None:
    """Write who owns and follows the records now."""
    for kind in _KINDS:
        gone, new = Rows(), Rows()
        for before, after in _of(kind, pairs):
            was = set(before.assigned) if before else set()
            now = set(after.assigned)
            gone += [{"b_record_id": one.record_id, "b_user_id": one.user_id} for one in was - now]
            new += [assigned_row(after, one) for one in after.assigned if one not in was]
        _ASSIGNED[kind.name].write(connection, gone, new)
    _move_assigned(connection, pairs)


def assigned_row(record: Any, assignment: Assignment) -> dict[str, Any]:
    """Return the stored row of an assignment of `record`."""
    row = {
        "practice_id": record.practice_id,
        "record_id": assignment.record_id,
        "user_id": assignment.user_id,
        "slot": assignment.slot,
        "source": assignment.source,
        "added_by": assignment.added_by,
        "added_at": assignment.added_at,
    }
    if isinstance(record, Opportunity):
        row |= {
            "stage_id": record.stage_id,
            "status": record.status,
            "created_at": record.created_at,
        }
    return row


def _move_assigned(connection: Connection, pairs: Sequence[Pair]) -> None:
    """Repeat the stage and status of moved cards in their assignments."""
    moved = [
        {"b_record_id": after.id, "stage_id": after.stage_id, "status": after.status}
        for before, after in _of(OPPORTUNITY, pairs)
        if before and (before.stage_id, before.status) != (after.stage_id, after.status)
    ]
    _many(connection, _CARDS_MOVED, moved)


def write_tags(connection: Connection, pairs: Sequence[Pair]) -> None:
    """Write which tags the contacts have now."""
    gone, new = Rows(), Rows()
    for before, after in _of(CONTACT, pairs):
        was = before.tag_ids if before else frozenset()
        gone += [{"b_contact_id": after.id, "b_tag_id": tag} for tag in was - after.tag_ids]
        new += [
            {"practice_id": after.practice_id, "contact_id": after.id, "tag_id": tag}
            for tag in after.tag_ids - was
        ]
    _TAGS.write(connection, gone, new)


def write_words(connection: Connection, pairs: Sequence[Pair]) -> None:
    """Write the words under which the records are found now."""
    for kind, words_of in ((CONTACT, contact_words), (OPPORTUNITY, opportunity_words)):
        gone, new = Rows(), Rows()
        for before, after in _of(kind, pairs):
            was = words_of(before) if before else frozenset[str]()
            now = words_of(after)
            gone += [{"b_record_id": after.id, "b_word": word} for word in was - now]
            new += [word_row(after, word) for word in now - was]
        _WORDS[kind.name].write(connection, gone, new)


def word_row(record: Any, word: str) -> dict[str, Any]:
    """Return the stored row of a word of `record`."""
    return {"practice_id": record.practice_id, "word": word, "record_id": record.id}


def write_totals(connection: Connection, pairs: Sequence[Pair]) -> None:
    """Add to the kept sums what the cards count for now, less what they counted for."""
    counts: dict[TotalKey, int] = defaultdict(int)
    values: dict[TotalKey, Decimal] = defaultdict(Decimal)
    for before, after in _of(OPPORTUNITY, pairs):
        for card, sign in ((before, -1), (after, 1)):
            if card is None:
                continue
            for key in total_keys(card):
                counts[key] += sign
                values[key] += sign * card.value
    changed = sorted(key for key in counts if counts[key] or values[key])
    add_totals(connection, [total_row(key, counts[key], values[key]) for key in changed])


def total_keys(card: Opportunity) -> Iterator[TotalKey]:
    """Yield the kept sums that a card counts for: everybody's, its owner's, its followers'."""
    if card.deleted_at is not None:
        return
    for user_id in (EVERYBODY, *(one.user_id for one in card.assigned)):
        yield card.practice_id, user_id, card.stage_id, card.status


def total_row(key: TotalKey, count: int, value: Decimal) -> dict[str, Any]:
    """Return the stored row of a kept sum."""
    practice_id, user_id, stage_id, status = key
    return {
        "practice_id": practice_id,
        "user_id": user_id,
        "stage_id": stage_id,
        "status": status,
        "count": count,
        "value": value,
    }


def add_totals(connection: Connection, rows: Rows) -> None:
    """Add counts and values to the kept sums; `rows` are sorted, so that writers never deadlock."""
    _many(connection, _adding_totals(connection.dialect.name), rows)


@cache
def _adding_totals(dialect: str) -> Executable:
    adding = insert_or(dialect, opportunity_total)
    table = opportunity_total.c
    return adding.on_conflict_do_update(
        index_elements=["practice_id", "user_id", "stage_id", "status"],
        set_={
            "count": table.count + adding.excluded["count"],
            "value": table.value + adding.excluded["value"],
        },
    )


def bump_revisions(connection: Connection, cards: set[UUID]) -> None:
    """Make what was shown of these cards old (ADR-0022).

    One by one, by id, and before the kept sums: writers who meet wait for each other, and never
    in a circle (C3).
    """
    _many(connection, _BUMP, [{"card": key} for key in sorted(cards)])


def renew_vocabulary(connection: Connection, practice_id: UUID, by: int = 1) -> None:
    """Make what was shown of all cards of a practice old: they name users and types."""
    head = practice_head.c
    statement = update(practice_head).where(head.practice_id == practice_id)
    connection.execute(statement.values(vocabulary=head.vocabulary + by))


def _of(kind: Guarded, pairs: Sequence[Pair]) -> Iterator[tuple[Any | None, Any]]:
    return ((before, after) for of, before, after in pairs if of is kind)


def _many(connection: Connection, statement: Any, rows: Rows) -> None:
    if rows:
        connection.execute(statement, rows)

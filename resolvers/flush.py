"""Writing a change: what differs between each record and how it was, and all that follows."""

from collections import defaultdict
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, Update, bindparam, insert, update

from models.base import columns_of
from models.contact import Contact, contact
from models.facts import (
    contact_facts,
    contact_to_json,
    followers_of,
    opportunity_facts,
    opportunity_to_json,
    source_key,
)
from models.opportunity import Opportunity, opportunity
from models.text import fold
from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers import derived, records
from resolvers.change import Change, Tracked
from resolvers.journal import Note

_COLUMN_NAMES = {
    "Contact": tuple(str(column.key) for column in columns_of(contact, Contact)),
    "Opportunity": tuple(str(column.key) for column in columns_of(opportunity, Opportunity)),
}
_KEYS: dict[str, dict[str, Any]] = {
    "Contact": {
        "name_key": lambda one: fold(one.name),
        "email_key": lambda one: one.email,
        "source_key": lambda one: source_key(one.source),
    },
    "Opportunity": {
        "name_key": lambda one: fold(one.name),
        "source_key": lambda one: source_key(one.source),
    },
}
_UNTOLD = frozenset(("version", "updated_at", "follows_contact_name", "deleted_at"))


def flush(change: Change) -> list[Note]:
    """Write all that the change's records differ in; return what the log tells of them."""
    dirty = [one for one in change.tracked if changed_names(one)]
    for one in dirty:
        if one.before is not None:
            one.record.version = one.before.version + 1
            one.record.updated_at = change.now
    touched = [
        one for one in change.tracked if one not in dirty and one.record.id in change.touched
    ]
    connection = change.connection
    _write_rows(connection, dirty)
    shown = _cards(connection, [*dirty, *touched])
    written = {one.record.id for one in dirty}
    derived.bump_revisions(
        connection, {card for cards in shown.values() for card in cards} - written
    )
    pairs = [(one.kind, one.before, one.record) for one in dirty]
    derived.write_assigned(connection, pairs)
    derived.write_tags(connection, pairs)
    derived.write_words(connection, pairs)
    derived.write_totals(connection, pairs)
    return [_note(change, one, shown[one.record.id]) for one in (*dirty, *touched)]


def changed_names(one: Tracked) -> list[str]:
    """Return the attributes in which a record differs from how it was, sorted."""
    names = (*_COLUMN_NAMES[one.kind.name], "followers", "tag_ids")
    now, before = one.record, one.before
    return sorted(name for name in names if _value(now, name) != _value(before, name))


def _value(record: Any, name: str) -> Any:
    if name == "followers":
        return followers_of(record.assigned) if record is not None else None
    return getattr(record, name, None)


def _write_rows(connection: Connection, dirty: list[Tracked]) -> None:
    inserts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    updates: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
    for one in dirty:
        name, row = one.kind.name, _row(one)
        if one.before is None:
            inserts[name].append(row)
            continue
        before = _row(Tracked(one.kind, one.before, None))
        changed = {key: value for key, value in row.items() if value != before[key]}
        updates[name, tuple(changed)].append({"b_id": one.record.id, **changed})
    tables = {"Contact": contact, "Opportunity": opportunity}
    for name, table in tables.items():
        if inserts[name]:
            connection.execute(insert(table), inserts[name])
        for (of, columns), rows in updates.items():
            if of == name and columns:
                connection.execute(_setting(table, columns), rows)


@lru_cache(maxsize=256)
def _setting(table: Table, columns: tuple[str, ...]) -> Update:
    values = {name: bindparam(name) for name in columns} | derived.next_revision(table)
    return update(table).where(table.c.id == bindparam("b_id")).values(values)


def _row(one: Tracked) -> dict[str, Any]:
    name = one.kind.name
    row = {column: getattr(one.record, column) for column in _COLUMN_NAMES[name]}
    row.update((key, derive(one.record)) for key, derive in _KEYS[name].items())
    return row


def _cards(connection: Connection, told: list[Tracked]) -> dict[UUID, list[UUID]]:
    """Return the cards that show each record."""
    contacts = [one.record.id for one in told if one.kind is CONTACT and one.before]
    of_contacts = records.cards_of_contacts(connection, contacts)
    own = {one.record.id: [one.record.id] for one in told if one.kind is OPPORTUNITY}
    return {one.record.id: of_contacts.get(one.record.id, []) for one in told} | own


def _note(change: Change, one: Tracked, cards: list[UUID]) -> Note:
    changed = changed_names(one)
    facts = {*changed, *change.touched.get(one.record.id, ())} - _UNTOLD
    before = one.before
    return Note(
        kind=one.kind.name,
        record_id=one.record.id,
        action=change.action,
        changed=sorted(facts),
        before=_facts(one) if before else None,
        cards=cards,
        values={name: [_value(before, name), _value(one.record, name)] for name in changed},
        derived=not changed,
    )


def _facts(one: Tracked) -> dict[str, Any]:
    if one.kind is CONTACT:
        return contact_to_json(contact_facts(one.before))  # type: ignore[arg-type]
    return opportunity_to_json(opportunity_facts(one.before))  # type: ignore[arg-type]

"""The one door to contacts and opportunities, as `constraints` is to what rules ask of all of them.

What is read for a viewer goes through `visible`; rows for the log and for changes are read whole
and judged by the same rule in memory (`permissions.visibility.sees`).
"""

from collections.abc import Iterable, Sequence
from itertools import starmap
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
    bindparam,
    case,
    cast,
    exists,
    func,
    null,
    select,
)

from models.among import among, among_given
from models.assigned import Assignment
from models.base import columns_of
from models.contact import Contact, contact, contact_tag, contact_word
from models.opportunity import Opportunity, opportunity, opportunity_word
from models.packed import read_rows
from permissions.viewer import Viewer
from permissions.visibility import CONTACT, OPPORTUNITY, Guarded, assigned_to, present, visible

Record = Contact | Opportunity
_KINDS = (CONTACT, OPPORTUNITY)
WORDS = {"Contact": contact_word, "Opportunity": opportunity_word}

_CLASSES: dict[str, type[Any]] = {"Contact": Contact, "Opportunity": Opportunity}
_COLUMNS = {
    "Contact": columns_of(contact, Contact),
    "Opportunity": columns_of(opportunity, Opportunity),
}
# Built once: a select of twenty columns takes longer to build than to run.
_SELECTS = {name: select(*columns) for name, columns in _COLUMNS.items()}


_BY_ID = {kind.name: _SELECTS[kind.name].where(among_given(kind.table.c.id)) for kind in _KINDS}
_PRESENT_BY_ID = {
    kind.name: _BY_ID[kind.name].where(kind.table.c.deleted_at.is_(None)) for kind in _KINDS
}


def _assignments(kind: Guarded, *, added: bool) -> Select[Any]:
    columns = columns_of(kind.assigned, Assignment)
    if not added:
        columns = [*columns[:-2], null(), null()]
    by_slot = (kind.assigned.c.record_id, kind.assigned.c.slot)
    return select(*columns).where(among_given(by_slot[0])).order_by(*by_slot)


_ASSIGNMENTS = {
    (of.name, added): _assignments(of, added=added) for of in _KINDS for added in (True, False)
}
_OWN_ASSIGNMENTS = {
    kind.name: _ASSIGNMENTS[kind.name, False].where(kind.assigned.c.user_id == bindparam("of"))
    for kind in _KINDS
}
_TAGS = select(contact_tag.c.contact_id, contact_tag.c.tag_id).where(
    among_given(contact_tag.c.contact_id)
)
_OF_CONTACTS = (
    select(opportunity.c.contact_id, opportunity.c.id)
    .where(among_given(opportunity.c.contact_id), opportunity.c.deleted_at.is_(None))
    .order_by(opportunity.c.id)
)
_LOCKS = {
    kind.name: _SELECTS[kind.name]
    .where(kind.table.c.deleted_at.is_(None))
    .order_by(kind.table.c.id)
    .with_for_update()
    for kind in _KINDS
}
_LOCKS_ONE = {
    kind.name: _LOCKS[kind.name].where(kind.table.c.id == bindparam("asked")) for kind in _KINDS
}
_ID_BATCH = 5000
OFTEN = 1000


def select_visible(
    kind: Guarded, viewer: Viewer, *conditions: ColumnElement[bool], often: bool = False
) -> Select[Any]:
    """Return the statement for the records of `kind` that `viewer` sees, nothing run."""
    return _SELECTS[kind.name].where(visible(kind, viewer, often=often), *conditions)


def sees_often(connection: Connection, kind: Guarded, viewer: Viewer) -> bool:
    """Return whether a restricted viewer has so many records that any order soon meets one.

    SQLite has to be told, or it collects all that are his; PostgreSQL estimates it.
    """
    if not viewer.restricted or connection.dialect.name != "sqlite":
        return False
    enough = assigned_to(kind, viewer).limit(1).offset(OFTEN - 1)
    return connection.execute(enough).first() is not None


def select_assigned(viewer: Viewer, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Return `select_visible` of opportunities for a restricted viewer, begun at what is his."""
    mine = OPPORTUNITY.assigned.c
    return (
        _SELECTS[OPPORTUNITY.name]
        .join(OPPORTUNITY.assigned, opportunity.c.id == mine.record_id)
        .where(mine.user_id == viewer.user_id, present(OPPORTUNITY, viewer), *conditions)
    )


def card_key(viewer: Viewer) -> ColumnElement[str]:
    """Return what tells a card of now: id, revision, and whether its contact is seen."""
    key = cast(opportunity.c.id, String) + "." + cast(opportunity.c.revision, String)
    if not viewer.restricted:
        return key + "+"
    mine = CONTACT.assigned.c
    seen = exists().where(
        mine.record_id == opportunity.c.contact_id, mine.user_id == viewer.user_id
    )
    return key + case((seen, "+"), else_="-")


def count_visible(
    connection: Connection, kind: Guarded, viewer: Viewer, *conditions: ColumnElement[bool]
) -> int:
    """Return how many records of `kind` that `viewer` sees meet the conditions (P10)."""
    statement = select(func.count()).select_from(kind.table)
    count = connection.scalar(statement.where(visible(kind, viewer), *conditions))
    return count or 0


def records_of(kind: Guarded, rows: Iterable[Any]) -> list[Any]:
    """Return the records that rows of `select_visible` hold."""
    return list(starmap(_CLASSES[kind.name], rows))


def find_visible(connection: Connection, kind: Guarded, viewer: Viewer, key: UUID) -> Any | None:
    """Return the record with this id if `viewer` sees it, else None (R14)."""
    rows = connection.execute(select_visible(kind, viewer, kind.table.c.id == key))
    return next(iter(records_of(kind, rows)), None)


def load_visible(
    connection: Connection, kind: Guarded, viewer: Viewer, keys: Iterable[UUID]
) -> dict[UUID, Any]:
    """Return those of the records with these ids that `viewer` sees, by id."""
    statement = select_visible(kind, viewer, among(kind.table.c.id, set(keys)))
    return {one.id: one for one in records_of(kind, connection.execute(statement))}


def load_rows(connection: Connection, kind: Guarded, keys: Iterable[UUID]) -> dict[UUID, Any]:
    """Return the records with these ids, whoever may see them, deleted ones too."""
    return _load(connection, kind, _BY_ID[kind.name], keys)


def load_present(connection: Connection, kind: Guarded, keys: Iterable[UUID]) -> dict[UUID, Any]:
    """Return the records with these ids that are not deleted, whoever may see them."""
    return _load(connection, kind, _PRESENT_BY_ID[kind.name], keys)


def _load(
    connection: Connection, kind: Guarded, statement: Select[Any], keys: Iterable[UUID]
) -> dict[UUID, Any]:
    found: dict[UUID, Any] = {}
    for batch in _batches(list(set(keys))):
        rows = read_rows(connection, statement, {"keys": batch})
        found.update((one.id, one) for one in records_of(kind, rows))
    return found


def lock(connection: Connection, kind: Guarded, *conditions: ColumnElement[bool]) -> list[Any]:
    """Return the present records that meet the conditions, locked until commit, by id (C3)."""
    return records_of(kind, connection.execute(_LOCKS[kind.name].where(*conditions)))


def lock_one(connection: Connection, kind: Guarded, key: UUID) -> list[Any]:
    """Return the present record with this id, locked until commit; an empty list without it."""
    return records_of(kind, connection.execute(_LOCKS_ONE[kind.name], {"asked": key}))


def attach_assigned(
    connection: Connection,
    kind: Guarded,
    records: Sequence[Record],
    *,
    of: UUID | None = None,
    added: bool = True,
) -> None:
    """Fill `assigned` of the records: owner first, then followers by slot; or `of` one user only.

    Unless who was `added` by whom and when is asked for, that is None.
    """
    by_record: dict[UUID, list[Assignment]] = {one.id: [] for one in records}
    statement = _ASSIGNMENTS[kind.name, added] if of is None else _OWN_ASSIGNMENTS[kind.name]
    for batch in _batches(list(by_record)):
        for row in read_rows(connection, statement, {"keys": batch, "of": of}):
            by_record[row[0]].append(Assignment._make(row))
    for one in records:
        one.assigned = tuple(by_record[one.id])


def attach_tags(connection: Connection, contacts: Sequence[Contact]) -> None:
    """Fill `tag_ids` of the contacts."""
    by_contact: dict[UUID, set[UUID]] = {one.id: set() for one in contacts}
    for batch in _batches(list(by_contact)):
        for contact_id, tag_id in read_rows(connection, _TAGS, {"keys": batch}):
            by_contact[contact_id].add(tag_id)
    for one in contacts:
        one.tag_ids = frozenset(by_contact[one.id])


def attach_contacts(connection: Connection, cards: Sequence[Opportunity]) -> None:
    """Fill `contact_record` of the cards, whoever may see it."""
    contacts = load_present(connection, CONTACT, (card.contact_id for card in cards))
    for card in cards:
        card.contact_record = contacts.get(card.contact_id)


def load_whole_cards(connection: Connection, keys: Iterable[UUID]) -> dict[UUID, Opportunity]:
    """Return the cards with these ids and all their live facts, deleted ones too, unjudged."""
    cards: dict[UUID, Opportunity] = load_rows(connection, OPPORTUNITY, keys)
    contacts = load_rows(connection, CONTACT, (card.contact_id for card in cards.values()))
    for card in cards.values():
        card.contact_record = contacts[card.contact_id]
    attach_assigned(connection, OPPORTUNITY, list(cards.values()))
    attach_assigned(connection, CONTACT, list(contacts.values()))
    attach_tags(connection, list(contacts.values()))
    return cards


def cards_of_contacts(connection: Connection, contacts: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Return the ids of the present opportunities of each contact, whoever may see them."""
    cards: dict[UUID, list[UUID]] = {}
    for batch in _batches(list(contacts)):
        for contact_id, card_id in read_rows(connection, _OF_CONTACTS, {"keys": batch}):
            cards.setdefault(contact_id, []).append(card_id)
    return cards


def _batches(keys: list[UUID]) -> Iterable[list[UUID]]:
    return (keys[at : at + _ID_BATCH] for at in range(0, len(keys), _ID_BATCH))

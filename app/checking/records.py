"""Checks of one record: its keys, assignments and words against its own facts."""

from collections.abc import Iterator
from typing import Any

from app.checking.rows import Stored
from models.assigned import OWNER_SLOT
from models.contact import Contact
from models.facts import contact_words, opportunity_words, source_key
from models.opportunity import Opportunity
from models.practice import Practice
from models.text import fold
from resolvers.contacts import display_name


def contact_drift(stored: Stored) -> Iterator[str]:
    """Yield what differs of a contact."""
    one: Contact = stored.record
    keys = {
        "name": display_name(one.first_name, one.last_name),
        "name_key": fold(one.name),
        "email_key": one.email,
        "source_key": source_key(one.source),
    }
    yield from _keys(stored.row, keys)
    yield from _owner(stored)
    yield from _words(stored, contact_words(one))


def opportunity_drift(stored: Stored, practice: Practice) -> Iterator[str]:
    """Yield what differs of an opportunity, also from its contact."""
    one: Opportunity = stored.record
    yield from _keys(stored.row, {"name_key": fold(one.name), "source_key": source_key(one.source)})
    yield from _owner(stored)
    yield from _repeats(stored)
    yield from _words(stored, opportunity_words(one))
    if stored.row.revision < one.version:
        yield "its revision is behind its version"
    contact = stored.contact_row
    if one.deleted_at is not None or contact is None:
        return
    if contact.deleted_at is not None:
        yield "its contact is deleted"
    if one.follows_contact_name and one.name != contact.name:
        yield "the name is not its contact's, which it follows"
    if not practice.allow_different_owners and one.owner_id != contact.owner_id:
        yield "the owner is not its contact's, and they may not differ"


def _keys(row: Any, wanted: dict[str, str | None]) -> Iterator[str]:
    for name, value in wanted.items():
        if getattr(row, name) != value:
            yield f"{name} is not what its text says"


def _owner(stored: Stored) -> Iterator[str]:
    owners = [one.user_id for one in stored.assigned if one.slot == OWNER_SLOT]
    if owners != ([stored.record.owner_id] if stored.record.owner_id else []):
        yield "owner_id and the assigned owner differ"


def _repeats(stored: Stored) -> Iterator[str]:
    one = stored.record
    wanted = (one.stage_id, one.status, one.created_at)
    for row in stored.assigned:
        if (row.stage_id, row.status, row.created_at) != wanted:
            yield f"the assignment in slot {row.slot} repeats another stage, status or time"


def _words(stored: Stored, wanted: frozenset[str]) -> Iterator[str]:
    missing, extra = len(wanted - stored.words), len(stored.words - wanted)
    if missing or extra:
        yield f"{missing} search words are missing, {extra} are too many"

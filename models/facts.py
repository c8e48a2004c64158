"""Board facts: all of a record that a board's filter and a viewer's rights can ask (C1).

An event keeps the facts from before its change. With the rows of now they tell what a live
board held and what it must hold, without a query for each viewer. They never reach a client.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from models.assigned import OWNER_SLOT, Assignment
from models.base import from_microseconds, to_microseconds
from models.contact import Contact
from models.opportunity import Opportunity
from models.text import phone_words, same_name_key, search_words


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What boards and rights ask of a contact."""

    owner: UUID | None
    followers: frozenset[UUID]
    tags: frozenset[UUID]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class OpportunityFacts:
    """What boards and rights ask of an opportunity."""

    stage: UUID
    status: str
    value: Decimal
    owner: UUID | None
    followers: frozenset[UUID]
    source: str | None
    words: frozenset[str]
    created_at: datetime
    updated_at: datetime
    stage_entered_at: datetime
    status_changed_at: datetime


def followers_of(assigned: tuple[Assignment, ...]) -> frozenset[UUID]:
    """Return the users who follow a record."""
    return frozenset(a.user_id for a in assigned if a.slot != OWNER_SLOT)


def contact_words(contact: Contact) -> frozenset[str]:
    """Return the words under which a contact is found: name, e-mail, phone."""
    return search_words(contact.name, contact.email) | phone_words(contact.phone)


def opportunity_words(card: Opportunity) -> frozenset[str]:
    """Return the words under which a card is found by its own texts: name, treatment."""
    return search_words(card.name, card.treatment_of_interest)


def source_key(source: str | None) -> str | None:
    """Return the key under which two sources count as equal."""
    return same_name_key(source) if source else None


def contact_facts(contact: Contact) -> ContactFacts:
    """Return the facts of a contact as it is."""
    return ContactFacts(
        contact.owner_id, followers_of(contact.assigned), contact.tag_ids, contact_words(contact)
    )


def opportunity_facts(card: Opportunity) -> OpportunityFacts:
    """Return the facts of an opportunity as it is."""
    return OpportunityFacts(
        card.stage_id,
        card.status,
        card.value,
        card.owner_id,
        followers_of(card.assigned),
        source_key(card.source),
        opportunity_words(card),
        card.created_at,
        card.updated_at,
        card.stage_entered_at,
        card.status_changed_at,
    )


def contact_to_json(facts: ContactFacts) -> dict[str, Any]:
    """Return what the log stores of a contact's facts."""
    return {
        "owner": facts.owner and facts.owner.hex,
        "followers": _hexes(facts.followers),
        "tags": _hexes(facts.tags),
        "words": sorted(facts.words),
    }


def contact_from_json(stored: dict[str, Any]) -> ContactFacts:
    """Return the contact's facts that the log stored."""
    return ContactFacts(
        _id(stored["owner"]),
        _ids(stored["followers"]),
        _ids(stored["tags"]),
        frozenset(stored["words"]),
    )


_TIMES = ("created_at", "updated_at", "stage_entered_at", "status_changed_at")


def opportunity_to_json(facts: OpportunityFacts) -> dict[str, Any]:
    """Return what the log stores of an opportunity's facts."""
    return {
        "stage": facts.stage.hex,
        "status": facts.status,
        "value": str(facts.value),
        "owner": facts.owner and facts.owner.hex,
        "followers": _hexes(facts.followers),
        "source": facts.source,
        "words": sorted(facts.words),
        **{name: to_microseconds(getattr(facts, name)) for name in _TIMES},
    }


def opportunity_from_json(stored: dict[str, Any]) -> OpportunityFacts:
    """Return the opportunity's facts that the log stored."""
    return OpportunityFacts(
        UUID(stored["stage"]),
        stored["status"],
        Decimal(stored["value"]),
        _id(stored["owner"]),
        _ids(stored["followers"]),
        stored["source"],
        frozenset(stored["words"]),
        *(from_microseconds(stored[name]) for name in _TIMES),
    )


def _hexes(ids: frozenset[UUID]) -> list[str]:
    return sorted(one.hex for one in ids)


def _ids(hexes: list[str]) -> frozenset[UUID]:
    return frozenset(map(UUID, hexes))


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None

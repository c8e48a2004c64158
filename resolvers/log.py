"""Reading the event log: what changed after a place, and the cards as they are now."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select

from models.base import columns_of
from models.facts import (
    ContactFacts,
    OpportunityFacts,
    contact_facts,
    contact_from_json,
    opportunity_facts,
    opportunity_from_json,
)
from models.log import Event, event
from models.opportunity import Opportunity
from models.practice import practice_head
from resolvers import document_records, records, vocabulary
from resolvers.journal import MANY

# An event of this kind says that tokens of a user ended.
SESSION = "Session"
_SLICE = (
    select(*columns_of(event, Event))
    .where(
        event.c.practice_id == bindparam("practice_id"),
        event.c.seq > bindparam("after"),
        event.c.seq <= bindparam("head"),
    )
    .order_by(event.c.seq)
)


@dataclass(frozen=True)
class CardHistory:
    """A card: what happened to it and its contact since a place in the log, and how it is now."""

    card: Opportunity
    card_events: list[Event]
    contact_events: list[Event]

    @property
    def last(self) -> int:
        """The number of its last change."""
        return max(one.seq for one in (*self.card_events, *self.contact_events))

    @cached_property
    def now(self) -> tuple[OpportunityFacts | None, ContactFacts]:
        """The facts of now; no card where it is deleted."""
        contact = self.card.contact_record
        if contact is None:
            raise LookupError("a card has a contact")
        card = None if self.card.deleted_at else opportunity_facts(self.card)
        return card, contact_facts(contact)

    def at(self, number: int) -> tuple[OpportunityFacts | None, ContactFacts]:
        """Return the facts right after event `number` of the log."""
        card, contact = self.now
        later = next((one for one in self.card_events if one.seq > number), None)
        if later is not None:
            card = opportunity_from_json(later.before) if later.before else None
        later = next((one for one in self.contact_events if one.seq > number), None)
        if later is not None and later.before:
            contact = contact_from_json(later.before)
        return card, contact

    def events_after(self, number: int) -> Iterable[Event]:
        """Return what happened after event `number`, in order."""
        every = sorted((*self.card_events, *self.contact_events), key=lambda one: one.seq)
        return [one for one in every if one.seq > number]


@dataclass(frozen=True)
class LogSlice:
    """The log of a practice from one place to its head, and the vocabulary's revision there."""

    head: int
    vocabulary: int
    events: list[Event]
    histories: list[CardHistory]
    active_users: frozenset[UUID]

    @cached_property
    def oldest(self) -> int:
        """The number of the first event in hand, 1 past the head if there is none.

        Numbers have no gaps, so whoever stands further back has missed events that are no longer
        kept.
        """
        return self.events[0].seq if self.events else self.head + 1

    @cached_property
    def many(self) -> int:
        """The number of the last "many changed", 0 if there is none."""
        return max((one.seq for one in self.events if one.kind == MANY), default=0)

    @cached_property
    def users_changed(self) -> dict[UUID, int]:
        """The users whose rights changed, and the number of their last change."""
        return {one.record_id: one.seq for one in self.events if one.kind == "User"}

    @cached_property
    def signed_out(self) -> frozenset[UUID]:
        """The users of whom some token ended, or who were deactivated."""
        return frozenset(
            one.record_id
            for one in self.events
            if one.kind == SESSION or (one.kind == "User" and "active" in one.changed)
        )

    @cached_property
    def activity_changed(self) -> int:
        """The number of the last event in which somebody became active or inactive."""
        changes = (one.seq for one in self.events if one.kind == "User" and "active" in one.changed)
        return max(changes, default=0)


def read_slice(
    connection: Connection, practice_id: UUID, after: int, *, with_users: bool = False
) -> LogSlice:
    """Return what happened after event `after`, with the cards as of the log's head.

    `with_users` reads who is active, for filters that ask it.
    """
    head, revision = vocabulary.log_end(connection, practice_id)
    events: list[Event] = []
    if head > after:
        place = {"practice_id": practice_id, "after": after, "head": head}
        events = [Event(*row) for row in connection.execute(_SLICE, place)]
    active: frozenset[UUID] = frozenset()
    if with_users and events:
        staff = vocabulary.staff(connection, practice_id, active_only=True)
        active = frozenset(user.id for user in staff)
    return LogSlice(head, revision, events, _histories(connection, events), active)


def _histories(connection: Connection, events: list[Event]) -> list[CardHistory]:
    of_card: dict[UUID, list[Event]] = {}
    of_contact: dict[UUID, list[Event]] = {}
    touched: dict[UUID, None] = {}
    for one in events:
        if one.kind == "Opportunity":
            of_card.setdefault(one.record_id, []).append(one)
        elif one.kind == "Contact":
            of_contact.setdefault(one.record_id, []).append(one)
        touched.update((UUID(card), None) for card in one.cards)
    cards = records.load_whole_cards(connection, touched) if touched else {}
    contacts = {card.contact_id: card.contact_record for card in cards.values()}
    shown = [one for one in (*cards.values(), *contacts.values()) if one is not None]
    document_records.attach_totals(connection, shown)
    return [
        CardHistory(
            card,
            of_card.get(card.id, []),
            [one for one in of_contact.get(card.contact_id, []) if card.id.hex in one.cards],
        )
        for card in cards.values()
    ]


def oldest(connection: Connection, practice_id: UUID) -> int:
    """Return the number of the oldest event that is still kept; 1 past the head if none is."""
    statement = select(func.min(event.c.seq)).where(event.c.practice_id == practice_id)
    kept: int | None = connection.scalar(statement)
    return vocabulary.head(connection, practice_id) + 1 if kept is None else kept


class Extent(NamedTuple):
    """The number of a log's last event, and how many events it keeps."""

    head: int
    kept: int


def extents(connection: Connection) -> dict[UUID, Extent]:
    """Return how long each practice's log is; its numbers have no gaps, so none is counted."""
    here = event.c.practice_id == practice_head.c.practice_id
    least = select(func.min(event.c.seq)).where(here).correlate(practice_head).scalar_subquery()
    statement = select(practice_head.c.practice_id, practice_head.c.seq, least)
    return {
        key: Extent(head, head - first + 1 if first else 0)
        for key, head, first in connection.execute(statement)
    }

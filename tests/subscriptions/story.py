"""Hand-made slices of a practice's log: what happened to a card and its contact, step by step."""

from copy import copy
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from models.assigned import Assignment
from models.contact import Contact
from models.facts import (
    ContactFacts,
    OpportunityFacts,
    contact_facts,
    contact_to_json,
    opportunity_facts,
    opportunity_to_json,
)
from models.log import Event
from models.opportunity import Opportunity
from permissions.viewer import Viewer
from resolvers.filters import BoardFilter, board_terms
from resolvers.log import CardHistory, LogSlice
from resolvers.totals import Totals
from subscriptions.delta import Item, Judge, net_changes
from tests.resolvers.people import PRACTICE
from tests.resolvers.staff import START

ME, OTHER, THIRD = (UUID(int=number) for number in (1, 2, 3))
PIPELINE, LEAD, BOOKED = (UUID(int=number) for number in (20, 21, 22))
Facts = tuple[OpportunityFacts | None, ContactFacts]


def assigned(record_id: UUID, owner: UUID | None, *followers: UUID) -> tuple[Assignment, ...]:
    """Return the assignments of a record."""
    own = [] if owner is None else [(0, owner)]
    pairs = [*own, *enumerate(followers, start=1)]
    return tuple(Assignment(record_id, one, slot, "MANUAL", None, START) for slot, one in pairs)


@dataclass
class Log:
    """The numbers of a practice's log, shared by the stories of several cards."""

    number: int = 0
    stories: list["Story"] = field(default_factory=list)

    def next(self) -> int:
        """Take the next number."""
        self.number += 1
        return self.number

    def slice(self, after: int = 0) -> LogSlice:
        """Return the log from a place to its head, as the relay reads it."""
        histories = [one.history(after) for one in self.stories if one.touched_after(after)]
        events = [one for history in histories for one in history.events_after(after)]
        ordered = sorted({one.seq: one for one in events}.values(), key=lambda one: one.seq)
        return LogSlice(self.number, 0, ordered, histories, frozenset((ME, OTHER)))


class Story:
    """A card with its contact, and all that happens to them."""

    def __init__(self, log: Log | None = None, *, key: int = 50, created: bool = False) -> None:
        """Begin with a card and a contact that somebody else owns; `created`: as an event."""
        self.log = log or Log()
        self.log.stories.append(self)
        card_id, contact_id = UUID(int=key), UUID(int=key + 1)
        self.contact = Contact(
            contact_id, PRACTICE.id, "Grace", "Park", "Grace Park", None, None, UUID(int=30),
            None, False, {}, OTHER, 1, START, START, assigned=assigned(contact_id, OTHER),
        )  # fmt: skip
        self.card = Opportunity(
            card_id, PRACTICE.id, contact_id, PIPELINE, LEAD, "Grace Park", True, "OPEN", None,
            Decimal("500.00"), "DEFAULT", None, None, OTHER, START, START, 1, START, START,
            assigned=assigned(card_id, OTHER),
        )  # fmt: skip
        self.card_events: list[Event] = []
        self.contact_events: list[Event] = []
        self.states: dict[int, Facts] = {}
        if created:
            self.states[self.log.number] = (None, contact_facts(self.contact))
            self._tell(self.card_events, "Opportunity", card_id, ["value"], None)
        self._remember()

    def _remember(self) -> None:
        card = None if self.card.deleted_at else opportunity_facts(self.card)
        self.states[self.log.number] = (card, contact_facts(self.contact))

    def at(self, number: int) -> Facts:
        """Return the facts right after event `number`, as they were remembered."""
        return self.states[max(one for one in self.states if one <= number)]

    def _tell(
        self,
        events: list[Event],
        kind: str,
        record_id: UUID,
        changed: list[str],
        before: Any,
        **who: Any,
    ) -> None:
        event = Event(
            seq=self.log.next(),
            at=START,
            actor_id=who.get("by", OTHER),
            kind=kind,
            record_id=record_id,
            action="test",
            changed=changed,
            before=before,
            cards=[self.card.id.hex],
            key=who.get("key"),
        )
        events.append(event)

    def change_card(self, *, by: UUID = OTHER, key: str | None = None, **new: Any) -> None:
        """Change the card in one commit; followers= and owner_id= go into its assignments."""
        before = opportunity_to_json(opportunity_facts(self.card))
        self.card, names = _changed(self.card, new)
        told = [name for name in names if name != "deleted_at"]
        self._tell(self.card_events, "Opportunity", self.card.id, told, before, by=by, key=key)
        self._remember()

    def change_contact(self, *, by: UUID = OTHER, key: str | None = None, **new: Any) -> None:
        """Change the contact in one commit."""
        before = contact_to_json(contact_facts(self.contact))
        self.contact, names = _changed(self.contact, new)
        self._tell(self.contact_events, "Contact", self.contact.id, names, before, by=by, key=key)
        self._remember()

    def touched_after(self, number: int) -> bool:
        """Return whether something happened after event `number`."""
        return any(one.seq > number for one in (*self.card_events, *self.contact_events))

    def history(self, after: int) -> CardHistory:
        """Return what happened after event `after`, with the rows of now."""
        card = copy(self.card)
        card.contact_record = self.contact
        return CardHistory(
            card,
            [one for one in self.card_events if one.seq > after],
            [one for one in self.contact_events if one.seq > after],
        )


def _changed(record: Any, new: dict[str, Any]) -> tuple[Any, list[str]]:
    after = copy(record)
    followers = new.get("followers", [a.user_id for a in record.assigned if a.slot])
    after.owner_id = new.get("owner_id", record.owner_id)
    after.assigned = assigned(record.id, after.owner_id, *followers)
    for name, value in new.items():
        if name != "followers":
            setattr(after, name, value)
    after.version, after.updated_at = record.version + 1, record.updated_at + timedelta(seconds=1)
    return after, sorted(new)


def judge(viewer: Viewer, **asked: Any) -> Judge:
    """Return the judge of a viewer's board under a filter."""
    asked.setdefault("statuses", [])
    terms = board_terms(BoardFilter(**asked), viewer)
    return Judge(viewer, PIPELINE, terms, frozenset((ME, OTHER)))


def net(story: Story, viewer: Viewer, position: int = 0, **asked: Any) -> list[Item]:
    """Return what a viewer must be told to get from a place to the head of the log."""
    log = story.log.slice(position)
    items, _ = net_changes(judge(viewer, **asked), log, position, Totals({}, 0))
    return items


def kind(item: Item) -> str:
    """Return what an item tells: a card that entered, left, or was updated."""
    if item.now is None:
        return "nothing" if item.held is None else "left"
    return "entered" if item.held is None else "updated"

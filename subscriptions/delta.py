"""The net change of a live board between two places in the log, judged as of the later (C1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from models.facts import ContactFacts, OpportunityFacts
from models.log import Event
from models.opportunity import Opportunity
from permissions.rights import Permission
from permissions.viewer import Viewer
from permissions.visibility import CONTACT, OPPORTUNITY, sees
from resolvers.log import CardHistory, LogSlice
from resolvers.terms import Judged, Term
from resolvers.totals import Sum, Totals

Facts = tuple[OpportunityFacts | None, ContactFacts]
_SHOWN_AS = {
    "document_count": "documentCount",
    "followers": "followers",
    "lost_reason": "lostReason",
    "name": "name",
    "owner_id": "owner",
    "source": "source",
    "stage_entered_at": "stageEnteredAt",
    "stage_id": "stage",
    "status": "status",
    "status_changed_at": "statusChangedAt",
    "treatment_of_interest": "treatmentOfInterest",
    "value": "value",
    "value_source": "valueSource",
}
# What an event tells that is of documents alone.
_COUNTED = ["document_count"]


@dataclass(kw_only=True)
class Item:
    """One card's net change: as the viewer holds it, and as he must hold it.

    `at` is when the newest change was made, in epoch seconds; only metrics read it (P23).
    """

    card: Opportunity
    number: int
    held: OpportunityFacts | None
    now: OpportunityFacts | None
    changed: set[str] = field(default_factory=set)
    own_keys: list[str] = field(default_factory=list)
    at: float | None = None

    def after(self, earlier: "Item") -> "Item":
        """Return this change joined to an earlier one that was not sent yet."""
        return Item(
            card=self.card,
            number=self.number,
            held=earlier.held,
            now=self.now,
            changed=self.changed | earlier.changed,
            own_keys=list(dict.fromkeys((*earlier.own_keys, *self.own_keys))),
            at=self.at,
        )


@dataclass(frozen=True)
class Judge:
    """What one viewer sees of one board; decides without a query."""

    viewer: Viewer
    pipeline_id: UUID
    terms: Sequence[Term]
    active_users: frozenset[UUID]

    def sees_card(self, facts: Facts) -> bool:
        """Return whether the viewer sees a card with these facts."""
        return facts[0] is not None and sees(OPPORTUNITY, self.viewer, facts[0])

    def sees_contact(self, facts: Facts) -> bool:
        """Return whether the viewer sees the contact of a card with these facts."""
        return sees(CONTACT, self.viewer, facts[1])

    def shows(self, facts: Facts) -> bool:
        """Return whether the board shows a card with these facts."""
        card, contact = facts
        if card is None or not sees(OPPORTUNITY, self.viewer, card):
            return False
        judged = Judged(card, contact if self.sees_contact(facts) else None, self.active_users)
        return all(term.holds(judged) for term in self.terms)


def net_changes(
    judge: Judge, log: LogSlice, position: int, totals: Totals, *, sent_until: int = 0
) -> tuple[list[Item], Totals]:
    """Return what a stream must be told to get from `position` to the head, and its new totals.

    Where a batch was cut, some of what lies between `position` and `sent_until` may have been
    sent: then a card counts as held if it was shown at any time in between.
    """
    items: list[Item] = []
    sums = dict(totals.stages)
    hidden = totals.hidden_by_filter
    for history in log.histories:
        if history.card.pipeline_id != judge.pipeline_id or history.last <= position:
            continue
        was, now = history.at(position), history.now
        held, shown = judge.shows(was), judge.shows(now)
        _count(sums, was[0] if held else None, now[0] if shown else None)
        hidden += (judge.sees_card(now) and not shown) - (judge.sees_card(was) and not held)
        cuts = (*_cuts(history, position, sent_until), position)
        may_hold = next((facts for at in cuts if judge.shows(facts := history.at(at))), None)
        item = _item(judge, history, position, may_hold[0] if may_hold else None, shown=shown)
        if item is not None:
            items.append(item)
    items.sort(key=lambda item: item.number)
    return items, Totals(sums, hidden)


def joined(waiting: Iterable[Item], items: list[Item]) -> list[Item]:
    """Return the new changes joined to those that wait, one a card, in order."""
    by_card = {item.card.id: item for item in waiting}
    for item in items:
        earlier = by_card.pop(item.card.id, None)
        together = item.after(earlier) if earlier else item
        if together.held is not None or together.now is not None:
            by_card[item.card.id] = together
    return sorted(by_card.values(), key=lambda item: item.number)


def _cuts(history: CardHistory, position: int, sent_until: int) -> list[int]:
    """Return the numbers after which a cut batch may have shown the card, the latest first."""
    between = (one.seq for one in history.events_after(position) if one.seq <= sent_until)
    return sorted(between, reverse=True)


def _count(
    sums: dict[UUID, Sum], before: OpportunityFacts | None, after: OpportunityFacts | None
) -> None:
    for facts, sign in ((before, -1), (after, 1)):
        if facts is not None:
            total = sums.get(facts.stage, Sum(0, Decimal("0.00")))
            sums[facts.stage] = Sum(total.count + sign, total.value + sign * facts.value)


def _item(
    judge: Judge,
    history: CardHistory,
    position: int,
    held: OpportunityFacts | None,
    *,
    shown: bool,
) -> Item | None:
    now = history.now[0] if shown else None
    if held is None and now is None:
        return None
    events = list(history.events_after(position))
    changed = set[str]()
    if held is not None and now is not None:
        told, changed = _told(judge, history, position, events)
        if not told:
            return None
    return Item(
        card=history.card,
        number=history.last,
        held=held,
        now=now,
        changed=changed,
        own_keys=_own_keys(judge.viewer, events),
        at=events[-1].at.timestamp(),
    )


def _told(
    judge: Judge, history: CardHistory, position: int, events: list[Event]
) -> tuple[bool, set[str]]:
    """Return whether a live fact the viewer may see has changed, and the fields it shows in."""
    contact_seen = judge.sees_contact(history.now) or judge.sees_contact(history.at(position))
    told, changed = False, set[str]()
    counted = judge.viewer.may(Permission.DOCUMENTS_READ)
    for one in events:
        if one.changed == _COUNTED and not counted:
            continue
        if one.kind == OPPORTUNITY.name:
            told = True
            changed.update(_SHOWN_AS[name] for name in one.changed if name in _SHOWN_AS)
            continue
        if "name" in one.changed:
            told = True
            changed.add("contactCard")
        if contact_seen:
            told = True
            changed.add("contact")
    if not judge.viewer.may(Permission.OPPORTUNITY_VALUE_READ):
        changed.discard("value")
    if not counted:
        changed.discard("documentCount")
    return told, changed


def _own_keys(viewer: Viewer, events: list[Event]) -> list[str]:
    keys = (one.key for one in events if one.key and one.actor_id == viewer.user_id)
    return list(dict.fromkeys(keys))

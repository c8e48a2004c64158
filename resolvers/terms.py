"""The terms filters are made of. Each has one meaning in two spellings: as SQL, and in memory.

Live boards judge cards by the same terms as queries (C1); a test holds both spellings equal.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from models.contact import contact_tag
from models.facts import ContactFacts, OpportunityFacts
from models.opportunity import opportunity
from models.text import has_prefixes
from models.user import user
from permissions.viewer import Viewer
from permissions.visibility import CONTACT, Guarded
from resolvers.records import WORDS

AFTER_EVERY_WORD = "\U0010ffff"


class Judged(NamedTuple):
    """A card before the terms: its facts, its contact's where the viewer sees the contact."""

    card: OpportunityFacts
    contact: ContactFacts | None
    active_users: AbstractSet[UUID]


class Term(Protocol):
    """One condition of a filter."""

    def sql(self) -> ColumnElement[bool]:
        """Return the condition on the rows of the filtered table."""

    def holds(self, judged: Judged) -> bool:
        """Return whether a card meets the condition."""


@dataclass(frozen=True)
class OneOf:
    """The attribute is one of the values; of none where there are none."""

    column: ColumnElement[Any]
    attribute: str
    values: frozenset[Any]

    def sql(self) -> ColumnElement[bool]:
        """Return the condition; a single value is compared for equality, to use its index."""
        if len(self.values) == 1:
            only: ColumnElement[bool] = self.column == next(iter(self.values))
            return only
        return self.column.in_(sorted(self.values)) if self.values else false()

    def holds(self, judged: Judged) -> bool:
        """Return whether the card's attribute is among the values."""
        return getattr(judged.card, self.attribute) in self.values


@dataclass(frozen=True)
class Between:
    """The attribute lies in a range: from `low` inclusive to `high`."""

    column: ColumnElement[Any]
    attribute: str
    low: Any
    high: Any
    includes_high: bool

    def sql(self) -> ColumnElement[bool]:
        """Return the condition."""
        ends = []
        if self.low is not None:
            ends.append(self.column >= self.low)
        if self.high is not None:
            ends.append(self.column <= self.high if self.includes_high else self.column < self.high)
        return and_(true(), *ends)

    def holds(self, judged: Judged) -> bool:
        """Return whether the card's attribute lies in the range."""
        value = getattr(judged.card, self.attribute)
        if self.low is not None and value < self.low:
            return False
        return self.high is None or value < self.high or (self.includes_high and value == self.high)


@dataclass(frozen=True)
class OwnedBy:
    """Owned by one of the users, or (`unassigned`) by nobody; False: owned by somebody."""

    kind: Guarded
    users: frozenset[UUID] | None
    unassigned: bool | None

    def sql(self) -> ColumnElement[bool]:
        """Return the condition."""
        owner = self.kind.table.c.owner_id
        if self.users is None:
            return owner.is_(None) if self.unassigned else owner.is_not(None)
        owned = owner.in_(sorted(self.users))
        return or_(owned, owner.is_(None)) if self.unassigned else owned

    def holds(self, judged: Judged) -> bool:
        """Return whether the card is owned so."""
        owner = judged.card.owner
        if self.users is None:
            return (owner is None) is bool(self.unassigned)
        return owner in self.users or (owner is None and bool(self.unassigned))


@dataclass(frozen=True)
class FollowedBy:
    """Followed by one of the users."""

    kind: Guarded
    users: frozenset[UUID]

    def sql(self) -> ColumnElement[bool]:
        """Return the condition."""
        table = self.kind.assigned
        following = select(table.c.record_id).where(
            table.c.user_id.in_(sorted(self.users)), table.c.slot > 0
        )
        return self.kind.table.c.id.in_(following)

    def holds(self, judged: Judged) -> bool:
        """Return whether one of the users follows the card."""
        return not self.users.isdisjoint(judged.card.followers)


@dataclass(frozen=True)
class OwnerActive:
    """Owned by an active user, or (False) by an inactive one."""

    kind: Guarded
    practice_id: UUID
    active: bool

    def sql(self) -> ColumnElement[bool]:
        """Return the condition."""
        owners = select(user.c.id).where(
            user.c.practice_id == self.practice_id, user.c.active.is_(self.active)
        )
        return self.kind.table.c.owner_id.in_(owners)

    def holds(self, judged: Judged) -> bool:
        """Return whether the card's owner is active, or is not."""
        owner = judged.card.owner
        return owner is not None and (owner in judged.active_users) is self.active


def contact_seen(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which `viewer` sees the contact of an opportunity (R13)."""
    if not viewer.may(CONTACT.read):
        return false()
    if not viewer.restricted:
        return true()
    table = CONTACT.assigned
    mine = select(table.c.record_id).where(table.c.user_id == viewer.user_id)
    return opportunity.c.contact_id.in_(mine)


@dataclass(frozen=True)
class Tagged:
    """The contact has one of the tags; on cards only where the viewer sees the contact (C9)."""

    kind: Guarded
    viewer: Viewer
    tags: frozenset[UUID]

    def sql(self) -> ColumnElement[bool]:
        """Return the condition."""
        tagged = select(contact_tag.c.contact_id).where(contact_tag.c.tag_id.in_(sorted(self.tags)))
        if self.kind is CONTACT:
            return CONTACT.table.c.id.in_(tagged)
        return and_(opportunity.c.contact_id.in_(tagged), contact_seen(self.viewer))

    def holds(self, judged: Judged) -> bool:
        """Return whether the card's contact has one of the tags, as far as the viewer sees."""
        return judged.contact is not None and not self.tags.isdisjoint(judged.contact.tags)


@dataclass(frozen=True)
class Searched:
    """Every prefix begins some word of the record, or of the card's contact if seen (C9)."""

    kind: Guarded
    viewer: Viewer
    prefixes: tuple[str, ...]

    def sql(self) -> ColumnElement[bool]:
        """Return the condition."""
        return and_(true(), *map(self._begins, self.prefixes))

    def _begins(self, prefix: str) -> ColumnElement[bool]:
        own = self.kind.table.c.id.in_(self._records(self.kind.name, prefix))
        if self.kind is CONTACT:
            return own
        through = opportunity.c.contact_id.in_(self._records("Contact", prefix))
        return or_(own, and_(through, contact_seen(self.viewer)))

    def _records(self, name: str, prefix: str) -> Any:
        words = WORDS[name]
        return select(words.c.record_id).where(
            words.c.practice_id == self.viewer.practice_id,
            words.c.word >= prefix,
            words.c.word < prefix + AFTER_EVERY_WORD,
        )

    def holds(self, judged: Judged) -> bool:
        """Return whether the card is found by the prefixes."""
        words = judged.card.words
        if judged.contact is not None:
            words = words | judged.contact.words
        return has_prefixes(words, self.prefixes)

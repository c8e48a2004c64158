"""Records as one viewer sees them: every attribute is what the API shows to him.

A seen record is the stored one behind a lens. Its attributes are plain reads of what was loaded
with the page, so an answer of thousands of fields needs no query of its own.
"""

from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any, ClassVar, NamedTuple, Self
from uuid import UUID

from models.assigned import OWNER_SLOT, Assignment
from models.contact import Contact
from models.facts import followers_of
from models.opportunity import Opportunity
from permissions import rules
from permissions.rights import Permission
from permissions.visibility import CONTACT, OPPORTUNITY, Guarded, sees
from resolvers.do_not_disturb import DoNotDisturb, shown
from resolvers.ids import follower_id, global_id
from resolvers.lens import Lens, Money, SeenContactType, SeenPipeline, SeenStage, SeenTag, SeenUser

_PLACE = attrgetter("place")


class ContactCard(NamedTuple):
    """All that a card tells of its contact to everybody who sees the card (R15)."""

    contact_id: str
    name: str


class SeenFollower(NamedTuple):
    """A follower of a record that the viewer sees."""

    kind: str
    assignment: Assignment
    lens: Lens

    @property
    def global_id(self) -> str:
        """The id of this following."""
        return follower_id(self.kind, self.assignment.record_id, self.assignment.user_id)

    @property
    def user(self) -> SeenUser:
        """Who follows."""
        return self.lens.users[self.assignment.user_id]

    @property
    def source(self) -> str:
        """How he came to follow."""
        return self.assignment.source

    @property
    def added_by(self) -> SeenUser | None:
        """Who added him."""
        by = self.assignment.added_by
        return self.lens.users.get(by) if by else None

    @property
    def added_at(self) -> datetime:
        """When he was added."""
        return self.assignment.added_at


class Audience:
    """Owner and followers of a record; the followers are looked for where they decide."""

    __slots__ = ("_assigned", "owner")

    def __init__(self, owner: UUID | None, assigned: tuple[Assignment, ...]) -> None:
        """Tell of an owner, and of who else is assigned."""
        self.owner = owner
        self._assigned = assigned

    @property
    def followers(self) -> frozenset[UUID]:
        """Who follows the record."""
        return followers_of(self._assigned)


def audience(record: Contact | Opportunity) -> Audience:
    """Return who owns and follows a record whose `assigned` was read."""
    return Audience(record.owner_id, record.assigned)


class _Seen:
    """What contacts and opportunities have in common."""

    __slots__ = ()
    kind: ClassVar[Guarded]
    copied: ClassVar["attrgetter[tuple[Any, ...]]"]
    lens: Lens
    id: UUID
    owner_id: UUID | None
    assigned: tuple[Assignment, ...]
    document_total: int

    @classmethod
    def through(cls, lens: Lens, record: Contact | Opportunity) -> Self:
        """Return `record` as the lens shows it."""
        seen = cls(*cls.copied(record))
        object.__setattr__(seen, "lens", lens)
        return seen

    @property
    def global_id(self) -> str:
        """The record's id."""
        return global_id(self.kind.name, self.id)

    @property
    def owner(self) -> SeenUser | None:
        """Who owns the record."""
        return self.lens.users[self.owner_id] if self.owner_id else None

    @property
    def followers(self) -> list[SeenFollower]:
        """Who follows the record, by slot."""
        name = self.kind.name
        followers = (one for one in self.assigned if one.slot != OWNER_SLOT)
        return [SeenFollower(name, one, self.lens) for one in followers]

    @property
    def document_count(self) -> int:
        """How many documents hang on the record, as far as the viewer may know."""
        return self.document_total if self.lens.viewer.may(Permission.DOCUMENTS_READ) else 0

    @property
    def _audience(self) -> Audience:
        return Audience(self.owner_id, self.assigned)

    @property
    def viewer_can_edit(self) -> bool:
        """Whether the viewer may edit this record (R20)."""
        return rules.may_edit(self.kind, self.lens.viewer)

    @property
    def viewer_can_change_owner(self) -> bool:
        """Whether the viewer may give this record to somebody else (R34)."""
        return rules.may_change_owner(self.kind, self.lens.viewer, self._audience)

    @property
    def viewer_can_delete(self) -> bool:
        """Whether the viewer may delete this record (R21)."""
        return rules.may_delete(self.kind, self.lens.viewer, self._audience)


class SeenContact(_Seen, Contact):
    """A contact the viewer sees."""

    __slots__ = ("lens",)
    kind = CONTACT
    copied = attrgetter(*(field.name for field in fields(Contact)))

    @property
    def type(self) -> SeenContactType:
        """The contact's type."""
        return self.lens.types[self.type_id]

    @property
    def tags(self) -> list[SeenTag]:
        """The contact's tags by name."""
        return sorted([self.lens.tags[key] for key in self.tag_ids], key=_PLACE)

    @property
    def do_not_disturb(self) -> DoNotDisturb:
        """Which channels must not be used."""
        return shown(self.do_not_disturb_all, self.blocked_channels)


class SeenOpportunity(_Seen, Opportunity):
    """An opportunity the viewer sees."""

    __slots__ = ("lens",)
    kind = OPPORTUNITY
    copied = attrgetter(*(field.name for field in fields(Opportunity)))

    @property
    def stage(self) -> SeenStage:
        """The stage the card is in."""
        return self.lens.stages[self.stage_id]

    @property
    def pipeline(self) -> SeenPipeline:
        """The pipeline the card is on."""
        return self.lens.pipelines[self.pipeline_id]

    @property
    def money(self) -> Money | None:
        """The value, or None where money is hidden (R18)."""
        return self.lens.money(self.value)

    @property
    def contact(self) -> SeenContact | None:
        """The contact, or None where the viewer cannot see it (R13)."""
        record = self.contact_record
        if record is None or not sees(CONTACT, self.lens.viewer, audience(record)):
            return None
        return record if isinstance(record, SeenContact) else SeenContact.through(self.lens, record)

    @property
    def contact_card(self) -> ContactCard:
        """The contact's id and name."""
        record = self.contact_record
        name = record.name if record else self.name
        return ContactCard(global_id("Contact", self.contact_id), name)

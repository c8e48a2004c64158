"""What callers send to change contacts, opportunities and who follows them."""

from dataclasses import dataclass, field

from resolvers.enums import Channel, OpportunityStatus
from resolvers.ids import Ref
from resolvers.inputs import ABSENT, Absent, EmailAddress, Name, PhoneNumber, Value


@dataclass(frozen=True, kw_only=True)
class CreateContact:
    """A new contact; at least one of the names, e-mail and phone is needed."""

    first_name: Name | None = None
    last_name: Name | None = None
    email: EmailAddress | None = None
    phone: PhoneNumber | None = None
    type_id: Ref
    source: Name | None = None
    owner_id: Ref | None = None
    tag_ids: list[Ref] | None = None


@dataclass(frozen=True, kw_only=True)
class UpdateContact:
    """What to change of a contact; null clears, absent leaves as it is."""

    id: Ref
    expected_version: int | None = None
    first_name: Name | Absent | None = ABSENT
    last_name: Name | Absent | None = ABSENT
    email: EmailAddress | Absent | None = ABSENT
    phone: PhoneNumber | Absent | None = ABSENT
    type_id: Ref | Absent | None = ABSENT
    source: Name | Absent | None = ABSENT


@dataclass(frozen=True, kw_only=True)
class CreateOpportunity:
    """A new card for a contact; without a name it follows the contact's."""

    contact_id: Ref
    pipeline_id: Ref
    stage_id: Ref | None = None
    name: Name | None = None
    value: Value | Absent | None = ABSENT
    source: Name | None = None
    treatment_of_interest: Name | None = None
    owner_id: Ref | None = None


@dataclass(frozen=True, kw_only=True)
class UpdateOpportunity:
    """What to change of a card; a null name follows the contact's again."""

    id: Ref
    expected_version: int | None = None
    name: Name | Absent | None = ABSENT
    value: Value | Absent | None = ABSENT
    source: Name | Absent | None = ABSENT
    treatment_of_interest: Name | Absent | None = ABSENT


@dataclass(frozen=True, kw_only=True)
class MoveOpportunity:
    """The stage a card goes to; it must be of the card's pipeline."""

    id: Ref
    stage_id: Ref
    expected_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class SetOpportunityStatus:
    """The new status; a reason only with LOST."""

    id: Ref
    status: OpportunityStatus
    lost_reason: Name | Absent | None = ABSENT
    expected_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeOwner:
    """The new owner of a contact or opportunity; null leaves it unassigned."""

    record_id: Ref
    owner_id: Ref | Absent | None = ABSENT
    keep_previous_owner_as_follower: bool = False
    expected_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class AddFollowers:
    """Who shall follow a record."""

    record_id: Ref
    user_ids: list[Ref]


@dataclass(frozen=True, kw_only=True)
class RemoveFollowers:
    """Who shall no longer follow a record: some, or all."""

    record_id: Ref
    user_ids: list[Ref] | None = None
    all: bool = False


@dataclass(frozen=True, kw_only=True)
class EditTags:
    """Tags to put on a contact and to take off, by name."""

    contact_id: Ref
    add: list[Name] = field(default_factory=list)
    remove: list[Name] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ChannelDoNotDisturb:
    """Whether one channel must not be used."""

    channel: Channel
    on: bool


@dataclass(frozen=True, kw_only=True)
class SetDoNotDisturb:
    """First `all` is applied, then `channels`."""

    contact_id: Ref
    all: bool | None = None
    channels: list[ChannelDoNotDisturb] | None = None


@dataclass(frozen=True, kw_only=True)
class DeleteRecord:
    """The record to delete."""

    id: Ref
    expected_version: int | None = None

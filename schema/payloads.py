"""Payloads: what a mutation did, or why it was refused, in one shape."""

import strawberry

from resolvers import problems
from resolvers.outcome import Notice
from schema.context import Info, wants_of
from schema.custom_fields import CustomField
from schema.documents import Document, UploadTicket
from schema.enums import ErrorCode, WarningCode
from schema.kind import Node, interface, kind
from schema.nodes import find_record
from schema.records import Contact, Followable, Opportunity
from schema.sights import saw
from schema.templates import AgreementTemplate
from schema.vocabulary import ContactType, OwnershipSettings, Practice, User


@interface
class UserError:
    """Why a change was refused. A refused mutation changed nothing."""

    code: ErrorCode
    message: str
    path: list[str] = strawberry.field(description='Leads to the input, beginning at "input".')


@kind(problems.Problem, exactly=True)
class InputError(UserError):
    """A refusal that needs no further detail."""


@kind(problems.FollowerLimitProblem)
class FollowerLimitError(UserError):
    """The record would have too many followers."""

    limit: int
    current: int


@kind(problems.ConflictProblem)
class ConflictError(UserError):
    """The record was changed since it was read."""

    current_version: int


@kind(problems.CountProblem)
class CountError(UserError):
    """So many records stand in the way: OWNERS_DIFFER, CONTACT_TYPE_IN_USE."""

    count: int


@kind(problems.DuplicateProblem)
class DuplicateError(UserError):
    """Such a record exists."""

    @strawberry.field
    async def existing(self, info: Info) -> Node | None:
        """The record that exists; null unless the viewer may see it."""
        shown: Node | None = await find_record(info, self.existing)  # type: ignore[arg-type]
        saw(info.context, shown, wants_of(info))
        return shown


@kind(Notice)
class Warning:  # noqa: A001 - the contract's name
    """Something the caller should know about a change that was made."""

    code: WarningCode
    message: str
    record_id: strawberry.ID | None
    user_id: strawberry.ID | None


@interface
class MutationPayload:
    """What every mutation answers."""

    cursor: str = strawberry.field(
        description="The place of the change in the practice's log (P22)."
    )
    errors: list[UserError]


@kind()
class ContactPayload(MutationPayload):
    """What became of a contact."""

    contact: Contact | None
    access_lost: bool
    warnings: list[Warning]


@kind()
class OpportunityPayload(MutationPayload):
    """What became of an opportunity."""

    opportunity: Opportunity | None
    access_lost: bool
    warnings: list[Warning]


@kind()
class FollowablePayload(MutationPayload):
    """What became of a record's owner or followers."""

    record: Followable | None
    access_lost: bool
    added: list[User]
    removed: list[User]
    skipped: list[User]
    also_changed: list[Followable]
    warnings: list[Warning]


@kind()
class OwnershipSettingsPayload(MutationPayload):
    """The ownership settings of now."""

    ownership: OwnershipSettings | None
    practice: Practice | None


@kind()
class UserPayload(MutationPayload):
    """What became of a user."""

    user: User | None


@kind()
class LogoutPayload(MutationPayload):
    """What ended is told by the next request: UNAUTHENTICATED."""


@kind()
class ContactTypePayload(MutationPayload):
    """What became of a contact type."""

    contact_type: ContactType | None
    deleted_id: strawberry.ID | None
    practice: Practice | None
    changed_contact_count: int


@kind()
class CustomFieldPayload(MutationPayload):
    """What became of a custom field."""

    custom_field: CustomField | None


@kind()
class UploadPayload(MutationPayload):
    """Where to send the file."""

    upload: UploadTicket | None


@kind()
class DocumentPayload(MutationPayload):
    """What became of a document."""

    document: Document | None


@kind()
class AgreementTemplatePayload(MutationPayload):
    """What became of a template."""

    agreement_template: AgreementTemplate | None


@kind()
class DeletePayload(MutationPayload):
    """What was deleted."""

    deleted_id: strawberry.ID | None

"""Contacts and opportunities, who owns and follows them, and pages of them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import do_not_disturb, pages, seen
from resolvers.document_lists import DocumentFilter
from resolvers.filters import OpportunityFilter
from resolvers.pages import window
from schema.context import Info
from schema.enums import Channel, DoNotDisturbStatus, FollowerSource, OpportunityStatus, ValueSource
from schema.inputs import DocumentFilterInput, OpportunityFilterInput, asked
from schema.kind import Node, interface, kind
from schema.loaders import custom_fields_of, document_folders_of, documents_of, opportunities_of
from schema.vocabulary import ContactType, Money, Pipeline, Stage, Tag, User

if TYPE_CHECKING:
    from schema.custom_fields import CustomFieldValue
    from schema.documents import DocumentConnection, DocumentFolder

FieldValues = list[Annotated["CustomFieldValue", strawberry.lazy("schema.custom_fields")]]


@kind(seen.SeenFollower)
class Follower(Node):
    """Somebody who sees and edits a record without owning it (R40-R46)."""

    user: User
    source: FollowerSource
    added_by: User | None
    added_at: datetime


@interface
class Followable(Node):
    """A record with one owner and up to ten followers."""

    name: str
    created_at: datetime
    updated_at: datetime
    owner: User | None
    followers: list[Follower]
    version: int = strawberry.field(
        description="Grows by one with each change of the record; send it as expectedVersion."
    )
    viewer_can_edit: bool
    viewer_can_change_owner: bool
    viewer_can_delete: bool


@kind(do_not_disturb.ChannelDoNotDisturb)
class ChannelDoNotDisturb:
    """Whether a channel must not be used, and what its provider said."""

    channel: Channel
    status: DoNotDisturbStatus
    message: str | None


@kind(do_not_disturb.DoNotDisturb)
class DoNotDisturb:
    """Through which channels a contact must not be reached; `all` means later channels too."""

    all: bool
    channels: list[ChannelDoNotDisturb]


@kind(seen.SeenContact)
class Contact(Followable):
    """A lead or a patient."""

    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None = strawberry.field(description="In E.164 form.")
    type: ContactType
    source: str | None
    tags: list[Tag]
    do_not_disturb: DoNotDisturb
    document_count: int

    @strawberry.field
    async def opportunities(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        filter: OpportunityFilterInput | None = None,
    ) -> Annotated["OpportunityConnection", strawberry.lazy("schema.records")]:
        """The contact's cards that the viewer sees, newest first."""
        wanted = asked(OpportunityFilter, filter, info) or OpportunityFilter()
        return await opportunities_of(
            info, self, wanted, window(first, after, limits=info.context.limits)
        )

    @strawberry.field
    async def documents(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        filter: DocumentFilterInput | None = None,
    ) -> Annotated["DocumentConnection", strawberry.lazy("schema.documents")]:
        """The contact's files and agreements, newest first; drafts of agreements never (R85)."""
        wanted = asked(DocumentFilter, filter, info) or DocumentFilter()
        return await documents_of(
            info, self, wanted, window(first, after, limits=info.context.limits)
        )

    @strawberry.field
    async def document_folders(
        self, info: Info
    ) -> list[Annotated["DocumentFolder", strawberry.lazy("schema.documents")]]:
        """The folders of its documents: Internal, Sent, Received, Custom Fields, then its own."""
        return await document_folders_of(info, self)

    @strawberry.field
    async def custom_fields(self, info: Info) -> FieldValues:
        """Every custom field of contacts, with this contact's files."""
        return await custom_fields_of(info, self)


@kind(seen.ContactCard)
class ContactCard:
    """All that a card tells of its contact to somebody who cannot see the contact (R15)."""

    contact_id: strawberry.ID
    name: str


@kind(seen.SeenOpportunity)
class Opportunity(Followable):
    """A card on a pipeline's board: one possible sale to one contact."""

    pipeline: Pipeline
    stage: Stage
    status: OpportunityStatus
    lost_reason: str | None
    money: Money | None = strawberry.field(
        name="value", description="Null without OPPORTUNITY_VALUE_READ (R18)."
    )
    value_source: ValueSource
    source: str | None
    treatment_of_interest: str | None
    contact: Contact | None = strawberry.field(
        description="Null where the viewer cannot see the contact (R13)."
    )
    contact_card: ContactCard
    document_count: int
    stage_entered_at: datetime
    status_changed_at: datetime

    @strawberry.field
    async def custom_fields(self, info: Info) -> FieldValues:
        """Every custom field of opportunities, with this one's files."""
        return await custom_fields_of(info, self)


@kind(pages.PageInfo)
class PageInfo:
    """Where a page lies in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@kind(pages.Edge)
class ContactEdge:
    """A contact at its place in the list."""

    cursor: str
    node: Contact


@kind(pages.Page)
class ContactConnection:
    """A page of contacts."""

    edges: list[ContactEdge]
    nodes: list[Contact]
    page_info: PageInfo
    total_count: int = strawberry.field(description="Of what the viewer sees (P10).")


@kind(pages.Edge)
class OpportunityEdge:
    """A card at its place in the list."""

    cursor: str
    sort_key: str = strawberry.field(
        description="Compared as plain strings; ascending is the order asked for, ties included."
    )
    node: Opportunity


@kind(pages.Page)
class OpportunityConnection:
    """A page of opportunities."""

    edges: list[OpportunityEdge]
    nodes: list[Opportunity]
    page_info: PageInfo
    total_count: int = strawberry.field(description="Of what the viewer sees (P10).")

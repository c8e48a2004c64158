"""What everybody of a practice sees: users, types, tags, pipelines, the practice itself."""

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers import custom_field_lists, lens, lists, practices
from schema.context import Info
from schema.enums import CustomFieldObject, Permission, UserRole
from schema.kind import Node, kind

if TYPE_CHECKING:
    from schema.custom_fields import CustomField


@kind(lens.SeenUser)
class User(Node):
    """A member of the staff. Rights and e-mail need TEAM_READ, except one's own (R19)."""

    name: str
    active: bool
    email: str | None
    role: UserRole | None
    only_assigned_data: bool | None
    permissions: list[Permission] | None


@kind(lens.SeenContactType)
class ContactType(Node):
    """What a contact is. Lead and Patient are system types and never change (R50)."""

    name: str
    system: bool


@kind(lens.SeenTag)
class Tag(Node):
    """A word of the practice's vocabulary for its contacts."""

    name: str
    system: bool


@kind(lens.SeenPipeline)
class Pipeline(Node):
    """A sequence of stages. A locked one cannot be changed (R70)."""

    name: str
    locked: bool
    stages: list[Annotated["Stage", strawberry.lazy("schema.vocabulary")]]


@kind(lens.SeenStage)
class Stage(Node):
    """One column of a pipeline's board; `position` counts from 0."""

    name: str
    position: int
    pipeline: Pipeline


@kind(lens.Money)
class Money:
    """An amount in an ISO 4217 currency."""

    amount: Decimal
    currency: str


@kind(practices.SeenOwnership)
class OwnershipSettings:
    """Whether a contact and its opportunities may have different owners (R30-R33)."""

    allow_different_owners: bool
    make_opportunity_owner_follower_of_contact: bool
    make_contact_owner_follower_of_opportunity: bool


@kind(practices.SeenPractice)
class Practice(Node):
    """The med spa the viewer works for."""

    name: str
    currency: str
    time_zone: str
    ownership: OwnershipSettings

    @strawberry.field
    async def contact_types(self, info: Info) -> list[ContactType]:
        """Its contact types: system types first, then by name."""
        return await info.context.read(practices.contact_types)

    @strawberry.field
    async def users(
        self,
        info: Info,
        active_only: bool | None = True,
        search: str | None = None,
        first: int | None = 100,
    ) -> list[User]:
        """Its staff by name; `search` finds word prefixes of the name."""
        context = info.context
        return await context.read(practices.users, context.limits, active_only, search, first)

    @strawberry.field
    async def tags(
        self, info: Info, search: str | None = None, first: int | None = 100
    ) -> list[Tag]:
        """Its tags by name; `search` finds word prefixes."""
        context = info.context
        return await context.read(practices.tags, context.limits, search, first)

    @strawberry.field
    async def custom_fields(
        self, info: Info, object: CustomFieldObject | None = None
    ) -> list[Annotated["CustomField", strawberry.lazy("schema.custom_fields")]]:
        """Its custom fields, or those of one object; by object, group and name."""
        return await info.context.read(custom_field_lists.custom_fields, object)

    @strawberry.field
    async def sources(self, info: Info) -> list[str]:
        """The sources of the contacts and opportunities that the viewer sees."""
        return await info.context.read(lists.sources)


@kind(practices.SeenViewer)
class Viewer:
    """Who asks, with his rights of now."""

    user: User | None
    role: UserRole
    only_assigned_data: bool
    permissions: list[Permission]
    practice: Practice

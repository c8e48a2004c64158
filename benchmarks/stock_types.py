"""The stock spelling's types: Strawberry with async resolvers over DataLoaders."""

from datetime import datetime
from decimal import Decimal
from typing import Self, TypeAlias

import strawberry
from sqlalchemy import select

from benchmarks.stock_loaders import StockContext
from benchmarks.stock_rows import AssignedRow, ContactRow, OpportunityRow, StageRow
from resolvers.ids import global_id

Info: TypeAlias = strawberry.Info[StockContext, None]


@strawberry.type
class Money:
    """An amount."""

    amount: Decimal
    currency: str


@strawberry.type
class Named:
    """What has a name."""

    id: strawberry.ID
    name: str


@strawberry.type
class User(Named):
    """A member of the staff."""


@strawberry.type
class Stage(Named):
    """A stage."""


@strawberry.type
class Tag(Named):
    """A tag."""


@strawberry.type
class Follower:
    """A follower."""

    row: strawberry.Private[AssignedRow]

    @strawberry.field
    async def user(self, info: Info) -> User:
        """Who follows."""
        found = await info.context.users.load(self.row.user_id)
        return User(id=strawberry.ID(global_id("User", found.id)), name=found.name)


@strawberry.type
class Contact:
    """A contact."""

    row: strawberry.Private[ContactRow]
    id: strawberry.ID
    name: str
    email: str | None
    phone: str | None

    @strawberry.field
    async def tags(self, info: Info) -> list[Tag]:
        """Its tags."""
        found = await info.context.tags.load(self.row.id)
        return [Tag(id=strawberry.ID(global_id("Tag", one.id)), name=one.name) for one in found]


@strawberry.type
class ContactCard:
    """What a card tells of its contact."""

    contact_id: strawberry.ID
    name: str


@strawberry.type
class Opportunity:
    """A card."""

    row: strawberry.Private[OpportunityRow]
    id: strawberry.ID
    name: str
    status: str
    source: str | None
    stage_entered_at: datetime
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: OpportunityRow) -> Self:
        """Return the type of an entity."""
        return cls(
            row=row,
            id=strawberry.ID(global_id("Opportunity", row.id)),
            name=row.name,
            status=row.status,
            source=row.source,
            stage_entered_at=row.stage_entered_at,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )

    @strawberry.field
    def value(self, info: Info) -> Money:
        """What it is worth."""
        return Money(amount=self.row.value, currency=info.context.currency)

    @strawberry.field
    async def stage(self, info: Info) -> Stage:
        """Where it is."""
        found = await info.context.stages.load(self.row.stage_id)
        return Stage(id=strawberry.ID(global_id("Stage", found.id)), name=found.name)

    @strawberry.field
    async def contact(self, info: Info) -> Contact | None:
        """Its contact, if the viewer may see it."""
        found = await info.context.contacts.load(self.row.contact_id)
        if found is None:
            return None
        key = strawberry.ID(global_id("Contact", found.id))
        return Contact(row=found, id=key, name=found.name, email=found.email, phone=found.phone)

    @strawberry.field
    async def contact_card(self) -> ContactCard:
        """Its contact's name."""
        key = strawberry.ID(global_id("Contact", self.row.contact_id))
        return ContactCard(contact_id=key, name=self.row.name)

    @strawberry.field
    async def owner(self, info: Info) -> User | None:
        """Who owns it."""
        if self.row.owner_id is None:
            return None
        found = await info.context.users.load(self.row.owner_id)
        return User(id=strawberry.ID(global_id("User", found.id)), name=found.name)

    @strawberry.field
    async def followers(self, info: Info) -> list[Follower]:
        """Who follows it."""
        return [Follower(row=one) for one in await info.context.followers.load(self.row.id)]


@strawberry.type
class Totals:
    """Count and value of a column."""

    stage: Stage
    count: int
    value: Money


@strawberry.type
class Cards:
    """The cards of a column."""

    nodes: list[Opportunity]


@strawberry.type
class Column:
    """A column."""

    row: strawberry.Private[StageRow]

    @strawberry.field
    def stage(self) -> Stage:
        """Its stage."""
        return Stage(id=strawberry.ID(global_id("Stage", self.row.id)), name=self.row.name)

    @strawberry.field
    async def totals(self, info: Info) -> Totals:
        """Count and value."""
        found = await info.context.totals.load(self.row.id)
        count, value = (found[0].count, found[0].value) if found else (0, Decimal(0))
        stage = Stage(id=strawberry.ID(global_id("Stage", self.row.id)), name=self.row.name)
        money = Money(amount=value, currency=info.context.currency)
        return Totals(stage=stage, count=count, value=money)

    @strawberry.field
    async def cards(self, info: Info, first: int = 50) -> Cards:
        """The newest cards."""
        context = info.context
        wanted, order = select(OpportunityRow), OpportunityRow
        if context.restricted:
            mine = (AssignedRow.record_id == order.id, AssignedRow.user_id == context.viewer.id)
            wanted = wanted.join(AssignedRow, mine[0] & mine[1])
        wanted = wanted.where(
            order.stage_id == self.row.id, order.status == "OPEN", order.deleted_at.is_(None)
        )
        wanted = wanted.order_by(order.created_at.desc(), order.id.desc()).limit(first)
        async with context.sessions() as session:
            return Cards(nodes=[Opportunity.of(row) for row in await session.scalars(wanted)])


@strawberry.type
class Board:
    """A board."""

    columns: list[Column]

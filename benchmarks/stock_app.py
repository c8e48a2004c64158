"""The stock spelling's schema and view: queries, a move, and subscriptions over a broadcaster."""

import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from broadcaster import Broadcast
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from starlette.requests import HTTPConnection
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig
from typing_extensions import override

from app.tokens import Tokens
from benchmarks.stock_loaders import StockContext
from benchmarks.stock_rows import OpportunityRow, PracticeRow, StageRow, TotalRow, UserRow
from benchmarks.stock_types import Board, Column, ContactCard, Info, Money, Stage, Totals, User
from models.engines import POOL_SIZE
from models.opportunity import EVERYBODY
from resolvers.ids import global_id, parse
from schema.scalars import SCALARS

_CHANNEL = "board"
_CURSOR = "A" * 104  # as long as the product's


@strawberry.type
class Query:
    """What can be read."""

    @strawberry.field
    async def board(self, info: Info, pipeline_id: strawberry.ID) -> Board:
        """The board."""
        wanted = select(StageRow).filter_by(pipeline_id=parse(pipeline_id).id)
        async with info.context.sessions() as session:
            stages = await session.scalars(wanted.order_by(StageRow.position))
            return Board(columns=[Column(row=one) for one in stages])


@strawberry.type
class MovedCard:
    """A card as an event tells it."""

    id: strawberry.ID
    name: str
    status: str
    value: Money
    source: str | None
    updated_at: datetime
    stage: Stage
    owner: User | None
    contact_card: ContactCard


@strawberry.type
class CardUpdated:
    """A card that was moved."""

    cursor: str
    totals: list[Totals]
    previous_stage: Stage
    opportunity: MovedCard


@strawberry.type
class Mutation:
    """What can be changed."""

    @strawberry.mutation
    async def move_opportunity(self, info: Info, id: strawberry.ID, stage: strawberry.ID) -> bool:
        """Move a card and tell everybody."""
        context = info.context
        async with context.sessions() as session, session.begin():
            card = await session.get_one(OpportunityRow, parse(id).id)
            was, card.stage_id = card.stage_id, parse(stage).id
            card.updated_at = datetime.now(UTC)
            await _count(session, context, card, was)
            message = await _message(session, context, card, was)
        await context.broadcast.publish(_CHANNEL, json.dumps(message))
        return True


async def _count(session: Any, context: StockContext, card: OpportunityRow, was: UUID) -> None:
    for stage_id, sign in ((was, -1), (card.stage_id, 1)):
        key = (context.viewer.practice_id, EVERYBODY, stage_id, card.status)
        total = await session.get_one(TotalRow, key)
        total.count += sign
        total.value += sign * card.value


async def _message(
    session: Any, context: StockContext, card: OpportunityRow, was: UUID
) -> dict[str, Any]:
    stages = {one.id: _named("Stage", one) for one in await session.scalars(select(StageRow))}
    owner = await session.get(UserRow, card.owner_id) if card.owner_id else None
    totals = await session.scalars(
        select(TotalRow).filter_by(user_id=EVERYBODY, status=card.status)
    )
    money = {"amount": str(card.value), "currency": context.currency}
    return {
        "previous": stages[was],
        "totals": [
            [stages[one.stage_id], one.count, str(one.value)]
            for one in totals
            if one.stage_id in (was, card.stage_id)
        ],
        "id": global_id("Opportunity", card.id),
        "name": card.name,
        "status": card.status,
        "value": money,
        "source": card.source,
        "updated_at": card.updated_at.isoformat(),
        "stage": stages[card.stage_id],
        "owner": _named("User", owner) if owner else None,
        "contact": {"contact_id": global_id("Contact", card.contact_id), "name": card.name},
    }


def _named(kind: str, row: Any) -> dict[str, str]:
    return {"id": global_id(kind, row.id), "name": row.name}


@strawberry.type
class Subscription:
    """What can be listened to."""

    @strawberry.subscription
    async def board_events(
        self, info: Info, pipeline_id: strawberry.ID
    ) -> AsyncGenerator[CardUpdated, None]:
        """Moves of cards; each subscriber reads its own message."""
        async with info.context.broadcast.subscribe(_CHANNEL) as events:
            async for event in events:
                yield _event(json.loads(event.message))


def _event(told: dict[str, Any]) -> CardUpdated:
    currency = told["value"]["currency"]
    money = Money(amount=Decimal(told["value"]["amount"]), currency=currency)
    card = MovedCard(
        id=told["id"],
        name=told["name"],
        status=told["status"],
        value=money,
        source=told["source"],
        updated_at=datetime.fromisoformat(told["updated_at"]),
        stage=Stage(**told["stage"]),
        owner=User(**told["owner"]) if told["owner"] else None,
        contact_card=ContactCard(**told["contact"]),
    )
    totals = [
        Totals(
            stage=Stage(**stage),
            count=count,
            value=Money(amount=Decimal(value), currency=currency),
        )
        for stage, count, value in told["totals"]
    ]
    previous = Stage(**told["previous"])
    return CardUpdated(cursor=_CURSOR, totals=totals, previous_stage=previous, opportunity=card)


class StockView(GraphQL[StockContext, None]):
    """Strawberry's own ASGI application, on the product's tables."""

    def __init__(self, url: str, tokens: Tokens, broadcast: Broadcast) -> None:
        """Use a pool of connections as large as the product's."""
        config = StrawberryConfig(scalar_map=SCALARS)
        schema = strawberry.Schema(Query, Mutation, Subscription, config=config)
        super().__init__(schema, subscription_protocols=("graphql-transport-ws",))
        engine = create_async_engine(url, pool_size=POOL_SIZE)
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        self._tokens, self._broadcast = tokens, broadcast

    @override
    async def get_context(self, request: HTTPConnection, response: Any) -> StockContext:
        """Return who asks; over WebSocket the token comes as a header too, to keep this short."""
        bearer = self._tokens.read_header(request.headers.get("authorization"))
        async with self._sessions() as session:
            viewer = await session.get_one(UserRow, bearer.user_id)
            practice = await session.get_one(PracticeRow, viewer.practice_id)
        return StockContext(self._sessions, viewer, practice.currency, self._broadcast)

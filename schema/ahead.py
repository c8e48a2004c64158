"""Reading cards by their keys, as a document asks for them this time (ADR-0022)."""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLResolveInfo
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import get_argument_values

from permissions.visibility import OPPORTUNITY
from resolvers.ahead import (
    PageAhead,
    board_ahead,
    columns_ahead,
    find_board_ahead,
    opportunities_ahead,
)
from resolvers.boards import Board, find_board
from resolvers.columns import ColumnRequest
from resolvers.lists import OpportunitiesAsked
from resolvers.pages import Page, window
from resolvers.problems import BadRequest
from resolvers.views import BoardView
from schema.compiling import Completed
from schema.context import Context, Info, raw_of, wants_of
from schema.planning import Ahead, PagePlan
from schema.sights import saw_board, saw_columns, saw_list, shown_of


async def read_board(info: Info, view: BoardView) -> Board | None:
    """Return a board, with the first cards of its columns where they can be read with it."""
    context, ahead = info.context, _page_ahead(info)
    services = context.services
    found: Board | None
    if ahead is None:
        found = await context.read(find_board, services.seal, view)
    else:
        found = await context.read(find_board_ahead, (services.seal, services.cards), view, ahead)
    if found is not None:
        saw_board(context, found, found.cards_ahead)
    return found


async def read_cards_of(info: Info, board: Board) -> Board:
    """Return a board that was found, with the first cards of its columns, as `read_board` does."""
    context, ahead = info.context, _page_ahead(info)
    if ahead is None:
        return board
    found: Board = await context.read(board_ahead, context.services.cards, board, ahead)
    saw_board(context, found, found.cards_ahead)
    return found


async def read_opportunities(info: Info, asked: OpportunitiesAsked) -> Completed | None:
    """Return a page of the opportunities the viewer sees; None if it has to be read otherwise."""
    context, plan = info.context, page_plan(info)
    if plan is None:
        return None
    services, wants = context.services, wants_of(info)
    shared = (services.seal, services.cards)
    page: Page | None = await context.read(opportunities_ahead, shared, asked, (wants, plan.cards))
    done = _completed(context, plan, page)
    if done is not None:
        saw_list(context, OPPORTUNITY.name, shown_of(page, wants))
    return done


async def read_columns(
    context: Context, plan: PagePlan, asked: Sequence[ColumnRequest]
) -> list[Any] | None:
    """Return pages of columns of one board; None if they have to be read otherwise."""
    cache = context.services.cards
    pages: list[Page] = await context.read(columns_ahead, cache, asked, plan.cards) or []
    done = [_completed(context, plan, page) for page in pages]
    if None in done or not done:
        return None
    saw_columns(context, asked, pages)
    return done


def page_plan(info: Info) -> PagePlan | None:
    """Return how a field's page of cards is completed; None if not of cards as they were shown."""
    raw, executor = raw_of(info), info.context.executor
    if executor is None:
        return None
    return executor.page_plan(raw.return_type, [FieldDetails(one, None) for one in raw.field_nodes])


def _completed(context: Context, plan: PagePlan, page: Page | None) -> Completed | None:
    executor = context.executor
    return executor.completed(plan.complete, page) if executor and page else None


def _page_ahead(info: Info) -> PageAhead | None:
    """Return the page of each column that can be read with the board; None where none can be."""
    raw, executor = raw_of(info), info.context.executor
    if executor is None:
        return None
    plan = executor.plan(raw.return_type, [FieldDetails(one, None) for one in raw.field_nodes])
    if plan is None or len(plan.ahead) != 1:
        return None
    return _asked(plan.ahead[0], raw)


def _asked(found: Ahead, raw: GraphQLResolveInfo[Context]) -> PageAhead | None:
    arguments: dict[str, Any] = get_argument_values(found.field, found.node, raw.variable_values)
    try:
        asked = window(**arguments, limits=raw.context.limits)
    except BadRequest:
        return None  # the field itself tells it, at its path
    return None if asked.after is not None else PageAhead(id(found.node), asked.size, found.cards)

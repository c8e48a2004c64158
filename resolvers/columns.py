"""Pages of a board's columns; what their cards show is read for all columns together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select

from models.opportunity import opportunity, opportunity_assigned
from permissions.viewer import Viewer
from permissions.visibility import OPPORTUNITY
from resolvers import records
from resolvers.boards import BoardColumn
from resolvers.filters import BoardFilter, board_statuses, board_terms
from resolvers.loading import Wants, show_opportunities
from resolvers.orders import Order
from resolvers.pages import Cut, Page, Paging, Window


class ColumnRequest(NamedTuple):
    """A page of a column that is asked for, and what is asked of its cards."""

    column: BoardColumn
    window: Window
    wants: Wants


def column_pages(connection: Connection, asked: Sequence[ColumnRequest]) -> list[Page]:
    """Return the pages of columns of one board, in the order they were asked for."""
    board = asked[0].column.board
    paging = Paging(board.lens.viewer, board.seal, board.view.order(board.lens.viewer))
    cuts = [_cut(connection, one, paging) for one in asked]
    cards = [card for found, _ in cuts for card in found]
    wants = frozenset[str]().union(*(one.wants for one in asked))
    shown = {one.id: one for one in show_opportunities(connection, board.lens, cards, wants)}
    return [Page([shown[card.id] for card in found], paging, cut) for found, cut in cuts]


def _cut(connection: Connection, asked: ColumnRequest, paging: Paging) -> tuple[list[Any], Cut]:
    """Return the cards of a page, and what it was cut out of."""
    statement, order = _column(asked.column, paging)
    after, size = paging.place(asked.window.after), asked.window.size
    page = statement.where(order.after(*after)) if after else statement
    rows = connection.execute(page.order_by(*order.by).limit(size + 1))
    found = records.records_of(OPPORTUNITY, rows)
    has_previous = False
    if after:
        earlier = statement.where(order.until(*after)).limit(1)
        has_previous = connection.execute(earlier).first() is not None
    total = asked.column.board.totals.of(asked.column.stage.id).count
    return found[:size], Cut(len(found) > size, has_previous, total)


def _column(column: BoardColumn, paging: Paging) -> tuple[Select[Any], Order]:
    """Return the statement for a column's cards, and the order as that statement names it."""
    return select_cards(paging.viewer, column.board.view.filter, paging.order, column.stage.id)


def select_cards(
    viewer: Viewer, wanted: BoardFilter, order: Order, stage_id: UUID | ColumnElement[UUID]
) -> tuple[Select[Any], Order]:
    """Return the statement for the cards of a stage that a viewer sees under a filter.

    The order comes back as that statement names it.
    """
    terms = (term.sql() for term in board_terms(wanted, viewer))
    conditions = (opportunity.c.stage_id == stage_id, *terms)
    if not viewer.restricted or order.name != "CREATED_AT":
        return records.select_visible(OPPORTUNITY, viewer, *conditions), order
    # One index holds a restricted viewer's cards of a stage and status by creation.
    mine = opportunity_assigned.c
    statuses = [status.value for status in board_statuses(wanted)]
    in_status = mine.status == statuses[0] if len(statuses) == 1 else mine.status.in_(statuses)
    order = replace(order, column=mine.created_at, id_column=mine.record_id)
    statement = records.select_assigned(viewer, mine.stage_id == stage_id, in_status, *conditions)
    return statement, order

"""Pages of a board's columns; what their cards show is read for all columns together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select

from models.opportunity import opportunity, opportunity_assigned
from permissions.visibility import OPPORTUNITY
from resolvers import records
from resolvers.boards import BoardColumn
from resolvers.filters import board_statuses
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
    viewer, order = paging.viewer, paging.order
    if not viewer.restricted or order.name != "CREATED_AT":
        return records.select_visible(OPPORTUNITY, viewer, *_conditions(column)), order
    # One index holds a restricted viewer's cards of a stage and status by creation.
    mine = opportunity_assigned.c
    statuses = [status.value for status in board_statuses(column.board.view.filter)]
    in_status = mine.status == statuses[0] if len(statuses) == 1 else mine.status.in_(statuses)
    conditions = (mine.stage_id == column.stage.id, in_status, *_conditions(column))
    order = replace(order, column=mine.created_at, id_column=mine.record_id)
    return records.select_assigned(viewer, *conditions), order


def _conditions(column: BoardColumn) -> list[ColumnElement[bool]]:
    board = column.board
    terms = board.view.terms(board.lens.viewer)
    return [opportunity.c.stage_id == column.stage.id, *(term.sql() for term in terms)]

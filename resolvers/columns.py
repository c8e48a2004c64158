"""Pages of a board's columns: the first pages of all columns in one statement."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, literal, select, union_all

from models.opportunity import opportunity, opportunity_assigned
from permissions.visibility import OPPORTUNITY
from resolvers import records
from resolvers.boards import BoardColumn
from resolvers.filters import board_statuses
from resolvers.loading import Wants, show_opportunities
from resolvers.pages import Cut, Listing, Page, Paging, Window


class ColumnRequest(NamedTuple):
    """A page of a column that is asked for, and what is asked of its cards."""

    column: BoardColumn
    window: Window
    wants: Wants


def column_pages(connection: Connection, asked: Sequence[ColumnRequest]) -> list[Page]:
    """Return the pages of columns of one board, in the order they were asked for."""
    board = asked[0].column.board
    paging = Paging(board.lens.viewer, board.seal, board.view.order(board.lens.viewer))
    found = _first_pages(connection, [one for one in asked if not one.window.after], paging)
    cuts = [
        (next(found), False) if not one.window.after else _later_page(connection, one, paging)
        for one in asked
    ]
    cards = [card for (cards, _), _ in cuts for card in cards]
    wants = frozenset[str]().union(*(one.wants for one in asked))
    shown = {one.id: one for one in show_opportunities(connection, board.lens, cards, wants)}
    pages = []
    for one, ((page, has_next), has_previous) in zip(asked, cuts, strict=True):
        total = board.totals.of(one.column.stage.id).count
        nodes = [shown[card.id] for card in page]
        pages.append(Page(nodes, paging, Cut(has_next, has_previous, total)))
    return pages


def _later_page(
    connection: Connection, asked: ColumnRequest, paging: Paging
) -> tuple[tuple[list[Any], bool], bool]:
    listing = Listing(OPPORTUNITY, paging, tuple(_conditions(asked.column)))
    page, has_next, has_previous = listing.page(connection, asked.window)
    return (page, has_next), has_previous


def _first_pages(connection: Connection, asked: Sequence[ColumnRequest], paging: Paging) -> Any:
    """Yield the cards of each first page, and whether there are more."""
    if not asked:
        return
    parts = [_marked(_first_page(one, paging), place) for place, one in enumerate(asked)]
    rows = connection.execute(union_all(*parts) if len(parts) > 1 else parts[0]).all()
    for place, one in enumerate(asked):
        mine = (row for row in rows if row[-1] == place)
        cards = sorted(records.records_of(OPPORTUNITY, mine), key=paging.order.sort_key)
        yield cards[: one.window.size], len(cards) > one.window.size


def _marked(statement: Select[Any], place: int) -> Select[Any]:
    part = statement.subquery()
    return select(*part.c, literal(place))


def _first_page(asked: ColumnRequest, paging: Paging) -> Select[Any]:
    viewer, order = paging.viewer, paging.order
    limit = asked.window.size + 1
    if viewer.restricted and order.name == "CREATED_AT":
        # One index holds a restricted viewer's cards of a stage and status by creation.
        mine = opportunity_assigned.c
        order = replace(order, column=mine.created_at, id_column=mine.record_id)
        statement = records.select_assigned(viewer, *_indexed_conditions(asked.column))
    else:
        statement = records.select_visible(OPPORTUNITY, viewer, *_conditions(asked.column))
    return statement.order_by(*order.by).limit(limit)


def _conditions(column: BoardColumn) -> list[ColumnElement[bool]]:
    board = column.board
    terms = board.view.terms(board.lens.viewer)
    return [opportunity.c.stage_id == column.stage.id, *(term.sql() for term in terms)]


def _indexed_conditions(column: BoardColumn) -> list[ColumnElement[bool]]:
    statuses = [status.value for status in board_statuses(column.board.view.filter)]
    mine = opportunity_assigned.c
    in_status = mine.status == statuses[0] if len(statuses) == 1 else mine.status.in_(statuses)
    return [mine.stage_id == column.stage.id, in_status, *_conditions(column)]

"""Pages of a board's columns; what their cards show is read for all columns together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select
from typing_extensions import override

from models.opportunity import opportunity, opportunity_assigned
from permissions.viewer import Viewer
from permissions.visibility import OPPORTUNITY
from resolvers import records
from resolvers.boards import BoardColumn
from resolvers.filters import BoardFilter, board_statuses, board_terms
from resolvers.loading import Wants, show_opportunities
from resolvers.orders import Order
from resolvers.pages import Cut, Keyset, Page, Paging, Window
from resolvers.views import BoardView


class ColumnRequest(NamedTuple):
    """A page of a column that is asked for, and what is asked of its cards."""

    column: BoardColumn
    window: Window
    wants: Wants

    def check(self) -> None:
        """Raise BadRequest where the window begins at what is no place of the column."""
        self.column.board.paging.place(self.window.after)


@dataclass(frozen=True)
class Column(Keyset):
    """The cards of one stage that a viewer sees under a board's filter."""

    paging: Paging
    statement: Select[Any]
    total: int
    conditions: tuple[ColumnElement[bool], ...] = ()

    @classmethod
    def of(cls, column: BoardColumn, *, often: bool) -> Self:
        """Return the list of a column's cards; `often` as in `visible`."""
        board, stage_id = column.board, column.stage.id
        paging = board.paging
        statement, order = select_cards(
            paging.viewer, board.view.filter, paging.order, stage_id, often=often
        )
        return cls(replace(paging, order=order), statement, board.totals.of(stage_id).count)

    @override
    def select(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        """Return the statement for the column's cards under the conditions."""
        return self.statement.where(*conditions)

    @override
    def records_of(self, rows: Iterable[Row[Any]]) -> list[Any]:
        """Return the cards that rows of `select` hold."""
        return records.records_of(OPPORTUNITY, rows)


def columns_of(connection: Connection, asked: Sequence[ColumnRequest]) -> list[Column]:
    """Return the columns of one board that are asked for, no card read."""
    board = asked[0].column.board
    often = sees_often(connection, board.lens.viewer, board.view)
    return [Column.of(one.column, often=often) for one in asked]


def sees_often(connection: Connection, viewer: Viewer, view: BoardView) -> bool:
    """Return whether any order of a board soon meets a card that its viewer sees."""
    if _by_creation(viewer, view.order(viewer)):
        return False
    return records.sees_often(connection, OPPORTUNITY, viewer)


def column_pages(connection: Connection, asked: Sequence[ColumnRequest]) -> list[Page]:
    """Return the pages of columns of one board, in the order they were asked for."""
    lens = asked[0].column.board.lens
    columns = columns_of(connection, asked)
    parts = [
        column.page(connection, one.window) for column, one in zip(columns, asked, strict=True)
    ]
    cards = [card for found, _, _ in parts for card in found]
    wants = frozenset[str]().union(*(one.wants for one in asked))
    shown = {one.id: one for one in show_opportunities(connection, lens, cards, wants)}
    return [
        Page([shown[card.id] for card in found], column.paging, Cut(after, before, column.total))
        for column, (found, after, before) in zip(columns, parts, strict=True)
    ]


def select_cards(
    viewer: Viewer,
    wanted: BoardFilter,
    order: Order,
    stage_id: UUID | ColumnElement[UUID],
    *,
    often: bool,
) -> tuple[Select[Any], Order]:
    """Return the statement for the cards of a stage that a viewer sees under a filter.

    The order comes back as that statement names it.
    """
    terms = (term.sql() for term in board_terms(wanted, viewer))
    conditions = (opportunity.c.stage_id == stage_id, *terms)
    if not _by_creation(viewer, order):
        return records.select_visible(OPPORTUNITY, viewer, *conditions, often=often), order
    mine = opportunity_assigned.c
    statuses = [status.value for status in board_statuses(wanted)]
    in_status = mine.status == statuses[0] if len(statuses) == 1 else mine.status.in_(statuses)
    order = replace(order, column=mine.created_at, id_column=mine.record_id)
    statement = records.select_assigned(viewer, mine.stage_id == stage_id, in_status, *conditions)
    return statement, order


def _by_creation(viewer: Viewer, order: Order) -> bool:
    """Return whether one index holds the viewer's cards of a stage and status in this order."""
    return viewer.restricted and order.name == "CREATED_AT"

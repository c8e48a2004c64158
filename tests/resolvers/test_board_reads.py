"""A board read by SQL is the board that the terms and the rule make in memory (P10, C9)."""

from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from permissions.viewer import Viewer
from permissions.visibility import OPPORTUNITY, sees
from resolvers import records
from resolvers.boards import Board, find_board
from resolvers.card_keys import card_of, read_outline
from resolvers.columns import ColumnRequest, column_pages
from resolvers.enums import OpportunityOrderField, OrderDirection
from resolvers.filters import BoardFilter
from resolvers.inputs import DecimalRange, OpportunityOrder
from resolvers.lens import Lens
from resolvers.loading import Wants
from resolvers.pages import Page, Window
from resolvers.seal import Seal
from resolvers.seen import audience
from resolvers.totals import Sum
from resolvers.views import BoardView
from tests.resolvers.properties import examples
from tests.resolvers.test_filters import filters, judged
from tests.resolvers.world import World
from tests.statements import statements

SEAL = Seal(b"a secret of tests, 32 bytes long")
NOTHING: Wants = frozenset()
ORDERS = st.builds(
    OpportunityOrder,
    field=st.sampled_from(OpportunityOrderField),
    direction=st.sampled_from(OrderDirection),
)

# Only the status is answered from kept sums; a filter of many fields would find nothing at all.
ASKS = st.just(["statuses"]) | st.lists(
    st.sampled_from([field.name for field in fields(BoardFilter)]), max_size=2
)


def read(
    connection: Connection, viewer: Viewer, view: BoardView, size: int
) -> tuple[Board, list[Page], list[Page]]:
    """Return a board with the first pages of its columns, and their second pages."""
    board = find_board(connection, Lens(viewer), SEAL, view)
    assert board is not None
    first = [ColumnRequest(column, Window(size), NOTHING) for column in board.columns]
    pages = column_pages(connection, first)
    cursors = [page.page_info.end_cursor for page in pages]
    second = [
        ColumnRequest(column, Window(size, after=cursor), NOTHING)
        for column, cursor in zip(board.columns, cursors, strict=True)
    ]
    return board, pages, column_pages(connection, second)


def in_memory(
    connection: Connection, world: World, viewer: Viewer, view: BoardView
) -> tuple[list[Any], list[Any]]:
    """Return the cards the viewer sees on the pipeline, and those that the filter shows."""
    keys = [one.id for one in world.cards if one.pipeline_id == view.pipeline_id]
    cards = records.load_whole_cards(connection, keys).values()
    seen = [
        card
        for card in cards
        if card.deleted_at is None and sees(OPPORTUNITY, viewer, audience(card))
    ]
    terms = view.terms(viewer)
    shown = [
        card for card in seen if all(term.holds(judged(world, viewer, card)) for term in terms)
    ]
    return seen, shown


@pytest.mark.parametrize("often", [1, records.OFTEN])
@given(data=st.data(), order=ORDERS, size=st.integers(1, 4), asks=ASKS)
@examples(60)
async def test_p10_the_board_is_the_visible_set_alone(
    world: World,
    often: int,
    data: st.DataObject,
    order: OpportunityOrder,
    size: int,
    asks: list[str],
) -> None:
    """Counts, values, pages and what the filter hides, where few fields of a filter are asked."""
    viewer = data.draw(st.sampled_from([one for one in world.viewers if one.may(OPPORTUNITY.read)]))
    drawn = data.draw(filters(world))
    asked = BoardFilter(**{name: getattr(drawn, name) for name in asks})
    pipeline_id = data.draw(st.sampled_from(sorted({one.pipeline_id for one in world.stages})))
    view = BoardView(pipeline_id, asked, order)
    async with world.database.reader() as reader:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(records, "OFTEN", often)
            board, first, second = await reader.run(read, viewer, view, size)
            outline = await reader.run(read_outline, viewer, view, size)
        seen, shown = await reader.run(in_memory, world, viewer, view)
    key = view.order(viewer).sort_key
    assert board.hidden_by_filter == len(seen) - len(shown)
    for column, one, two in zip(board.columns, first, second, strict=True):
        mine = sorted((card for card in shown if card.stage_id == column.stage.id), key=key)
        ids = [card.id for card in mine]
        assert [card.id for card in one.nodes] == ids[:size]
        assert outline is not None
        assert [card_of(key) for key in outline.columns[column.stage.id]] == ids[:size]
        assert [card.id for card in two.nodes] == ids[size : 2 * size] or not ids
        assert (one.total_count, one.page_info.has_next_page) == (len(ids), len(ids) > size)
        value = sum((card.value for card in mine), Decimal("0.00"))
        assert board.totals.of(column.stage.id) == Sum(len(ids), value)
        assert one.page_info.has_previous_page is False
        assert [edge.sort_key for edge in one.edges] == [key(card) for card in mine[:size]]


@pytest.mark.parametrize(("often", "collects"), [(1, False), (1000, True)])
async def test_sqlite_collects_only_the_cards_of_who_has_few(
    world: World, often: int, *, collects: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "OFTEN", often)
    order = OpportunityOrder(field=OpportunityOrderField.VALUE)
    view = BoardView(world.stages[0].pipeline_id, BoardFilter(), order)
    viewer = world.viewer("assigned")
    async with world.database.reader() as reader:
        told = await reader.run(records.sees_often, OPPORTUNITY, viewer)
        assert told is (world.database.is_sqlite and not collects)
        if not world.database.is_sqlite:
            return  # it estimates by itself
        plan = await reader.run(plan_of, lambda one: read_outline(one, viewer, view, 51))
    assert "ix_opportunity_value" in plan
    assert ("LIST SUBQUERY" in plan) is collects


def plan_of(connection: Connection, read: Callable[[Connection], object]) -> str:
    """Return the plan of the statement that `read` runs last."""
    with statements(connection) as heard:
        read(connection)
    sql, values = heard[-1]
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
    return "\n".join(row[3] for row in rows)


async def test_p10_a_filtered_column_sums_what_each_viewer_sees(world: World) -> None:
    """The property would hold of filters that find nothing: this one finds much."""
    order = OpportunityOrder(field=OpportunityOrderField.VALUE)
    asked = BoardFilter(statuses=[], value=DecimalRange(min=Decimal("0.01")))
    view = BoardView(world.stages[0].pipeline_id, asked, order)
    counts = {}
    async with world.database.reader() as reader:
        for viewer in world.viewers:
            if viewer.may(OPPORTUNITY.read):
                board, _, _ = await reader.run(read, viewer, view, 1)
                _, shown = await reader.run(in_memory, world, viewer, view)
                totals = [board.totals.of(column.stage.id) for column in board.columns]
                assert sum(one.count for one in totals) == len(shown)
                assert sum(one.value for one in totals) == sum(card.value for card in shown)
                counts[viewer.user.name] = len(shown)
    assert counts["admin"] == counts["all"] > counts["assigned"] > 0


async def test_who_may_not_read_cards_has_no_board(world: World) -> None:
    viewer = world.viewer("assigned without cards")
    order = OpportunityOrder(field=OpportunityOrderField.CREATED_AT)
    view = BoardView(world.stages[0].pipeline_id, BoardFilter(), order)
    unknown = BoardView(UUID(int=5), BoardFilter(), order)
    async with world.database.reader() as reader:
        assert await reader.run(find_board, Lens(viewer), SEAL, view) is None
        assert await reader.run(find_board, Lens(world.viewers[0]), SEAL, unknown) is None

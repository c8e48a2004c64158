"""Boards, lists and live snapshots of kept cards are what graphql-core shows by itself."""

from typing import Any

import orjson
import pytest

from schema.execution import Request
from tests.schema.answers import PAGED, Answers
from tests.schema.test_card_cache import ASKED

pytestmark = pytest.mark.usefixtures("plan_failures")
LISTED = """query ($first: Int, $last: Int, $after: String, $before: String) {
  opportunities(first: $first, last: $last, after: $after, before: $before %s) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor sortKey node { id name value { amount } contact { tags { name } } } } } }"""
ORDERS = ("", ", orderBy: { field: NAME, direction: ASC }", ', filter: { search: "a" }')
WINDOWS: list[dict[str, int]] = [{}, {"first": 2}, {"last": 2}, {"first": 0}]
COLUMNS = """query ($pipeline: ID!) { board(pipelineId: $pipeline%s) {
  columns { id cards { edges { cursor node { name } } } } } }"""
COLUMN = """query ($id: ID!, $after: String) { node(id: $id) { ... on BoardColumn {
  cards(first: 1, after: $after) { pageInfo { hasPreviousPage hasNextPage endCursor }
  nodes { id name owner { name } } } } } }"""
TWICE = """query ($pipeline: ID!, $after: String) { board(pipelineId: $pipeline) { columns {
  one: cards(first: 1) { nodes { id name } } all: cards(after: $after) { totalCount
  nodes { name id } } } } }"""
SNAPSHOT = """subscription ($pipeline: ID!) { boardEvents(pipelineId: $pipeline) { __typename cursor
  ... on BoardSnapshot { reason board { cursor columns { totals { count } cards(first: 2) {
    totalCount pageInfo { endCursor } nodes { %s } } } } } } }"""
UNKEPT = ("id @include(if: true)", "contact { documents { totalCount } }")
VIEWS = {
    "searched": 'filter: { search: "a" }',
    "tagged": "filter: { tagIds: [], unassigned: false, ownerActive: true }",
    "of every status": "filter: { statuses: [] }, orderBy: { field: VALUE, direction: ASC }",
    "by name": "orderBy: { field: NAME, direction: ASC }",
    "by time": "orderBy: { field: CREATED_AT, direction: ASC }",
}


def all_kept(answers: Answers, way: str) -> bool:
    """Return whether cards were asked for in one way alone, and none was read a second time."""
    return answers.ways[way] > 0 and set(+answers.ways) == {way}


@pytest.mark.parametrize("first", [0, 1, 50, None, -1, 1000])
async def test_pages_of_columns_are_answered_alike(answers: Answers, first: int | None) -> None:
    request = Request(PAGED, {"pipeline": answers.spa.pipeline, "first": first})
    shown = orjson.loads(await answers.check(request))
    assert ("errors" in shown) is (first in (-1, 1000))
    assert "errors" in shown or all_kept(answers, "find_board_ahead")


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("window", WINDOWS)
async def test_lists_of_cards_are_answered_alike(
    answers: Answers, order: str, window: dict[str, int]
) -> None:
    text, every = LISTED % order, dict[str, Any](first=10)
    for client in (answers.spa.ada, answers.spa.ben, answers.spa.dan):
        shown = orjson.loads(await answers.same(client, Request(text, every)))
        cursors = [one["cursor"] for one in shown["data"]["opportunities"]["edges"]]
        assert cursors
        for given in (
            {},
            {"after": cursors[0]},
            {"before": cursors[-1]},
            {"after": cursors[0], "before": cursors[-1]},
        ):
            answer = await answers.same(client, Request(text, {**window, **given}))
            assert b'"errors"' not in answer
    assert all_kept(answers, "opportunities_ahead")


async def test_windows_that_are_refused_are_refused_alike(answers: Answers) -> None:
    (ada, ben), text = (answers.spa.ada, answers.spa.ben), LISTED % ""
    shown = orjson.loads(await answers.same(ada, Request(text)))
    hers = shown["data"]["opportunities"]["edges"][0]["cursor"]
    by_name = LISTED % ORDERS[1]
    for client, document, given in (
        (ada, text, {"first": -1}),
        (ada, text, {"first": 1, "last": 1}),
        (ada, text, {"after": "none"}),
        (ada, by_name, {"after": hers}),
        (ben, text, {"before": hers}),
    ):
        answer = await answers.same(client, Request(document, given))
        assert b'"BAD_REQUEST"' in answer


@pytest.mark.parametrize("order", ["", *(f", {one}" for one in VIEWS.values())])
async def test_further_pages_of_columns_are_answered_alike(answers: Answers, order: str) -> None:
    told = {"pipeline": answers.spa.pipeline}
    for client, names in ((answers.spa.ada, "ABCD"), (answers.spa.ben, "AD")):
        board = await client.ask(COLUMNS % order, **told)
        column = board["board"]["columns"][0]
        given, seen = {"id": column["id"], "after": None}, list[str]()
        expected = [edge["node"]["name"] for edge in column["cards"]["edges"]]
        assert set(expected) <= set(names)
        for number in range(len(expected)):
            shown = orjson.loads(await answers.same(client, Request(COLUMN, given)))
            page = shown["data"]["node"]["cards"]
            seen += [one["name"] for one in page["nodes"]]
            assert page["pageInfo"]["hasPreviousPage"] is (number > 0)
            assert page["pageInfo"]["hasNextPage"] is (number < len(expected) - 1)
            given["after"] = page["pageInfo"]["endCursor"]
        assert seen == expected
    assert all_kept(answers, "columns_ahead")


async def test_of_two_pages_of_a_column_the_one_that_is_to_blame_is_told(answers: Answers) -> None:
    told = {"pipeline": answers.spa.pipeline}
    assert b'"errors"' not in await answers.check(Request(TWICE, told))
    assert all_kept(answers, "columns_ahead")
    shown = orjson.loads(await answers.check(Request(TWICE, {**told, "after": "none"})))
    assert {error["path"][-1] for error in shown["errors"]} == {"all"}


@pytest.mark.parametrize("asked", ASKED + UNKEPT)
async def test_snapshots_of_live_boards_are_answered_alike(answers: Answers, asked: str) -> None:
    shown = await answers.check(Request(SNAPSHOT % asked, {"pipeline": answers.spa.pipeline}))
    assert b'"errors"' not in shown
    assert all_kept(answers, "board_ahead") is (asked in ASKED)


@pytest.mark.parametrize("name", VIEWS)
async def test_filtered_and_ordered_boards_are_answered_alike(answers: Answers, name: str) -> None:
    text = PAGED.replace("pipelineId: $pipeline", f"pipelineId: $pipeline, {VIEWS[name]}")
    shown = await answers.check(Request(text, {"pipeline": answers.spa.pipeline}))
    assert b'"errors"' not in shown
    assert b'"sortKey"' in shown
    assert all_kept(answers, "find_board_ahead")

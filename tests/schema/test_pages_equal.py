"""Boards, lists and live snapshots of kept cards are what graphql-core shows by itself."""

import orjson
import pytest

from schema.execution import Request
from tests.schema.answers import PAGED, Answers
from tests.schema.test_card_cache import ASKED

pytestmark = pytest.mark.usefixtures("plan_failures")


@pytest.mark.parametrize("first", [0, 1, 50, None, -1, 1000])
async def test_pages_of_columns_are_answered_alike(answers: Answers, first: int | None) -> None:
    request = Request(PAGED, {"pipeline": answers.spa.pipeline, "first": first})
    shown = orjson.loads(await answers.check(request))
    assert ("errors" in shown) is (first in (-1, 1000))


LISTED = """query ($first: Int, $last: Int, $after: String, $before: String) {
  opportunities(first: $first, last: $last, after: $after, before: $before %s) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor sortKey node { id name value { amount } contact { tags { name } } } } } }"""
ORDERS = ("", ", orderBy: { field: NAME, direction: ASC }", ', filter: { search: "a" }')
WINDOWS: list[dict[str, int]] = [{}, {"first": 2}, {"last": 2}, {"first": 0}, {"first": -1}]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("window", WINDOWS)
async def test_lists_of_cards_are_answered_alike(
    answers: Answers, order: str, window: dict[str, int]
) -> None:
    text = LISTED % order
    shown = orjson.loads(await answers.check(Request(text, {**window})))
    assert ("errors" in shown) is (window == {"first": -1})
    found = shown["data"] and shown["data"]["opportunities"]["edges"]
    for edge in found or ():
        for side in ("after", "before"):
            # Each viewer has cursors of his own: for the others it is none.
            await answers.check(Request(text, {**window, side: edge["cursor"]}))


COLUMNS = "query ($pipeline: ID!) { board(pipelineId: $pipeline) { columns { id } } }"
COLUMN = """query ($id: ID!, $after: String) { node(id: $id) { ... on BoardColumn {
  cards(first: 1, after: $after) { pageInfo { hasPreviousPage hasNextPage endCursor }
  nodes { id name owner { name } } } } } }"""
TWICE = """query ($pipeline: ID!) { board(pipelineId: $pipeline) { columns {
  one: cards(first: 1) { nodes { id name } } all: cards { totalCount nodes { name id } } } } }"""


async def test_further_pages_of_columns_are_answered_alike(answers: Answers) -> None:
    told = {"pipeline": answers.spa.pipeline}
    board = await answers.spa.ada.ask(COLUMNS, **told)
    given, seen = {"id": board["board"]["columns"][0]["id"], "after": None}, list[str]()
    for left in (True, True, True, False):
        shown = orjson.loads(await answers.check(Request(COLUMN, given)))
        page = shown["data"]["node"]["cards"]
        seen += [one["name"] for one in page["nodes"]]
        assert page["pageInfo"]["hasNextPage"] is left
        given["after"] = page["pageInfo"]["endCursor"]
    assert sorted(seen) == ["A", "B", "C", "D"]
    await answers.check(Request(TWICE, told))


SNAPSHOT = """subscription ($pipeline: ID!) { boardEvents(pipelineId: $pipeline) { __typename cursor
  ... on BoardSnapshot { reason board { cursor columns { totals { count } cards(first: 2) {
    totalCount pageInfo { endCursor } nodes { %s } } } } } } }"""


@pytest.mark.parametrize(
    "asked", [*ASKED, "id @include(if: true)", "contact { documents { totalCount } }"]
)
async def test_snapshots_of_live_boards_are_answered_alike(answers: Answers, asked: str) -> None:
    shown = await answers.check(Request(SNAPSHOT % asked, {"pipeline": answers.spa.pipeline}))
    assert b'"errors"' not in shown
    kept = answers.cards.size
    assert (kept > 0) is (asked in ASKED)


VIEWS = {
    "searched": 'filter: { search: "a" }',
    "tagged": "filter: { tagIds: [], unassigned: false, ownerActive: true }",
    "of every status": "filter: { statuses: [] }, orderBy: { field: VALUE, direction: ASC }",
    "by name": "orderBy: { field: NAME, direction: ASC }",
    "by time": "orderBy: { field: CREATED_AT, direction: ASC }",
}


@pytest.mark.parametrize("name", VIEWS)
async def test_filtered_and_ordered_boards_are_answered_alike(answers: Answers, name: str) -> None:
    text = PAGED.replace("pipelineId: $pipeline", f"pipelineId: $pipeline, {VIEWS[name]}")
    shown = await answers.check(Request(text, {"pipeline": answers.spa.pipeline}))
    assert b'"errors"' not in shown
    assert b'"sortKey"' in shown

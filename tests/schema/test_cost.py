"""C11: what a document costs, counted in time linear in its length."""

import time
from typing import Any

import pytest
from graphql import parse
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import documents as measured
from resolvers.limits import USUAL, Limits
from schema.cost import Bill
from schema.execution import Engine, Request
from schema.schema import core
from tests.model import documents
from tests.resolvers.properties import examples
from tests.schema.asking import Document
from tests.schema.asking import documents as random_documents

COUNTS = st.none() | st.integers(0, 130)
SHORT = 0.02  # seconds


def bill(text: str, limits: Limits = USUAL) -> Bill:
    return Bill(core, parse(text), limits)


def cost(text: str, **variables: Any) -> int | None:
    return bill(text).cost(None, variables)


@given(random_documents(), COUNTS, COUNTS)
@examples(400)
def test_it_is_what_counting_every_spread_anew_gives(
    document: Document, a: int | None, b: int | None
) -> None:
    found, variables = bill(document.text), {"a": a, "b": b}
    assert found.cost(None, variables) == max(1, document.cost(document.query, variables))
    assert found.depth == document.depth(document.query)
    assert found.aliases == document.aliases(document.query)


@given(random_documents(), st.integers(0, 130), st.integers(0, 130))
@examples(100)
def test_larger_pages_never_cost_less(document: Document, one: int, two: int) -> None:
    found = bill(document.text)
    few, many = (found.cost(None, {"a": n, "b": 7}) or 0 for n in sorted((one, two)))
    assert few <= many


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("{ __typename }", 1),
        ("{ viewer { role user { name } } }", 2),
        ("{ __schema { types { fields { name } } } }", 1),
        ('{ __type(name: "Tag") { fields { type { ofType { name } } } } }', 1),
        ('{ node(id: "x") { id } }', 2),
        ('{ nodes(ids: ["x", "y", "z"]) { id } }', 4),
        ('{ nodes(ids: "x") { id } }', 2),
        ("{ nodes(ids: []) { id ... on Contact { tags { id } } } }", 1),
        ("{ contacts { totalCount } }", 1),
        ("{ contacts { nodes { id } } }", 51),
        ("{ contacts(first: null) { nodes { id } } }", 51),
        ("{ contacts(first: 0) { nodes { tags { id } } } }", 1),
        ("{ contacts(last: 7) { edges { cursor node { id } } } }", 8),
        ("{ contacts(first: 100) { nodes { id } } }", 101),
        ("{ contacts(first: 5000) { nodes { id } } }", 101),
        ("{ contacts(first: 2) @skip(if: true) { nodes { id } } }", 3),
        ("{ contacts(first: 2) { nodes { id } edges { node { id } } } }", 5),
        (
            "{ contacts(first: 2) { nodes { tags { id } doNotDisturb { channels { status } } } } }",
            23,
        ),
        ("{ contacts(first: 2) { nodes { opportunities(first: 3) { nodes { id } } } } }", 9),
        ("{ contacts(first: 2) { ...P } } fragment P on ContactConnection { nodes { id } }", 3),
        ("{ viewer { practice { users { id } contactTypes { id } tags { id } } } }", 47),
        ("{ viewer { practice { users(first: 9) { id } tags(first: 8) { id } } } }", 19),
        ("{ pipelines { stages { pipeline { id } } } }", 56),
        ('mutation { deleteContact(input: { id: "x" }) { cursor errors { code } } }', 15),
        ('subscription { boardEvents(pipelineId: "x") { cursor totals { count } } }', 6),
    ],
)
def test_what_is_counted(text: str, records: int) -> None:
    assert cost(text) == records


WRONG: list[Any] = [101, 10**30, -1, True, 2.5, 1e300, {}, -0.0]
PAGE = "query ($n: Int = 20) { contacts(first: $n) { nodes { id } } }"
IDS = "query ($v: [ID!]!) { nodes(ids: $v) { id } }"


@pytest.mark.parametrize(
    ("text", "variables", "records"),
    [
        (PAGE, {}, 21),
        (PAGE, {"n": None}, 51),
        (PAGE, {"n": 3}, 4),
        (PAGE, {"n": 0}, 1),
        *((PAGE, {"n": wrong}, 101) for wrong in WRONG),
        (PAGE.replace(" = 20", ""), {}, 51),
        (IDS, {"v": ["x", "y"]}, 3),
        (IDS, {"v": []}, 1),
        (IDS, {"v": "x"}, 2),
        (IDS, {"v": ["x"] * 5000}, 101),
        ("query ($a: ID!, $b: ID!) { nodes(ids: [$a, $b]) { id } }", {"a": "x", "b": "y"}, 3),
    ],
)
def test_variables_tell_sizes(text: str, variables: dict[str, Any], records: int) -> None:
    assert cost(text, **variables) == records


def test_pages_count_no_more_than_the_limits_allow() -> None:
    small = Limits(page_size=10, ids=2)
    for text, records in (
        ("{ contacts { nodes { id } } }", 11),
        ("{ contacts(first: 50) { nodes { id } } }", 11),
        ('{ nodes(ids: ["x", "y", "z"]) { id } }', 3),
    ):
        assert bill(text, small).cost(None, None) == records


def test_each_operation_is_counted_by_itself() -> None:
    found = bill("query A { viewer { user { id } } } query B { pipelines { id } }")
    assert [found.cost(name, None) for name in ("A", "B", "C", None)] == [2, 6, None, None]


def test_aliases_and_depth_are_of_what_is_run() -> None:
    found = bill(
        "{ a: viewer { ...V } b: viewer { ...V } } fragment V on Viewer { u: user { n: name } }"
    )
    assert (found.aliases, found.depth) == (6, 3)
    hidden = bill("{ __schema { types { fields { type { name } } } } viewer { role } }")
    assert (hidden.aliases, hidden.depth) == (0, 2)


def test_fragments_that_double_are_counted_at_once() -> None:
    levels = 90
    text = "{ pipelines { ...F0 } }" + "".join(
        f"fragment F{i} on Pipeline {{ stages {{ pipeline {{ ...F{i + 1} ...F{i + 1} }} }} }}"
        for i in range(levels)
    )
    document = parse(text + f"fragment F{levels} on Pipeline {{ id }}")
    began = time.process_time()
    found = Bill(core, document, USUAL)
    assert found.depth == 2 * levels + 2
    records = 10 * (10**levels - 1) // 9
    assert found.cost(None, None) == 1 + 5 + 5 * records
    assert time.process_time() - began < SHORT


def test_loops_and_unknown_names_are_left_to_validation() -> None:
    found = bill("{ x { ...F ...H } } fragment F on X { y ...G } fragment G on Y { ...F ...G }")
    assert (found.cost(None, None), found.depth, found.aliases) == (1, 2, 0)


REQUESTS = {
    "board": Request(measured.BOARD),
    "live": Request(measured.LIVE),
    "move": Request(measured.MOVE),
    "full board": Request(documents.FULL_BOARD, {"first": 20}),
    "thin board": Request(documents.THIN_BOARD, {"first": 100}),
    "full live board": Request(documents.LIVE, {"first": 20}),
    "everything": Request(documents.EVERYTHING),
    **{name: Request(documents.mutation(name)) for name in documents.MUTATIONS},
}


@pytest.mark.parametrize("name", REQUESTS)
def test_c11_what_clients_ask_passes(name: str) -> None:
    assert Engine().cost(REQUESTS[name]) <= USUAL.cost


def test_c11_the_canonical_board_s_cost() -> None:
    card = 1 + 1 + (1 + 5) + 1 + 5 * 2  # itself, stage, contact and tags, owner, followers
    assert cost(measured.BOARD) == 1 + 1 + 5 * (1 + 1 + 50 * card)


def test_few_costs_are_kept() -> None:
    found = bill(PAGE)
    for first in range(1000):
        assert found.cost(None, {"n": first}) == 1 + min(first, 100)
    assert len(found._known) <= 64

"""Every code that a client can meet is in docs/errors.md, and nothing else is."""

import ast
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLEnumType

from app.answers import failed, response
from app.desk import TooSlow
from app.negotiation import GRAPHQL_JSON, JSON
from app.tokens import BadToken
from resolvers.enums import ErrorCode, SnapshotReason, WarningCode
from resolvers.problems import BadRequest, CostLimit, Forbidden, NotFound, RateLimited
from schema.schema import core
from tests.docs.pages import ROOT, Page
from tests.hostile import documents
from tests.hostile.frames import FRAMES
from tests.hostile.messages import MESSAGES
from tests.hostile.tokens import forged
from tests.hostile.world import ALLOWED

ERRORS = Page(ROOT / "docs/errors.md")
REFUSED, WARNED = "Codes of refused changes", "Codes of warnings"
CLOSED, REASONS = "Close codes", "Reasons of snapshots"
ROOMS = ("app", "schema", "subscriptions", "resolvers")
# C5 of the contract: more top-level codes there never are.
TOP_LEVEL = {
    *("UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "COST_LIMIT", "RATE_LIMITED"),
    *("BAD_REQUEST", "UNAVAILABLE", "INTERNAL"),
}
# Sent by uvicorn and websockets in our name; 1006 is what a client says where nothing was sent.
BY_LIBRARIES = {1002, 1006, 1009, 1011, 1012}
BY_THE_CLIENT = {1000, 1001, 1005, 3000, 4999}
CLOSING = ("Closing", "close", "send_close", "WebSocketDisconnect")
CAUSES: dict[str, Exception] = {
    "UNAUTHENTICATED": BadToken(),
    "BAD_REQUEST": BadRequest("x"),
    "COST_LIMIT": CostLimit("x"),
    "FORBIDDEN": Forbidden("x"),
    "NOT_FOUND": NotFound("x"),
    "RATE_LIMITED": RateLimited("x", 1),
    "UNAVAILABLE": TooSlow(),
    "INTERNAL": ZeroDivisionError("x"),
}


def sources(*rooms: str) -> Iterator[tuple[Path, ast.AST]]:
    """Yield every node of the rooms' sources."""
    for room in rooms:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                yield path, node


def top_level_codes() -> set[str]:
    """Return the codes of errors: attributes `code`, entries "code", and what `_told` says."""
    found: list[ast.AST | None] = []
    for path, node in sources(*ROOMS):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "code":
            found.append(node.value)
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            found += [value for key, value in pairs if key and ast.unparse(key) == "'code'"]
        elif isinstance(node, ast.Tuple) and path.name == "errors.py":
            found += node.elts[:1]
    values = (one.value for one in found if isinstance(one, ast.Constant))
    return {str(one) for one in values if str(one).isupper()}


def close_codes() -> Iterator[int]:
    """Yield the numbers that sockets are closed with."""
    for _, node in sources("app"):
        if isinstance(node, ast.Call) and node.args:
            name = ast.unparse(node.func).rpartition(".")[2]
            first = node.args[0]
            if name in CLOSING and isinstance(first, ast.Constant) and isinstance(first.value, int):
                yield first.value


def used(values: type[Enum]) -> set[str]:
    """Return the members of an enum that the program names outside its definition."""
    found = (ast.unparse(node) for _, node in sources(*ROOMS) if isinstance(node, ast.Attribute))
    names = re.compile(rf"(?:\w+\.)?{values.__name__}\.([A-Z_]+)")
    return {match[1] for text in found if (match := names.fullmatch(text))}


def never_sent() -> set[str]:
    """Return the codes of refused changes in the table of features to come."""
    _, _, later = ERRORS.section(REFUSED).partition("never sent yet")
    return set(re.findall(r"^\| `([A-Z_]+)`", later, re.MULTILINE))


@pytest.mark.parametrize(
    ("values", "heading"),
    [(ErrorCode, REFUSED), (WarningCode, WARNED), (SnapshotReason, REASONS)],
)
def test_enums_of_the_schema_are_told_value_by_value(values: type[Enum], heading: str) -> None:
    kind = core.type_map[values.__name__]
    assert isinstance(kind, GraphQLEnumType)
    told = ERRORS.first_cells(heading)
    told = [one for one in told if one.isupper()]
    assert len(told) == len(set(told))
    assert set(told) == set(kind.values)


def test_what_is_never_sent_is_said_to_be_so() -> None:
    every = {one.value for one in ErrorCode}
    assert every - used(ErrorCode) == never_sent()
    assert {one.value for one in WarningCode} == used(WarningCode)
    unused = {one.value for one in SnapshotReason} - used(SnapshotReason)
    rows = ERRORS.section(REASONS).splitlines()
    assert {row.split("`")[1] for row in rows if "Never sent yet" in row} == unused


def test_top_level_codes_are_those_of_the_sources_and_of_the_contract() -> None:
    assert top_level_codes() == TOP_LEVEL
    for heading in ("Top-level codes", "Statuses"):
        told = [one for one in ERRORS.first_cells(heading) if one.isupper()]
        assert sorted(told) == sorted(TOP_LEVEL), heading


def test_close_codes_are_those_of_the_sources() -> None:
    told = [int(one) for one in ERRORS.first_cells(CLOSED)]
    assert told == sorted(set(told))
    assert set(told) == set(close_codes()) | BY_LIBRARIES


@pytest.mark.parametrize("code", sorted(TOP_LEVEL))
def test_statuses_are_those_of_the_program(code: str) -> None:
    (row,) = (line for line in ERRORS.section("Statuses").splitlines() if f"| `{code}` |" in line)
    told = [int(cell) for cell in row.split("|")[2:5]]
    answer = failed(CAUSES[code], "x")
    assert answer.told["errors"][0]["extensions"]["code"] == code
    media_types = (GRAPHQL_JSON, JSON, "text/event-stream")
    assert told == [response(answer, one, "x").status_code for one in media_types]


def test_every_row_tells_when_and_the_way_on() -> None:
    for line in ERRORS.text.splitlines():
        if line.startswith("| `"):
            cells: list[Any] = [cell.strip() for cell in line.strip("|").split("|")]
            assert all(cells), line


def test_each_hostile_case_ends_with_a_documented_code() -> None:
    closes = {int(one) for one in ERRORS.first_cells(CLOSED)} | BY_THE_CLIENT
    cases = [*FRAMES, *MESSAGES]
    assert {one.close for one in cases} - closes == {None}
    assert {one.close for one in forged()} <= closes
    codes = {code for case in cases for code in case.codes} | ALLOWED
    codes |= {documents.BAD, documents.COST}
    assert codes - ERRORS.code == set()

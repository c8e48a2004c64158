"""Listeners who show an event alike are executed once; all others are not."""

from typing import Any

import pytest
from graphql import parse

from schema.execution import Request, _key

LIVE = """subscription ($after: String, $first: Int = 10) {
  boardEvents(pipelineId: "x", after: $after) { ... on BoardSnapshot {
    board { columns { cards(first: $first) { nodes { id } } } } } } }"""
TWICE = LIVE.replace("cards(first: $first", "cards(first: $first, after: $after")


def alike(one: Any, other: Any, text: str = LIVE) -> bool:
    document = parse(text)
    keys = {_key(document, Request(text, variables)) for variables in (one, other)}
    return len(keys) == 1


@pytest.mark.parametrize("other", [None, {}, {"after": None}, {"after": "somewhere"}])
def test_where_they_went_on_from_makes_no_difference(other: Any) -> None:
    assert alike({"after": "elsewhere"}, other)


@pytest.mark.parametrize("one", [{"first": None}, {"first": 1}, {"first": "somewhere"}])
def test_every_other_variable_does(one: Any) -> None:
    assert not alike(one, {})
    assert not alike({**one, "after": "somewhere"}, {"after": "somewhere"})


def test_a_place_that_is_asked_for_twice_does() -> None:
    assert not alike({"after": "somewhere"}, {"after": "elsewhere"}, TWICE)

"""C10: @idempotent belongs on mutation fields, with a key of 1 to 200 characters."""

import pytest
from graphql import parse, validate

from schema.execution import Engine, Rejected, Request
from schema.idempotent import IdempotentOnMutations
from schema.schema import core

DELETE = 'mutation {{ one: deleteContact(input: {{id: "x"}}) {key} {{ {inside} }} }}'


def errors(document: str) -> list[str]:
    return [one.message for one in validate(core, parse(document), [IdempotentOnMutations])]


def test_it_is_accepted_on_a_mutation() -> None:
    assert errors(DELETE.format(key='@idempotent(key: "k")', inside="cursor")) == []


@pytest.mark.parametrize(
    "document",
    [
        '{ viewer @idempotent(key: "k") { role } }',
        '{ viewer { role @idempotent(key: "k") } }',
        'subscription { boardEvents(pipelineId: "x") @idempotent(key: "k") { cursor } }',
        '{ viewer { practice { ... { name @idempotent(key: "k") } } } }',
        'fragment F on Contact { name @idempotent(key: "k") } { contact(id: "x") { ...F } }',
        DELETE.format(key="", inside='cursor @idempotent(key: "k")'),
        DELETE.format(key="", inside='errors { code @idempotent(key: "k") }'),
    ],
)
def test_it_is_refused_anywhere_else(document: str) -> None:
    assert errors(document) == ["@idempotent is for mutations only."]
    with pytest.raises(Rejected):
        Engine().operation(Request(document))


@pytest.mark.parametrize(
    "directive",
    ["@idempotent", "@idempotent(key: null)", "@idempotent(key: 1)", '@idempotent(k: "x")'],
)
def test_it_needs_a_key(directive: str) -> None:
    with pytest.raises(Rejected):
        Engine().operation(Request(DELETE.format(key=directive, inside="cursor")))


def test_it_is_taken_once_a_field() -> None:
    twice = '@idempotent(key: "a") @idempotent(key: "b")'
    with pytest.raises(Rejected):
        Engine().operation(Request(DELETE.format(key=twice, inside="cursor")))

"""Compiled plans, pages read ahead and kept cards answer what graphql-core answers by itself."""

import ast
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from graphql import (
    GraphQLObjectType,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
)
from structlog.typing import EventDict

from resolvers.seen import SeenContact, SeenOpportunity
from schema.execution import Engine, Rejected, Request
from schema.schema import core
from schema.sharing import NEEDS
from tests.model import documents
from tests.schema.answers import PAGED, Answers
from tests.schema.drawing import Drawing
from tests.schema.test_card_cache import ASKED, BOARD

pytestmark = pytest.mark.usefixtures("plan_failures")
TESTS = Path(__file__).parent.parent
DRAWN = 100


def texts() -> Iterator[str]:
    """Yield every string of the suite that could be a document."""
    yield from (one for one in vars(documents).values() if isinstance(one, str))
    for path in sorted(TESTS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "{" in node.value:
                yield node.value


def queries() -> list[str]:
    """Return the suite's valid documents with a query."""
    engine, found = Engine(), []
    for text in dict.fromkeys(texts()):
        try:
            known = engine.known(text)
        except Rejected:
            continue
        kinds = [
            one.operation
            for one in known.document.definitions
            if isinstance(one, OperationDefinitionNode)
        ]
        if kinds == [OperationType.QUERY]:
            found.append(text)
    return found


async def test_every_query_of_the_suite_is_answered_alike(answers: Answers) -> None:
    found = queries()
    assert len(found) > 50
    first = {name: ids[0] for name, ids in answers.ids.items()}
    given = {"pipeline": answers.spa.pipeline, "first": 2, "ids": answers.ids["ids"], **first}
    for text in [*found, *(BOARD % one for one in ASKED)]:
        await answers.check(Request(text, given))


@pytest.mark.parametrize("seed", range(2))
async def test_documents_drawn_from_the_schema_are_answered_alike(
    answers: Answers, seed: int
) -> None:
    chance, valid, failed = Random(seed), 0, 0
    for _ in range(DRAWN):
        request = Request(Drawing(chance, answers.ids).text(), {})
        try:
            answers.engine.known(request.query)
        except Rejected:
            continue
        valid += 1
        failed += b'"errors"' in await answers.check(request)
    assert valid > DRAWN // 3
    assert failed > 3


def selected(kind: str, name: str) -> str:
    """Return the selection of a field alone."""
    field = core.get_type(kind).fields[name]  # type: ignore[union-attr]
    below = " { __typename }" if isinstance(get_named_type(field.type), GraphQLObjectType) else ""
    return name + below


@pytest.mark.parametrize("kind", ["Opportunity", "Contact"])
async def test_each_field_of_a_card_is_read_where_it_alone_is_asked_for(
    answers: Answers, kind: str
) -> None:
    for name in NEEDS[kind].keys() - {"__typename"}:
        one = selected(kind, name)
        asked = one if kind == "Opportunity" else f"contact {{ {one} }}"
        request = Request(BOARD % asked, {"pipeline": answers.spa.pipeline})
        assert b'"errors"' not in await answers.check(request)
    assert answers.cards.size > 0


@pytest.mark.parametrize("of", [(SeenContact, "tags"), (SeenOpportunity, "stage")])
async def test_a_field_that_fails_fails_alike(
    answers: Answers,
    of: tuple[type[Any], str],
    monkeypatch: pytest.MonkeyPatch,
    plan_failures: list[EventDict],
) -> None:
    seen, name = of
    usual = getattr(seen, name)

    def failing(self: Any) -> Any:
        if self.name.startswith("B"):
            raise LookupError(self.name)
        return usual.fget(self)

    monkeypatch.setattr(seen, name, property(failing))
    shown = await answers.check(Request(PAGED, {"pipeline": answers.spa.pipeline}))
    assert b'"INTERNAL"' in shown
    told = [one for one in plan_failures if one["event"] == "plan failed"]
    assert [one["error"] for one in told] == ["LookupError"]  # once, however often it failed
    assert "B" not in "".join(map(str, told[0].values()))
    plan_failures.clear()

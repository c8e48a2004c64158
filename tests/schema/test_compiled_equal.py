"""Compiled plans, pages read ahead and kept cards answer what graphql-core answers by itself."""

import ast
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from graphql import (
    GraphQLObjectType,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
)
from structlog.typing import EventDict

from permissions.viewer import Credential
from resolvers import vocabulary
from resolvers.cards import CardCache
from resolvers.ids import parse
from resolvers.seen import SeenContact, SeenOpportunity
from schema.compiled import CompilingExecutor
from schema.context import Context
from schema.execution import Engine, Rejected, Request
from schema.listening import encoded
from schema.schema import core
from schema.sharing import NEEDS
from tests.documents.filing import uploaded
from tests.model import documents
from tests.scenarios.spa import Spa, open_spa
from tests.schema.drawing import Drawing
from tests.schema.test_card_cache import ASKED, BOARD, READ_AHEAD
from tests.server import Server

pytestmark = pytest.mark.usefixtures("plan_failures")
TESTS = Path(__file__).parent.parent
DRAWN = 100


@dataclass
class Answers:
    """A small practice, and two ways to answer its users."""

    spa: Spa
    ids: dict[str, list[str]]
    engine: Engine
    cards: CardCache

    async def by(self, user_id: str, request: Request, *, plain: bool) -> tuple[bytes, Any]:
        """Return the answer to a user, and what is noted of it; `plain` is graphql-core alone."""
        services = self.spa.server.desk.services
        noted: list[Any] = []
        kept = replace(services, cards=self.cards, note_reads=lambda one: noted.append(one.sights))
        async with services.database.reader() as reader:
            credential = Credential(parse(user_id).id)
            viewer = await reader.run(vocabulary.load_viewer, credential)
            assert viewer is not None
            context = Context(kept, viewer, reader, "request")
            engine = Engine() if plain else self.engine
            with pytest.MonkeyPatch.context() as patch:
                # What is sealed is never twice the same.
                patch.setattr("resolvers.seal.os", SimpleNamespace(urandom=bytes))
                if plain:
                    patch.setattr(CompilingExecutor, "plan", lambda *_: None)
                result = await engine.execute(request, context)
        # Where a field fails, the reads beside it are given up, sooner or later.
        return encoded(result, "request"), noted if not result.errors else None

    async def check(self, request: Request) -> bytes:
        """See that a request is answered alike for everybody, at first and from kept cards."""
        shown = b""
        for client in (self.spa.ada, self.spa.ben, self.spa.dan):
            wanted = await self.by(client.id, request, plain=True)
            for _ in range(2):
                assert await self.by(client.id, request, plain=False) == wanted, request.query
            shown = shown or wanted[0]
        return shown


@pytest.fixture
async def answers(server: Server) -> AsyncIterator[Answers]:
    async with open_spa(server, different_owners=True) as spa:
        ids: dict[str, list[str]] = {"pipelineId": [spa.pipeline]}
        owners = {"A": spa.ben, "B": None, "C": spa.dan, "D": spa.ben}
        pairs = [await spa.pair(name, owner) for name, owner in owners.items()]
        for contact, card in pairs[:2]:
            await spa.follow(card, spa.cleo, spa.dan)
            await spa.ada.do("editTags", contactId=contact, add=["Gold", "Botox"])
        upload = await uploaded(spa.ada, pairs[0][0])
        made = await spa.ada.do("createDocument", contactId=pairs[0][0], uploadId=upload)
        ids["contact"], ids["opportunity"] = [one[0] for one in pairs], [one[1] for one in pairs]
        ids["document"] = [made["document"]["id"]]
        ids["id"] = ids["ids"] = [one for found in list(ids.values()) for one in found]
        yield Answers(spa, ids, Engine(), CardCache())


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
    for text in [*found, *(BOARD % (READ_AHEAD, one) for one in ASKED)]:
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


PAGED = """query ($pipeline: ID!, $first: Int) { board(pipelineId: $pipeline) { columns {
  cards(first: $first) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  edges { cursor sortKey node { id contact { tags { name } } stage { name } } } } } } }"""


@pytest.mark.parametrize("first", [0, 1, 50, None, -1, 1000])
async def test_pages_of_columns_are_answered_alike(answers: Answers, first: int | None) -> None:
    request = Request(PAGED, {"pipeline": answers.spa.pipeline, "first": first})
    shown = orjson.loads(await answers.check(request))
    assert ("errors" in shown) is (first in (-1, 1000))


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
        request = Request(BOARD % (READ_AHEAD, asked), {"pipeline": answers.spa.pipeline})
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

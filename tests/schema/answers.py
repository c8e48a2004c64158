"""One request answered in two ways: as usual, and by graphql-core alone."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import OperationType

import resolvers.ahead
import schema.ahead
from permissions.viewer import Credential
from resolvers import vocabulary
from resolvers.boards import find_board
from resolvers.cards import CardCache
from resolvers.ids import parse
from schema.compiled import CompilingExecutor
from schema.context import Context
from schema.execution import Engine, Request
from schema.listening import encoded
from subscriptions.events import BoardSnapshot
from tests.client import Client
from tests.scenarios.spa import Spa

WAYS = [
    (schema.ahead, "find_board_ahead"),
    (schema.ahead, "board_ahead"),
    (schema.ahead, "opportunities_ahead"),
    (schema.ahead, "columns_ahead"),
    (resolvers.ahead, "read_cards"),
]
PAGED = """query ($pipeline: ID!, $first: Int) { board(pipelineId: $pipeline) { columns {
  cards(first: $first) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  edges { cursor sortKey node { id contact { tags { name } } stage { name } } } } } } }"""


@dataclass
class Answers:
    """A small practice, and two ways to answer its users."""

    spa: Spa
    ids: dict[str, list[str]]
    engine: Engine
    cards: CardCache
    # How often kept cards were asked for, by the way, and how often rows of cards were read.
    ways: Counter[str] = field(default_factory=Counter)

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
                    patch.setattr(CompilingExecutor, "page_plan", lambda *_: None)
                result = await self.answer(engine, request, context)
        # Where a field fails, the reads beside it are given up, sooner or later.
        return result, noted if b'"errors"' not in result else None

    async def answer(self, engine: Engine, request: Request, context: Context) -> bytes:
        """Return the answer to a query, or the first event of a subscription."""
        if engine.operation(request) is not OperationType.SUBSCRIPTION:
            return encoded(await engine.execute(request, context), "request")
        source, listening = await engine.listen(request, context)
        seal = context.services.seal
        board: Any = await context.read(find_board, seal, source.view)
        event = BoardSnapshot(
            cursor=board.cursor,
            totals=[column.totals for column in board.columns],
            hidden_by_filter=board.hidden_by_filter,
            reason="SUBSCRIBED",
            board=board,
        )
        return await listening.render(event, context.lens, context.reader)

    async def check(self, request: Request) -> bytes:
        """See that a request is answered alike for everybody; return what Ada is shown."""
        shown = await self.same(self.spa.ada, request)
        for client in (self.spa.ben, self.spa.dan):
            await self.same(client, request)
        return shown

    async def same(self, client: Client, request: Request) -> bytes:
        """See that a request is answered alike, at first and from kept cards; return the answer."""
        wanted = await self.by(client.id, request, plain=True)
        assert await self.by(client.id, request, plain=False) == wanted, request.query
        with self.counted():
            assert await self.by(client.id, request, plain=False) == wanted, request.query
        return wanted[0]

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count in which ways cards are read inside."""
        with pytest.MonkeyPatch.context() as patch:
            for module, name in WAYS:
                patch.setattr(module, name, self._counting(name, getattr(module, name)))
            yield

    def _counting(self, name: str, usual: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any) -> Any:
            done = usual(*args)
            self.ways[name] += done is not None
            return done

        return counting

"""Subscription operations: an event goes in, its answer comes out, whoever it is for."""

from collections.abc import AsyncIterator, Hashable
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from graphql import ExecutionResult, GraphQLError
from graphql.execution import Executor

from models.database import Reader
from permissions.rights import Permission
from permissions.viewer import Viewer
from resolvers.lens import Lens
from resolvers.loading import Wants
from resolvers.problems import RequestError
from resolvers.sharing import Need
from resolvers.views import BoardView
from schema import errors
from schema.context import Context, Services
from schema.sharing import fields_that_need
from schema.sights import saw_board
from subscriptions.events import BoardEvent, BoardSnapshot

# What differs between users with equal rights: such documents are executed for each of them. The
# cursors of pages open for their user only (ADR-0009).
_PERSONAL = fields_that_need(Need.HIMSELF) | {"edges", "startCursor", "endCursor"}
_PERSONAL_WITHOUT_TEAM_READ = fields_that_need(Need.COLLEAGUES)


class Source(NamedTuple):
    """What a subscription field listens to. The relay produces its events, not an iterator."""

    view: BoardView
    after: str | None

    def __aiter__(self) -> AsyncIterator[BoardEvent]:
        """Refuse: only the relay listens."""
        raise TypeError("a live board is read through the relay")


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Document:
    """A subscription document with its variables: listeners who show events alike share it."""

    executor: Executor[Any]
    key: Hashable
    wants: Wants


@dataclass(frozen=True, eq=False, slots=True)
class Listening:
    """A subscription document with its variables, ready to execute events."""

    document: Document
    services: Services
    request_id: str | None

    @property
    def key(self) -> Hashable:
        """Equal for listeners who show the same event alike."""
        return self.document.key

    def audience(self, viewer: Viewer) -> Hashable:
        """Return what viewers have in common who get the same answer for a delta."""
        wants = self.document.wants
        personal = not wants.isdisjoint(_PERSONAL)
        if not viewer.may(Permission.TEAM_READ):
            personal = personal or not wants.isdisjoint(_PERSONAL_WITHOUT_TEAM_READ)
        if personal or viewer.restricted:
            return viewer.user_id
        return viewer.role, viewer.permissions

    async def render(self, event: BoardEvent, lens: Lens, reader: Reader) -> bytes:
        """Return the answer for an event, as JSON."""
        context = Context(self.services, lens.viewer, reader, self.request_id)
        context.lens = lens
        executor: Any = self.document.executor.build_per_event_executor(event)
        executor.context_value = context
        if isinstance(event, BoardSnapshot):
            saw_board(context, event.board)
            context.executor = executor
        else:
            context.sights = None  # many may be sent the same change
        try:
            result: Any = executor.execute_operation(serially=False)
            if executor.is_awaitable(result):
                result = await result
        finally:
            context.executor = None
        context.note_sights()
        return encoded(result, self.request_id)

    def render_error(self, error: RequestError) -> bytes:
        """Return the answer that tells why the stream ends."""
        located = GraphQLError(str(error), path=["boardEvents"], original_error=error)
        return encoded(ExecutionResult(None, [located]), self.request_id)


def answer(
    result: ExecutionResult, request_id: str | None, extensions: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return a result as clients see it."""
    told: dict[str, Any] = {"data": result.data}
    if result.errors:
        told["errors"] = [errors.shown(error, request_id) for error in result.errors]
    if extensions:
        told["extensions"] = extensions
    return told


def encoded(
    result: ExecutionResult, request_id: str | None, extensions: dict[str, Any] | None = None
) -> bytes:
    """Return a result as JSON."""
    return orjson.dumps(answer(result, request_id, extensions))

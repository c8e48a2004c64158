"""Signing in: from a token to a viewer with the rights of now, the same for every transport."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from app.budget import Budget, headers, told
from app.connections import Connections
from app.settings import Settings
from app.tokens import BadToken, Tokens
from models.database import Reader
from permissions.viewer import Credential, Viewer
from resolvers import vocabulary
from resolvers.problems import RequestError
from schema.context import Context, Services
from schema.execution import Engine, Rejected
from schema.execution import Request as Asked
from subscriptions.stream import Request

# Of a document that is refused: finding that out takes up to some 30 ms.
_COST_OF_REFUSAL = 2000
_ARRIVING = 6


class TooSlow(RequestError):
    """The request took too long; what it changes may or may not be changed."""

    code = "UNAVAILABLE"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "This took too long. Try again; with @idempotent a change is applied once."
        )


@asynccontextmanager
async def in_time(seconds: float) -> AsyncIterator[asyncio.Timeout]:
    """Give what happens inside a time limit; TooSlow where it is not kept."""
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            yield limit
    except TimeoutError:
        if limit.expired():
            raise TooSlow from None
        raise


class Live(NamedTuple):
    """A subscription that may begin: whose, to what, and the log's number when he was let in."""

    viewer: Viewer
    request: Request
    position: int
    charge: "Charge"


class Charge(NamedTuple):
    """What a request costs its actor: as an answer's extensions and headers tell it."""

    cost: int
    extensions: dict[str, Any]
    headers: dict[str, str]


@dataclass(frozen=True)
class Desk:
    """What every request needs."""

    settings: Settings
    services: Services
    tokens: Tokens
    engine: Engine
    connections: Connections
    budget: Budget
    # After a restart thousands come at once: they queue here, not for connections (P16).
    arrivals: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_ARRIVING))

    @asynccontextmanager
    async def context(self, credential: Credential, request_id: str) -> AsyncIterator[Context]:
        """Yield the context of one operation; BadToken for access that has ended."""
        async with self.services.database.reader() as reader:
            viewer = await self.viewer(credential, reader)
            yield Context(self.services, viewer, reader, request_id)

    async def viewer(self, credential: Credential, reader: Reader) -> Viewer:
        """Return who a token names; BadToken for access that has ended."""
        viewer = await reader.run(vocabulary.load_viewer, credential)
        if viewer is None:
            raise BadToken
        return viewer

    async def price(self, credential: Credential, asked: Asked) -> int:
        """Return what a request costs; Rejected for a document that cannot run.

        Finding that out costs its actor something, too: RateLimited if too little is left.
        """
        try:
            return self.engine.cost(asked)
        except Rejected:
            async with self.services.database.reader() as reader:
                viewer = await self.viewer(credential, reader)
            await self.charge(viewer, _COST_OF_REFUSAL)
            raise

    async def charge(self, viewer: Viewer, cost: int) -> Charge:
        """Take a cost off the budget of who is signed in; RateLimited if too little is left."""
        spent = await self.budget.spend(viewer.user_id, cost)
        limits = self.settings
        return Charge(cost, told(cost, limits.max_cost, limits.max_cost_per_minute), headers(spent))

    async def listen(
        self, credential: Credential, request_id: str, asked: Asked, after: str | None = None
    ) -> Live:
        """Return what a subscription listens to, from the cursor `after` if there is one.

        Raises Rejected, BadToken, or what the arguments are refused with.
        """
        cost = await self.price(credential, asked)
        async with self.arrivals, self.context(credential, request_id) as context:
            charge = await self.charge(context.viewer, cost)
            position = await context.reader.run(vocabulary.head, context.viewer.practice_id)
            source, operation = await self.engine.listen(asked, context)
            viewer = context.viewer
        request = Request(view=source.view, operation=operation, after=after or source.after)
        return Live(viewer, request, position, charge)

    @contextmanager
    def access(self, viewer: Viewer, position: int, end: Callable[[], None]) -> Iterator[None]:
        """Call `end` when access that was good as of `position` is revoked or expires (P7)."""
        loop = asyncio.get_running_loop()
        expires_at = viewer.credential.expires_at
        left = (expires_at - datetime.now(UTC)).total_seconds() if expires_at else None
        timer = loop.call_later(max(0.0, left), end) if left is not None else None
        try:
            with self.services.relay.session(viewer, position, end):
                yield
        finally:
            if timer is not None:
                timer.cancel()

"""Signing in: from a token to a viewer with the rights of now, the same for HTTP and WebSocket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.settings import Settings
from app.tokens import BadToken, Bearer, Tokens
from models.database import Reader
from permissions.viewer import Viewer
from resolvers import vocabulary
from schema.context import Context, Services
from schema.execution import Engine


@dataclass(frozen=True)
class Desk:
    """What every request needs."""

    settings: Settings
    services: Services
    tokens: Tokens
    engine: Engine

    @asynccontextmanager
    async def context(self, bearer: Bearer, request_id: str) -> AsyncIterator[Context]:
        """Yield the context of one operation; BadToken for a user who is not active."""
        async with self.services.database.reader() as reader:
            viewer = await self.viewer(bearer, reader)
            yield Context(self.services, viewer, reader, request_id)

    async def viewer(self, bearer: Bearer, reader: Reader) -> Viewer:
        """Return who a token names; BadToken for a user who is not active."""
        viewer = await reader.run(vocabulary.load_viewer, bearer.user_id)
        if viewer is None:
            raise BadToken
        return viewer

"""A practice full of records below the API, and a med spa with people in it above."""

from collections.abc import AsyncIterator

import pytest

from tests.resolvers.world import World, open_world
from tests.scenarios.spa import Spa, open_spa
from tests.server import Server


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with open_world(database_url, contacts=3) as made:
        yield made


@pytest.fixture
async def spa(server: Server) -> AsyncIterator[Spa]:
    async with open_spa(server, different_owners=True) as made:
        yield made

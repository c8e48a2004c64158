"""A practice full of records on either database."""

from collections.abc import AsyncIterator

import pytest

from tests.resolvers.world import World, open_world


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with open_world(database_url) as made:
        yield made

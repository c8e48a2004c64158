"""The two med spas: `coupled` as practices start, `decoupled` with different owners allowed."""

from collections.abc import AsyncIterator

import pytest

from tests.scenarios.spa import Spa, open_spa
from tests.server import Server


@pytest.fixture
async def coupled(server: Server) -> AsyncIterator[Spa]:
    async with open_spa(server, different_owners=False) as spa:
        yield spa


@pytest.fixture
async def decoupled(server: Server) -> AsyncIterator[Spa]:
    async with open_spa(server, different_owners=True) as spa:
        yield spa

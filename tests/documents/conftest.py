"""A med spa on a fresh server."""

from collections.abc import AsyncIterator

import pytest

from tests.scenarios.spa import Spa, open_spa
from tests.server import Server


@pytest.fixture
async def spa(server: Server) -> AsyncIterator[Spa]:
    """A med spa where a contact and its card may have different owners."""
    async with open_spa(server, different_owners=True) as opened:
        yield opened

"""A med spa with different owners: Ben sees Grace, Cleo sees Henry, Dan sees everybody."""

from collections.abc import AsyncIterator

import pytest

from tests.agreements.asking import Office, opened
from tests.server import Server


@pytest.fixture
async def office(server: Server) -> AsyncIterator[Office]:
    async with opened(server) as office:
        yield office

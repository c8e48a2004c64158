"""A med spa with different owners: Ben sees Grace, Cleo sees Henry, Dan sees everybody."""

from collections.abc import AsyncIterator

import pytest

from app.keeping import sweeper
from tests.agreements.asking import Office, opened
from tests.server import Server


@pytest.fixture(autouse=True)
def no_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no server sweep by itself: some tests put the clock forward and look what is there."""
    monkeypatch.setattr(sweeper, "_FIRST_SECONDS", (3600.0, 3600.0))


@pytest.fixture
async def office(server: Server) -> AsyncIterator[Office]:
    async with opened(server) as office:
        yield office

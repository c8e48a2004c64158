"""Med spas whose files are in a folder, or in S3."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import pytest

from tests.s3 import running_s3, s3_url
from tests.scenarios.spa import Spa, open_spa
from tests.server import running_server

STORES = ("folder", "s3")


@pytest.fixture(scope="session")
def s3_port() -> Iterator[int]:
    """The port of one S3 server for the whole run."""
    with running_s3() as port:
        yield port


@pytest.fixture(params=("folder",))
def files_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where files are; tests of the main paths ask for both kinds."""
    if request.param == "folder":
        return (tmp_path / "files").as_uri()
    return s3_url(request.getfixturevalue("s3_port"), f"of/{uuid4().hex}")


class OpenSpa(Protocol):
    """Opens a med spa with these settings."""

    def __call__(self, **settings: Any) -> AbstractAsyncContextManager[Spa]: ...


@pytest.fixture
def spa_with(database_url: str, files_url: str) -> OpenSpa:
    """What opens a med spa whose server has other settings than usual."""

    @asynccontextmanager
    async def opened(**settings: Any) -> AsyncIterator[Spa]:
        chosen = {"files_url": files_url, "receive_seconds": 5, **settings}
        async with (
            running_server(database_url, **chosen) as server,
            open_spa(server, different_owners=True) as spa,
        ):
            yield spa

    return opened


@pytest.fixture
async def spa(spa_with: OpenSpa) -> AsyncIterator[Spa]:
    """A med spa."""
    async with spa_with() as opened:
        yield opened

"""A server that many requests share: none of them changes it or stays connected."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.http.edge import Edge
from tests.local import local_client
from tests.scenarios.spa import Spa, open_spa
from tests.server import Server, running_server


@pytest_asyncio.fixture(scope="module")
async def edge(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Edge]:
    """A server on SQLite for the whole module, and its admin."""
    path = tmp_path_factory.mktemp("edge") / "practice.db"
    shutil.copyfile(sqlite_template, path)
    async with running_server(f"sqlite+aiosqlite:///{path}") as server:
        token = await server.practice("alpha")
        async with local_client(timeout=20) as http:
            yield Edge(server, http, token)


@pytest.fixture
async def spa(server: Server) -> AsyncIterator[Spa]:
    """A med spa where a contact and its card may have different owners."""
    async with open_spa(server, different_owners=True) as opened:
        yield opened

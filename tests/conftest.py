"""Real servers for tests: both databases, a fresh one for each test."""

import asyncio
import gc
import shutil
from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from pathlib import Path

import pytest
import pytest_asyncio
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from uuid_utils import uuid4

from app.migrating import migrate
from models.database import Database
from schema.reading import read
from tests.postgres import Postgres, running_postgres
from tests.server import Server, running_server

DATABASES = ("sqlite", "postgresql")
# A line a request would bury what a failed test has to tell.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("info"))


def pytest_collection_finish() -> None:
    """Do not look for garbage among the modules and tests, again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def documents_are_read_once() -> Iterator[None]:
    """Parse and validate each document once, and not again for every server of a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("schema.execution.read", lru_cache(maxsize=2000)(read))
        yield


async def migrated(url: str) -> None:
    """Bring a new database to the newest schema."""
    database = Database(url)
    await migrate(database)
    await database.close()


async def administer(postgres: Postgres, statement: str) -> None:
    """Run a statement that cannot be in a transaction."""
    engine = create_async_engine(postgres.url("postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL server for the whole run."""
    with running_postgres() as server:
        yield server


@pytest_asyncio.fixture(scope="session")
async def postgres_template(postgres: Postgres) -> str:
    """A migrated database that others are copied from."""
    await administer(postgres, "CREATE DATABASE template_practice")
    await migrated(postgres.url("template_practice"))
    return "template_practice"


@pytest_asyncio.fixture(scope="session")
async def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that others are copied from."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    await migrated(f"sqlite+aiosqlite:///{path}")
    return path


@pytest_asyncio.fixture(params=DATABASES)
async def database_url(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    sqlite_template: Path,
    postgres: Postgres,
    postgres_template: str,
) -> AsyncIterator[str]:
    """The address of a fresh, migrated database; each test runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "practice.db"
        shutil.copyfile(sqlite_template, path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    name = f"test_{uuid4().hex}"
    await administer(postgres, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield postgres.url(name)
    await administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture
async def server(database_url: str) -> AsyncIterator[Server]:
    """A running server on a fresh database."""
    async with running_server(database_url) as running:
        yield running


@pytest_asyncio.fixture(autouse=True)
async def no_task_is_left() -> AsyncIterator[None]:
    """Fail a test that leaves something running: it would disturb the next one."""
    before = asyncio.all_tasks()
    yield
    left = set[asyncio.Task[object]]()
    for _ in range(50):
        left = {one for one in asyncio.all_tasks() - before if one is not asyncio.current_task()}
        if not left:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"still running: {[task.get_name() for task in left]}")

"""A store of each kind, empty for each test; and one press for who only looks at its answers."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from files.press.press import Press
from files.store import FileStore, open_store
from tests.s3 import running_s3, s3_url

KINDS = ("local", "s3")


@pytest.fixture(scope="session")
def s3_port() -> Iterator[int]:
    """The port of one S3 server for the whole run."""
    with running_s3() as port:
        yield port


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for files that is not there yet; the umask is put back in the end."""
    before = os.umask(0o022)
    yield tmp_path / "data" / "files"
    os.umask(before)


@pytest.fixture
def local(folder: Path) -> FileStore:
    """A store in a folder."""
    return open_store(folder.as_uri())


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest) -> FileStore:
    """An empty store; each test runs on both kinds."""
    if request.param == "local":
        found: FileStore = request.getfixturevalue("local")
        return found
    return open_store(s3_url(request.getfixturevalue("s3_port"), f"of/{uuid4().hex}"))


@pytest_asyncio.fixture(scope="session")
async def press() -> AsyncIterator[Press]:
    """A press that stays warm from test to test."""
    running = Press()
    yield running
    await running.close()

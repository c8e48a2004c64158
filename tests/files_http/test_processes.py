"""A server as a real process: constant memory, and a disk that is full."""

import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tests.files_http.files import (
    CONSENT,
    TUS,
    Left,
    address,
    created,
    left,
    noise,
    put,
    refusal,
    sound,
    ticket,
)
from tests.files_http.tus import begun, sent
from tests.observability.process import SECRET, Process, serving
from tests.scenarios.spa import Spa, open_spa
from tests.server import Server, running_server

MIB = 2**20
SIZE = 256 * MIB


@asynccontextmanager
async def outside(
    tmp_path: Path, database_url: str, files_url: str
) -> AsyncIterator[tuple[Spa, Process]]:
    """Yield a med spa whose requests go to a process of its own."""
    variables = {"FILES_URL": files_url, "MAX_UPLOAD_BYTES": str(SIZE)}
    async with running_server(
        database_url, secret=SECRET.encode(), files_url=files_url, max_upload_bytes=SIZE
    ) as here:
        with serving(tmp_path, database_url, **variables) as process:
            port = urlsplit(process.http).port
            assert port
            async with open_spa(Server(port, here.desk), different_owners=True) as spa:
                yield spa, process


def _peak(pid: int) -> int:
    """Return the most memory that a process had since it was asked to begin anew."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError


def _begin_anew(pid: int) -> int:
    """Forget the most memory a process had; return what it has."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
    had: int = psutil.Process(pid).memory_info().rss
    return had


def chunks(content: bytes, times: int) -> Iterator[bytes]:
    for _ in range(times):
        yield content


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_large_file_needs_little_memory(
    tmp_path: Path, database_url: str, files_url: str
) -> None:
    async def body(size: int) -> AsyncIterator[bytes]:
        for each in chunks(part, size // MIB):
            yield each

    part = noise(MIB)
    async with outside(tmp_path, database_url, files_url) as (spa, process):
        contact, pid = await spa.contact(), process.running.pid
        grown = [0, 0]
        for size in (12 * MIB, SIZE):
            asked = await sound(spa.ada, contact, size)
            had = _begin_anew(pid)
            assert (await put(spa.ada, asked["url"], body(size))).status_code == 201
            shown = (await created(spa.ada, contact, asked["id"]))["document"]
            received = _peak(pid) - had
            had, got = _begin_anew(pid), 0
            url = address(spa.ada, shown["downloadUrl"])
            async with spa.http.stream("GET", url) as answer:
                async for each in answer.aiter_raw(MIB):
                    got += len(each)
            assert got == size
            grown = [received, _peak(pid) - had]
        assert max(grown) < SIZE // 10, grown


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_on_a_full_disk_nothing_is_half_stored(
    tmp_path: Path, database_url: str, files_url: str
) -> None:
    async with outside(tmp_path, database_url, files_url) as (spa, process):
        contact = await spa.contact()
        whole, parts = [await sound(spa.ada, contact, 6 * MIB) for _ in range(2)]
        small = await ticket(spa.ada, contact, len(CONSENT))
        where = await begun(spa.ada, parts, 6 * MIB)
        pid, content = process.running.pid, noise(6 * MIB)
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (MIB, most))
        assert refusal(await put(spa.ada, whole["url"], content)) == (507, "STORAGE_FULL")
        assert refusal(await sent(spa.ada, where, 0, content)) == (507, "STORAGE_FULL")
        assert await left(spa.server) == Left(uploads=1)
        found = await spa.ada.http.head(address(spa.ada, where), headers=TUS)
        assert found.status_code == 404
        assert not list((tmp_path / "files").rglob("*#*"))
        assert (await put(spa.ada, small["url"], CONSENT)).status_code == 201
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
        asked = await sound(spa.ada, contact, 6 * MIB)
        assert (await put(spa.ada, asked["url"], content)).status_code == 201

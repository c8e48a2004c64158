"""What goes wrong is told by kind, in time, and without addresses, keys and credentials."""

import asyncio
import subprocess
import sys
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from files.segments import Segment, new_key
from files.storage_errors import Missing, StorageAway, StorageError, StorageFull
from files.store import FileStore, open_store
from tests.processes import free_port
from tests.s3 import CREDENTIALS, s3_url

DEADLINE_SECONDS = 20
# Python ignores SIGXFSZ, so a write beyond the limit fails with EFBIG.
FILLING = """
import asyncio, resource, sys
from files.segments import new_key
from files.storage_errors import StorageFull
from files.store import open_store

async def main() -> None:
    store, key = open_store(sys.argv[1]), new_key()
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    await store.put_segment(key, 0, bytes(100_000))
    try:
        await store.put_segment(key, 100_000, bytes(100_001))
    except StorageFull as full:
        print(full, len(await store.segments(key)))
    await store.remove(key)

asyncio.run(main())
"""


async def answer_one(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: bytes
) -> None:
    """Read a request and give the answer; none if it is empty, until the client gives up."""
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        head = await reader.readuntil(b"\r\n\r\n")
        size = next((line for line in head.split(b"\r\n") if line.startswith(b"content-l")), b":0")
        await reader.readexactly(int(size.partition(b":")[2]))
        writer.write(answer)
        if not answer:
            await reader.read()
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[int]:
    """Run a server that gives one answer to all; yield its port."""
    clients = list[asyncio.StreamWriter]()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        clients.append(writer)
        await answer_one(reader, writer, answer)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
    for writer in clients:  # a client may keep a connection without a request
        writer.close()


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def http_answer(status: str, code: str) -> bytes:
    body = f"<Error><Code>{code}</Code></Error>"
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return f"{head}{body}".encode()


async def failure(store: FileStore, key: str) -> StorageError:
    """Return how putting a segment fails, its whole trace free of what is private."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        with pytest.raises(StorageError) as failed:
            await store.put_segment(key, 0, b"abc")
    assert failed.value.__context__ is None or failed.value.__suppress_context__
    text = "".join(traceback.format_exception_only(failed.value))
    for private in (key, "127.0.0.1", *CREDENTIALS.values()):
        assert private not in text
    return failed.value


async def test_a_full_disk_is_told_and_leaves_whole_segments(folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FILLING, folder.as_uri(), stdout=subprocess.PIPE
    )
    async with asyncio.timeout(DEADLINE_SECONDS):
        printed, _ = await process.communicate()
    assert printed == b"The storage is full. 1\n"
    assert process.returncode == 0
    assert files_in(folder) == []


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        ("507 Insufficient Storage", "InsufficientStorage", StorageFull),
        ("507 Insufficient Storage", "XMinioStorageFull", StorageFull),
        ("403 Forbidden", "QuotaExceeded", StorageFull),
        ("400 Bad Request", "XMinioAdminBucketQuotaExceeded", StorageFull),
        ("403 Forbidden", "AccessDenied", StorageAway),
        ("404 Not Found", "NoSuchBucket", StorageAway),
        ("500 Internal Server Error", "InternalError", StorageAway),
        ("503 Service Unavailable", "SlowDown", StorageAway),
    ],
)
async def test_what_a_bucket_refuses_is_told_by_kind(
    s3_port: int, status: str, code: str, kind: type[StorageError]
) -> None:
    async with answering(http_answer(status, code)) as port:
        assert type(await failure(open_store(s3_url(port)), new_key())) is kind


async def test_an_endpoint_that_refuses_connections_is_away(s3_port: int) -> None:
    began = time.monotonic()
    error = await failure(open_store(s3_url(free_port()), 2.0), new_key())
    assert type(error) is StorageAway
    assert time.monotonic() - began < 2.5


async def test_an_endpoint_that_never_answers_is_away_in_time(s3_port: int) -> None:
    async with answering(b"") as port:
        store, key = open_store(s3_url(port), 0.5), new_key()
        began = time.monotonic()
        assert type(await failure(store, key)) is StorageAway
        with pytest.raises(StorageAway):
            await store.segments(key)
        with pytest.raises(StorageAway):
            await anext(store.read(key, [Segment(0, 1)], 0, 1))
        assert 1.4 < time.monotonic() - began < 2.5


async def test_a_bucket_that_is_gone_loses_no_file(s3_port: int) -> None:
    store = open_store(s3_url(s3_port).replace("//files", "//another"))
    with pytest.raises(StorageAway):
        await anext(store.read(new_key(), [Segment(0, 1)], 0, 1))


async def test_a_folder_in_the_way_is_away(local: FileStore, folder: Path) -> None:
    key = new_key()
    (folder / key[:2]).write_bytes(b"no folder")
    assert type(await failure(local, key)) is StorageAway


async def test_syncing_what_is_gone_is_missing(local: FileStore) -> None:
    with pytest.raises(Missing):
        await local.sync(new_key(), [Segment(0, 1)])

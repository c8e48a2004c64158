"""Segments are put once, listed without gaps, copied and removed, in a folder and in S3 alike."""

import asyncio
import os
from pathlib import Path

import pytest

from files.segments import SEGMENT_BYTES, Segment, new_key
from files.storage_errors import AlreadyThere
from files.store import FileStore
from tests.files.transfer import MIB, PATIENCE_SECONDS, put_all, read_all


async def test_a_segment_is_put_once(store: FileStore) -> None:
    key = new_key()
    await store.put_segment(key, 0, b"first")
    with pytest.raises(AlreadyThere) as refused:
        await store.put_segment(key, 0, b"other")
    assert key not in str(refused.value)
    assert await read_all(store, key, 0, 5) == b"first"


async def test_of_uploads_at_once_one_puts_the_segment(local: FileStore) -> None:
    """S3 promises the same; its server of these tests looks and puts in two steps."""
    key = new_key()
    async with asyncio.timeout(PATIENCE_SECONDS):
        ends = await asyncio.gather(
            *(local.put_segment(key, 0, bytes([n]) * 5) for n in range(8)), return_exceptions=True
        )
    (winner,) = (n for n, end in enumerate(ends) if end is None)
    assert sum(isinstance(end, AlreadyThere) for end in ends) == 7
    assert await read_all(local, key, 0, 5) == bytes([winner]) * 5


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
async def test_any_buffer_is_put(store: FileStore, kind: type[bytes]) -> None:
    key = new_key()
    await store.put_segment(key, 0, kind(b"some bytes"))
    assert await read_all(store, key, 0, 10) == b"some bytes"


@pytest.mark.parametrize(("start", "size"), [(0, 0), (0, SEGMENT_BYTES + 1), (-1, 1)])
async def test_what_is_no_segment_is_refused(store: FileStore, start: int, size: int) -> None:
    with pytest.raises(ValueError, match=f"a segment has 1 to {SEGMENT_BYTES} bytes"):
        await store.put_segment(new_key(), start, bytes(size))


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "A" * 32, "0" * 31, "0" * 32 + "\n"])
async def test_what_is_no_key_reaches_no_file(store: FileStore, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        await store.put_segment(key, 0, b"x")
    with pytest.raises(ValueError, match="not a key"):
        await store.remove(key)


async def test_a_gap_ends_the_listing(store: FileStore) -> None:
    key = new_key()
    for start, data in ((0, b"abc"), (3, b"de"), (6, b"after the gap")):
        await store.put_segment(key, start, data)
    assert await store.segments(key) == [Segment(0, 3), Segment(3, 2)]
    assert await store.segments(new_key()) == []


async def test_previews_are_beside_the_segments(store: FileStore) -> None:
    key = new_key()
    await store.put_preview(key, 1, b"first page")
    await store.put_preview(key, 1, b"first page, again")
    assert await store.get_preview(key, 1) == b"first page, again"
    assert await store.get_preview(key, 2) is None
    assert await store.segments(key) == []


async def test_remove_leaves_nothing_of_this_file_only(store: FileStore) -> None:
    key, other = new_key(), new_key()
    for one in (key, other):
        await store.put_segment(one, 0, b"abc")
        await store.put_preview(one, 0, b"page")
    for _ in range(2):
        await store.remove(key)
        assert await store.segments(key) == []
        assert await store.get_preview(key, 0) is None
    assert await read_all(store, other, 0, 3) == b"abc"


async def test_a_put_that_is_cancelled_leaves_a_whole_segment_or_none(store: FileStore) -> None:
    key = new_key()
    data = os.urandom(SEGMENT_BYTES)
    putting = asyncio.create_task(store.put_segment(key, 0, data))
    await asyncio.sleep(0.001)
    putting.cancel()
    await asyncio.wait([putting], timeout=PATIENCE_SECONDS)
    await asyncio.sleep(0.2)
    if segments := await store.segments(key):
        assert segments == [Segment(0, SEGMENT_BYTES)]
        assert await read_all(store, key, 0, SEGMENT_BYTES) == data
    await store.remove(key)


async def test_segments_are_copied_to_private_files(store: FileStore, tmp_path: Path) -> None:
    key = new_key()
    data = os.urandom(2 * MIB + 7)
    await put_all(store, key, data, [MIB + 3])
    before = os.umask(0)
    paths = await store.download(key, await store.segments(key), tmp_path)
    os.umask(before)
    assert b"".join(path.read_bytes() for path in paths) == data
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}


async def test_what_is_kept_stays_when_it_is_synced(store: FileStore) -> None:
    key = new_key()
    await store.put_segment(key, 0, b"abc")
    await store.sync(key, await store.segments(key))
    assert await read_all(store, key, 0, 3) == b"abc"

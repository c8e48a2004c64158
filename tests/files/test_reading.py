"""Any range of a file is read, in little memory, or it is told that bytes are gone."""

import asyncio
import gc
import os
from contextlib import aclosing

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from files.segments import SEGMENT_BYTES, Segment, new_key
from files.storage_errors import Missing
from files.store import FileStore
from tests.files.transfer import MIB, PATIENCE_SECONDS, put_all, read_all


@given(data=st.binary(min_size=1, max_size=400), picks=st.data())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_any_split_reads_back_any_range(
    store: FileStore, data: bytes, picks: st.DataObject
) -> None:
    inner = st.integers(1, max(1, len(data) - 1))
    cuts = sorted(picks.draw(st.sets(inner, max_size=3))) if len(data) > 1 else []
    start = picks.draw(st.integers(0, len(data)))
    length = picks.draw(st.integers(0, len(data) - start))
    key = new_key()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await put_all(store, key, data, cuts)
        assert await read_all(store, key, start, length) == data[start : start + length]
        assert await read_all(store, key, 0, len(data)) == data
        ends = (*cuts, len(data))
        starts = (0, *cuts)
        expected = [Segment(a, b - a) for a, b in zip(starts, ends, strict=True)]
        assert await store.segments(key) == expected


@pytest.mark.parametrize(
    ("start", "length"),
    [
        (0, 1),
        (SEGMENT_BYTES - 1, 1),
        (SEGMENT_BYTES - 1, 2),
        (SEGMENT_BYTES, 1),
        (MIB - 1, 2),
        (SEGMENT_BYTES + 4, 1),
        (3, SEGMENT_BYTES),
        (0, SEGMENT_BYTES + 5),
        (SEGMENT_BYTES + 5, 0),
    ],
)
async def test_ranges_at_the_borders_of_segments_and_pieces(
    store: FileStore, start: int, length: int
) -> None:
    data = os.urandom(SEGMENT_BYTES + 5)
    key = new_key()
    await put_all(store, key, data, [SEGMENT_BYTES])
    assert await read_all(store, key, start, length) == data[start : start + length]


@pytest.mark.parametrize(("start", "length"), [(0, 4), (3, 1), (-1, 1), (0, -1), (4, 1)])
async def test_no_range_beyond_the_file_is_read(store: FileStore, start: int, length: int) -> None:
    key = new_key()
    await store.put_segment(key, 0, b"abc")
    with pytest.raises(ValueError, match="range is not within the file"):
        await read_all(store, key, start, length)


async def test_bytes_that_are_gone_are_missing(store: FileStore) -> None:
    key = new_key()
    await store.put_segment(key, 0, b"abc")
    with pytest.raises(Missing, match="shorter"):
        await anext(store.read(key, [Segment(0, 4)], 0, 4))
    segments = await store.segments(key)
    await store.remove(key)
    with pytest.raises(Missing) as missing:
        await anext(store.read(key, segments, 0, 3))
    assert key not in str(missing.value)


async def test_a_reader_that_stops_early_leaves_nothing_running(store: FileStore) -> None:
    key = new_key()
    data = os.urandom(SEGMENT_BYTES)
    await store.put_segment(key, 0, data)
    pieces = store.read(key, [Segment(0, len(data))], 0, len(data))
    async with asyncio.timeout(PATIENCE_SECONDS), aclosing(pieces):
        async for piece in pieces:
            assert piece == data[:MIB]
            break


async def test_what_was_read_ahead_in_vain_is_nobodys_concern(store: FileStore) -> None:
    key = new_key()
    await store.put_segment(key, 0, bytes(MIB))
    loop, told = asyncio.get_running_loop(), list[str]()
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: told.append(context["message"]))
    pieces = store.read(key, [Segment(0, MIB), Segment(MIB, MIB)], 0, 2 * MIB)
    async with asyncio.timeout(PATIENCE_SECONDS), aclosing(pieces):
        assert await anext(pieces) == bytes(MIB)
        await asyncio.sleep(0.2)  # the second segment is not there
    gc.collect()
    await asyncio.sleep(0)
    loop.set_exception_handler(before)
    assert told == []


async def most_memory(store: FileStore, size: int) -> int:
    """Put and read a file of so many bytes; return the most bytes in memory while reading."""
    key = new_key()
    for start in range(0, size, SEGMENT_BYTES):
        await store.put_segment(key, start, bytes(SEGMENT_BYTES))
    segments = await store.segments(key)
    gc.collect()
    process = psutil.Process()
    got = most = 0
    async for piece in store.read(key, segments, 0, size):
        got += len(piece)
        most = max(most, process.memory_info().rss)
    assert got == size
    return most


async def test_memory_does_not_grow_with_the_file(local: FileStore) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        few = await most_memory(local, 16 * MIB)
        assert await most_memory(local, 256 * MIB) - few < 16 * MIB

"""Small files, such as agreements: stored and read as a whole."""

from collections.abc import Sequence
from contextlib import aclosing

from files.segments import SEGMENT_BYTES, segments_of
from files.storage_errors import AlreadyThere
from files.store import FileStore


async def put_whole(store: FileStore, key: str, content: bytes) -> list[int]:
    """Store a new file so that it survives a power cut; return the sizes of its segments."""
    sizes = [
        min(SEGMENT_BYTES, len(content) - start) for start in range(0, len(content), SEGMENT_BYTES)
    ]
    wanted = segments_of(sizes)
    for one in wanted:
        try:
            await store.put_segment(key, one.start, content[one.start : one.start + one.size])
        except AlreadyThere:  # the storage took it, and its answer was lost
            if one not in await store.segments(key):
                raise
    await store.sync(key, wanted)
    return sizes


async def read_whole(store: FileStore, key: str, sizes: Sequence[int]) -> bytes:
    """Return all bytes of a file."""
    async with aclosing(store.read(key, segments_of(sizes), 0, sum(sizes))) as pieces:
        return b"".join([piece async for piece in pieces])

"""Whole files to and from a store."""

import asyncio
from itertools import pairwise

from files.store import FileStore

PATIENCE_SECONDS = 20
MIB = 1024 * 1024


async def put_all(store: FileStore, key: str, data: bytes, cuts: list[int]) -> None:
    """Put data as segments that end at the cuts."""
    for start, end in pairwise((0, *cuts, len(data))):
        await store.put_segment(key, start, data[start:end])


async def read_all(store: FileStore, key: str, start: int, length: int) -> bytes:
    segments = await store.segments(key)
    async with asyncio.timeout(PATIENCE_SECONDS):
        return b"".join([piece async for piece in store.read(key, segments, start, length)])

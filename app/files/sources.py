"""Stored files as the press opens them: by paths on this machine."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from files.copies import CopyFolder
from files.segments import Segment
from files.store import FileStore


@asynccontextmanager
async def on_disk(
    store: FileStore, key: str, segments: Sequence[Segment]
) -> AsyncIterator[Sequence[Path]]:
    """Yield the paths of a file's segments; those of S3 are copied here for that time."""
    paths = store.local_paths(key, segments)
    if paths is not None:
        yield paths
        return
    folder = CopyFolder()
    try:
        yield await store.download(key, segments, folder.path)
    finally:
        await asyncio.to_thread(folder.remove)

"""Where the bytes of files are: in a local folder, or in S3.

A stored file has a random key and consists of segments, each put whole and at once. So memory is
constant, a crash leaves whole segments only, and an upload goes on where the listing ends.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal, TypeVar

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError

from files import local
from files.backends import Backend, open_backend
from files.segments import (
    SEGMENT_BYTES,
    Piece,
    Segment,
    contiguous,
    folder_of,
    pieces,
    preview_path,
    segment_path,
)
from files.storage_errors import AlreadyThere, Missing, StorageAway, StorageError, told

Data = bytes | bytearray | memoryview
T = TypeVar("T")
_AHEAD = 2  # pieces in memory beside the one that is consumed
_AT_ONCE = 64  # files that are deleted at once: some disks need milliseconds for each
_LIST_CHUNK = 1000


class FileStore:
    """Keeps files; no single request to the storage takes longer than `patience_seconds`.

    Every method may raise StorageAway, and StorageFull where it writes.
    """

    def __init__(self, backend: Backend, patience_seconds: float) -> None:
        """Keep files in an opened backend."""
        self._objects = backend.objects
        self._root = backend.root
        self._patience = patience_seconds

    async def put_segment(self, key: str, start: int, data: Data) -> None:
        """Put 1 to SEGMENT_BYTES bytes at an offset; AlreadyThere if a segment starts there.

        That may be this very segment, where S3 took it and its answer was lost: list to know.
        `data` is not copied: it must not change afterwards, not even if this is cancelled.
        """
        if start < 0 or not 0 < len(data) <= SEGMENT_BYTES:
            raise ValueError(f"a segment has 1 to {SEGMENT_BYTES} bytes")
        path = segment_path(key, start)
        try:
            await self._put(path, data, "create")
        except AlreadyThere:
            if not await self._is_empty(path):
                raise
            await self._put(path, data, "overwrite")

    async def segments(self, key: str) -> list[Segment]:
        """Return the segments of a file in order, from byte 0 up to the first gap."""
        return contiguous(await self._listed(key))

    async def read(
        self, key: str, segments: Sequence[Segment], start: int, length: int
    ) -> AsyncGenerator[memoryview, None]:
        """Yield a range of a file in pieces of at most 1 MiB; Missing if bytes are gone.

        The next pieces are read while one is consumed, so close it (`aclosing`) where you stop
        early. ValueError if the range is not in the file.
        """
        wanted = deque(pieces(segments, start, length))
        ahead = deque[tuple[Piece, asyncio.Future[obstore.Bytes]]]()
        try:
            while wanted or ahead:
                while wanted and len(ahead) < _AHEAD:
                    piece = wanted.popleft()
                    ahead.append((piece, self._begin(key, piece)))
                piece, reading = ahead.popleft()
                yield _whole(piece, await self._settled(reading))
        finally:
            for _, reading in ahead:
                _forget(reading)

    async def put_preview(self, key: str, number: int, png: bytes) -> None:
        """Keep the preview of a page; one that is there is replaced."""
        await self._put(preview_path(key, number), png, "overwrite")

    async def get_preview(self, key: str, number: int) -> bytes | None:
        """Return the preview of a page; None if there is none."""
        with suppress(Missing):
            return bytes(await self._settled(self._got(preview_path(key, number))))
        return None

    async def remove(self, key: str) -> None:
        """Delete all there is of a file; silent if there is nothing."""
        if self._root is not None:
            folder = self._root / folder_of(key)
            while await self._settled(asyncio.to_thread(local.remove_some, folder, _AT_ONCE)):
                pass
        elif paths := [path for path, _ in await self._listed(key)]:
            await self._settled(obstore.delete_async(self._objects, paths))

    def local_paths(self, key: str, segments: Sequence[Segment]) -> list[Path] | None:
        """Return the paths of segments; None if they are not on this machine."""
        if self._root is None:
            return None
        return [self._root / segment_path(key, segment.start) for segment in segments]

    async def download(self, key: str, segments: Sequence[Segment], folder: Path) -> list[Path]:
        """Copy segments to new private files in a folder and return their paths."""
        return [await self._copied(key, segment, folder) for segment in segments]

    async def sync(self, key: str, segments: Sequence[Segment]) -> None:
        """Let segments survive a power cut: S3 did that already, a folder is told to."""
        if self._root is None:
            return
        folder = self._root / folder_of(key)
        files = self.local_paths(key, segments) or []
        for path in (*files, folder, folder.parent, self._root):
            await self._settled(asyncio.to_thread(local.sync, path))

    async def _put(self, path: str, data: Data, mode: Literal["create", "overwrite"]) -> None:
        put = obstore.put_async(self._objects, path, data, mode=mode, use_multipart=False)
        try:
            await self._settled(put)
        except Missing:
            raise StorageAway("The file was removed at this moment.") from None

    async def _is_empty(self, path: str) -> bool:
        """Return whether an object has no bytes: what a power cut may leave of a segment."""
        with suppress(Missing):
            return not (await self._settled(obstore.head_async(self._objects, path)))["size"]
        return False

    async def _listed(self, key: str) -> list[tuple[str, int]]:
        """Return the paths and sizes of all objects of a file."""
        stream = obstore.list(self._objects, folder_of(key), chunk_size=_LIST_CHUNK)
        return [(one["path"], one["size"]) for one in await self._settled(stream.collect_async())]

    async def _got(self, path: str) -> obstore.Bytes:
        return await (await obstore.get_async(self._objects, path)).bytes_async()

    def _begin(self, key: str, piece: Piece) -> "asyncio.Future[obstore.Bytes]":
        """Begin to read a piece."""
        path = segment_path(key, piece.segment)
        return asyncio.ensure_future(
            obstore.get_range_async(self._objects, path, start=piece.offset, length=piece.size)
        )

    async def _copied(self, key: str, segment: Segment, folder: Path) -> Path:
        parts = [part async for part in self.read(key, [segment], segment.start, segment.size)]
        path = folder / f"{segment.start:016}"
        return await self._settled(asyncio.to_thread(local.write_private, path, parts))

    async def _settled(self, asked: Awaitable[T]) -> T:
        """Return what the storage answers in time, else raise what went wrong.

        Raised outside of the handler: the library's error names addresses and must not follow.
        """
        failed: StorageError
        try:
            async with asyncio.timeout(self._patience):
                return await asked
        except AlreadyExistsError:
            failed = AlreadyThere("There is a segment at this offset.")
        except (BaseError, OSError) as error:
            failed = told(error)
        raise failed


def open_store(url: str, patience_seconds: float = 10.0) -> FileStore:
    """Open the storage that `url` names: a folder (file://), or a bucket (s3://).

    ValueError for another address, StorageAway if the folder cannot be made.
    """
    return FileStore(open_backend(url, patience_seconds), patience_seconds)


def _whole(piece: Piece, data: obstore.Bytes) -> memoryview:
    """Return the bytes of a piece; Missing if they are not all of it."""
    if len(data) != piece.size:
        raise Missing("The stored file is shorter than it was.")
    return memoryview(data)


def _forget(reading: "asyncio.Future[obstore.Bytes]") -> None:
    """End what nobody waits for; what went wrong with it is nobody's concern."""
    if not reading.cancel() and not reading.cancelled():
        reading.exception()

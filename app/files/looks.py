"""What is learned of a file from its bytes: its digest, and whether it is what it says."""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import aclosing

from files.formats import FileFormat, format_of_media_type
from files.segments import Segment
from files.sniff import Sniffer
from files.store import FileStore
from models.stored_file import StoredFile

_SLICE_BYTES = 256 * 1024  # a text is decoded in so many bytes at once


class Look:
    """A look at a file from its first byte on, `count` bytes so far."""

    def __init__(self, file_format: FileFormat) -> None:
        """Take the format that the file should have."""
        self._digest = hashlib.sha256()
        self._sniffer = Sniffer(file_format)
        self.count = 0

    def at(self, data: bytes | bytearray | memoryview) -> None:
        """Take the next bytes; WrongFormat where they contradict the format. For threads."""
        view = memoryview(data)
        self._digest.update(view)
        for start in range(0, len(view), _SLICE_BYTES):
            self._sniffer.feed(view[start : start + _SLICE_BYTES])
        self.count += len(view)

    def sha256(self, size: int) -> str:
        """Return the digest of a file of `size` bytes; WrongFormat if the whole is bad."""
        self._sniffer.finish(size)
        return self._digest.hexdigest()


def format_of(file: StoredFile) -> FileFormat:
    """Return the format that a file was announced with."""
    found = format_of_media_type(file.media_type)
    if found is None:
        raise LookupError("a stored file has one of our formats")
    return found


async def look_again(store: FileStore, file: StoredFile, segments: Sequence[Segment]) -> Look:
    """Return a look at all that is stored of a file."""
    look = Look(format_of(file))
    async with aclosing(store.read(file.key, segments, 0, file.size)) as pieces:
        async for piece in pieces:
            await asyncio.to_thread(look.at, piece)
    return look

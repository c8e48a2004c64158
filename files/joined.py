"""A stored file, which lies in several files one after the other, read as one."""

import io
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from typing_extensions import Buffer, override

BUFFER_BYTES = 64 * 1024


class Segments(io.RawIOBase):
    """The bytes of several files in a row; only the one that is read is open."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Take the files in their order; OSError if one is missing."""
        self._paths = list(paths)
        self._starts = [0, *accumulate(path.stat().st_size for path in self._paths)]
        self._at = 0
        self._open: tuple[int, io.FileIO] | None = None

    @override
    def readable(self) -> bool:
        """Return True."""
        return True

    @override
    def seekable(self) -> bool:
        """Return True."""
        return True

    @override
    def tell(self) -> int:
        """Return the place of the next byte to be read."""
        return self._at

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, which may lie behind the end, and return it; ValueError before 0."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._starts[-1]}[whence]
        if origin + offset < 0:
            raise ValueError("a file has nothing before its beginning")
        self._at = origin + offset
        return self._at

    @override
    def readinto(self, buffer: Buffer) -> int:
        """Fill a buffer as far as one file reaches; return how many bytes, 0 at the end."""
        if self._at >= self._starts[-1]:
            return 0
        index = bisect_right(self._starts, self._at) - 1
        file = self._file(index)
        file.seek(self._at - self._starts[index])
        count = file.readinto(buffer)
        self._at += count
        return count

    @override
    def close(self) -> None:
        """Close what is open."""
        if self._open is not None:
            self._open[1].close()
            self._open = None
        super().close()

    def _file(self, index: int) -> io.FileIO:
        """Return one of the files, open."""
        if self._open is None or self._open[0] != index:
            if self._open is not None:
                self._open[1].close()
            self._open = index, self._paths[index].open("rb", buffering=0)
        return self._open[1]


def reader(paths: Sequence[Path]) -> io.BufferedReader:
    """Return the bytes of several files in a row, read in pieces of 64 KiB."""
    return io.BufferedReader(Segments(paths), BUFFER_BYTES)

"""Copies of files on this machine, for as long as they are open; none outlives its process.

The folder of a copy is locked. A lock ends with its process, however that ends, and unlike a number
of a process it means the same in every container.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, gettempdir

_PREFIX = "l2p-press-"


class CopyFolder:
    """A new private folder that is named by this process and belongs to it alone."""

    def __init__(self) -> None:
        """Make the folder."""
        self._folder = TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-")
        self.path = Path(self._folder.name)
        self._lock = _locked(self.path)

    def remove(self) -> None:
        """Remove the folder and all that is in it."""
        try:
            self._folder.cleanup()
        finally:
            os.close(self._lock)


def remove_leftovers() -> None:
    """Remove the folders of processes that are gone."""
    for path in Path(gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # in use, gone meanwhile, or of another user
            lock = _locked(path)
            try:
                rmtree(path)
            finally:
                os.close(lock)


def _locked(path: Path) -> int:
    """Return what holds the lock of a folder; BlockingIOError if somebody else does."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor

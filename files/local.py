"""What the file system of this machine is asked for directly. All of it blocks: call in threads."""

import os
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path


def remove_some(folder: Path, most: int) -> bool:
    """Delete so many files of a folder, temporary ones too, and return whether there are more.

    The folder goes with its last file. Silent about what is gone already.
    """
    with suppress(FileNotFoundError):
        with os.scandir(folder) as entries:  # a long listing is not read to its end
            paths = [Path(entry.path) for entry in islice(entries, most + 1)]
        for path in paths[:most]:
            path.unlink(missing_ok=True)
        if len(paths) > most:
            return True
        folder.rmdir()
    return False


def sync(path: Path) -> None:
    """Bring a file's bytes, or a folder's entries, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_private(path: Path, parts: Iterable[memoryview]) -> Path:
    """Write a new file for its owner only and return its path; an OSError if there is one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(parts)
    return path

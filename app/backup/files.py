"""Files that are whole or not there, and readable by their owner only."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.connecting import make_private_file

_BESIDE = ("-wal", "-shm", "-journal")


@contextmanager
def draft_of(file: Path) -> Iterator[Path]:
    """Yield an empty private file in the folder of `file`; what is left of it is removed."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    _remove(draft)
    make_private_file(draft)
    try:
        yield draft
    finally:
        _remove(draft)


def put(draft: Path, file: Path) -> None:
    """Give the draft its name, in one step and for good: it is on the disk before and after."""
    _sync(draft)
    draft.replace(file)
    _sync(file.parent)


def remove_beside(file: Path) -> None:
    """Remove what SQLite keeps beside a database."""
    for ending in _BESIDE:
        file.with_name(file.name + ending).unlink(missing_ok=True)


def _remove(draft: Path) -> None:
    remove_beside(draft)
    draft.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

"""Copies of files go with the process that made them, even if it was killed."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from files.copies import CopyFolder, remove_leftovers

HOLDER = """
from files.copies import CopyFolder
folder = CopyFolder()
(folder.path / "face").write_bytes(b"a face")
print(folder.path, flush=True)
input()
"""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_a_folder_is_private_and_goes(room: Path) -> None:
    folder = CopyFolder()
    (folder.path / "face").write_bytes(b"a face")
    assert folder.path.parent == room
    assert folder.path.name.startswith(f"l2p-press-{os.getpid()}-")
    assert folder.path.stat().st_mode & 0o777 == 0o700
    remove_leftovers()
    assert (folder.path / "face").exists()
    folder.remove()
    assert list(room.iterdir()) == []


def test_of_a_process_that_was_killed_nothing_stays(room: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        path = Path(holder.stdout.readline().strip())
        remove_leftovers()
        assert (path / "face").read_bytes() == b"a face"
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert path.exists()
    remove_leftovers()
    assert list(room.iterdir()) == []


def test_what_is_not_ours_stays(room: Path) -> None:
    (room / "precious").mkdir()
    (room / "l2p-press-1-link").symlink_to(room / "precious")
    (room / "l2p-press-1-file").write_bytes(b"")
    remove_leftovers()
    assert {one.name for one in room.iterdir()} == {
        *("precious", "l2p-press-1-link", "l2p-press-1-file")
    }

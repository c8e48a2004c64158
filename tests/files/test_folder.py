"""A store in a folder is private, and nothing stays behind in it."""

import os
import shutil
from pathlib import Path

import pytest

from files.segments import Segment, new_key
from files.storage_errors import AlreadyThere, StorageAway
from files.store import FileStore, open_store


def modes(folder: Path) -> dict[str, int]:
    """Return the modes of a folder, of the one it is in, and of all that is in it."""
    made = [folder.parent, folder, *folder.rglob("*")]
    return {path.name: path.stat().st_mode & 0o777 for path in made}


async def test_files_are_for_their_owner_whatever_the_umask_was(folder: Path) -> None:
    os.umask(0)
    store, key = open_store(folder.as_uri()), new_key()
    await store.put_segment(key, 0, b"abc")
    await store.put_preview(key, 0, b"page")
    assert modes(folder) == {
        "data": 0o700,
        "files": 0o700,
        key[:2]: 0o700,
        key: 0o700,
        f"{0:016}": 0o600,
        "preview-0.png": 0o600,
    }


async def test_objects_are_named_by_key_and_offset(local: FileStore, folder: Path) -> None:
    key = new_key()
    await local.put_segment(key, 0, b"abc")
    await local.put_segment(key, 3, b"de")
    paths = [folder / key[:2] / key / name for name in ("0000000000000000", "0000000000000003")]
    assert local.local_paths(key, await local.segments(key)) == paths
    assert [path.read_bytes() for path in paths] == [b"abc", b"de"]


async def test_remove_takes_temporary_files_and_the_folder_too(
    local: FileStore, folder: Path
) -> None:
    key = new_key()
    await local.put_segment(key, 0, b"abc")
    (folder / key[:2] / key / "0000000000000003#1").write_bytes(b"half a segm")
    assert await local.segments(key) == [Segment(0, 3)]
    await local.remove(key)
    assert list((folder / key[:2]).iterdir()) == []


async def test_remove_takes_files_of_many_segments(local: FileStore, folder: Path) -> None:
    key = new_key()
    for start in range(130):
        await local.put_segment(key, start, b"a")
    assert len(await local.segments(key)) == 130
    await local.remove(key)
    assert list((folder / key[:2]).iterdir()) == []


async def test_a_segment_that_a_power_cut_emptied_is_put_again(
    local: FileStore, folder: Path
) -> None:
    key = new_key()
    await local.put_segment(key, 0, b"abc")
    (folder / key[:2] / key / "0000000000000003").touch()
    assert await local.segments(key) == [Segment(0, 3)]
    await local.put_segment(key, 3, b"de")
    with pytest.raises(AlreadyThere):
        await local.put_segment(key, 3, b"fg")
    assert await local.segments(key) == [Segment(0, 3), Segment(3, 2)]


async def test_an_address_may_be_relative_and_have_spaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    store, key = open_store("file://./some%20data/files"), new_key()
    monkeypatch.chdir(folder.anchor)
    await store.put_segment(key, 0, b"abc")
    path = tmp_path / "some data" / "files" / key[:2] / key / f"{0:016}"
    assert store.local_paths(key, await store.segments(key)) == [path]
    assert path.read_bytes() == b"abc"


async def test_a_store_is_opened_again_with_what_is_in_it(folder: Path) -> None:
    key = new_key()
    await open_store(folder.as_uri()).put_segment(key, 0, b"abc")
    assert await open_store(folder.as_uri()).segments(key) == [Segment(0, 3)]
    shutil.rmtree(folder)
    assert await open_store(folder.as_uri()).segments(key) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    before = os.umask(0o022)
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(StorageAway) as refused:
        open_store((tmp_path / "taken" / "files").as_uri())
    os.umask(before)
    assert str(refused.value) == "The folder for files cannot be made: Not a directory."

"""Several files in a row read like one."""

import io
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from files.joined import Segments, reader

STEP = st.tuples(st.integers(0, 70), st.integers(-1, 70))


def written(folder: Path, parts: list[bytes]) -> list[Path]:
    paths = [folder / str(number) for number in range(len(parts))]
    for path, part in zip(paths, parts, strict=True):
        path.write_bytes(part)
    return paths


@given(st.lists(st.binary(max_size=12), max_size=6), st.lists(STEP, max_size=12))
def test_they_are_the_concatenation(parts: list[bytes], steps: list[tuple[int, int]]) -> None:
    with TemporaryDirectory() as folder:
        expected = io.BytesIO(b"".join(parts))
        with reader(written(Path(folder), parts)) as file:
            assert file.seek(0, io.SEEK_END) == len(expected.getvalue())
            for place, count in steps:
                assert file.seek(place) == expected.seek(place)
                assert file.read(count) == expected.read(count)
                assert file.tell() == expected.tell()


def test_places_are_told_from_everywhere(tmp_path: Path) -> None:
    with Segments(written(tmp_path, [b"abc", b"def"])) as file:
        assert (file.readable(), file.seekable(), file.writable()) == (True, True, False)
        assert file.seek(-2, io.SEEK_END) == 4
        assert file.seek(-3, io.SEEK_CUR) == 1
        assert file.read() == b"bcdef"
        with pytest.raises(ValueError, match="before its beginning"):
            file.seek(-1)


def test_one_file_is_open_at_a_time(tmp_path: Path) -> None:
    paths = written(tmp_path, [b"x"] * 50)
    with reader(paths) as file:
        assert file.read() == b"x" * 50
        mine = [one for one in psutil.Process().open_files() if Path(one.path) in paths]
        assert len(mine) == 1
    assert not [one for one in psutil.Process().open_files() if Path(one.path) in paths]


def test_a_missing_file_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        reader([tmp_path / "gone"])

"""How a stored file is cut: into segments, each an object whose name is where it starts."""

import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

SEGMENT_BYTES = 2 * 1024 * 1024
PIECE_BYTES = 1024 * 1024  # so much is read at once
_KEY = re.compile(r"[0-9a-f]{32}")
_SEGMENT = re.compile(r"[0-9]{16}")


class Segment(NamedTuple):
    """Some bytes of a file: where they start in it, and how many they are."""

    start: int
    size: int


class Piece(NamedTuple):
    """A part of a segment: the segment's start, the first byte within it, how many."""

    segment: int
    offset: int
    size: int


def new_key() -> str:
    """Return the name of a new stored file: 32 random hex characters, nothing of its contents."""
    return secrets.token_hex(16)


def folder_of(key: str) -> str:
    """Return where the objects of a key are; ValueError if it is no key."""
    if not _KEY.fullmatch(key):
        raise ValueError("not a key of a stored file")
    return f"{key[:2]}/{key}"


def segment_path(key: str, start: int) -> str:
    """Return the path of the segment that starts at a byte."""
    return f"{folder_of(key)}/{start:016}"


def preview_path(key: str, number: int) -> str:
    """Return the path of a page's preview."""
    return f"{folder_of(key)}/preview-{number}.png"


def segments_of(sizes: Sequence[int]) -> list[Segment]:
    """Return the segments of a complete file by their sizes.

    >>> segments_of([4, 2])
    [Segment(start=0, size=4), Segment(start=4, size=2)]
    """
    starts = accumulate(sizes, initial=0)
    return [Segment(start, size) for start, size in zip(starts, sizes, strict=False)]


def contiguous(objects: Iterable[tuple[str, int]]) -> list[Segment]:
    """Return the segments among paths and sizes, from byte 0 up to the first gap.

    An empty segment is a gap: it is what a power cut may leave of one that was not synced.
    """
    found = ((path.rpartition("/")[2], size) for path, size in objects)
    segments: list[Segment] = []
    end = 0
    for start, size in sorted((int(name), n) for name, n in found if _SEGMENT.fullmatch(name)):
        if start != end or not size:
            break
        segments.append(Segment(start, size))
        end += size
    return segments


def pieces(segments: Sequence[Segment], start: int, length: int) -> Iterator[Piece]:
    """Yield what to read for a range of the file; ValueError if the segments do not cover it."""
    if length < 0 or (length and not _covers(segments, start, length)):
        raise ValueError("the range is not within the file")
    for segment in segments:
        first = max(start, segment.start)
        end = min(start + length, segment.start + segment.size)
        for at in range(first, end, PIECE_BYTES):
            yield Piece(segment.start, at - segment.start, min(PIECE_BYTES, end - at))


def _covers(segments: Sequence[Segment], start: int, length: int) -> bool:
    if not segments:
        return False
    last = segments[-1]
    return segments[0].start <= start and start + length <= last.start + last.size

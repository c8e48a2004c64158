"""Which bytes a client wants: conditions and ranges of HTTP (RFC 9110, sections 13 and 14)."""

import re
from collections.abc import Mapping
from typing import NamedTuple

_SPAN = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)
_TAG = re.compile(r'(?:W/)?("[!#-~\x80-\xff]*")')


class Span(NamedTuple):
    """Some bytes of a file: the first one, and how many."""

    start: int
    length: int


class OutOfRange(Exception):
    """The range is well formed, but nothing of it is in the file."""


def unchanged(headers: Mapping[str, str], etag: str) -> bool:
    """Return whether the client has what has this ETag already (If-None-Match)."""
    given = headers.get("if-none-match", "").strip()
    return given == "*" or etag in _TAG.findall(given)


def span_of(headers: Mapping[str, str], size: int, etag: str) -> Span | None:
    """Return the range that is asked for; None for the whole.

    A range that is malformed, of several parts or of an older version is as if it was not there.
    """
    found = _SPAN.fullmatch(headers.get("range", ""))
    if found is None or headers.get("if-range", etag) != etag:
        return None
    first, last = found.groups()
    if not first:
        return _suffix(last, size)
    start, end = int(first), int(last) + 1 if last else size
    if end <= start and last:
        return None
    if start >= size:
        raise OutOfRange
    return Span(start, min(end, size) - start)


def _suffix(count: str, size: int) -> Span | None:
    """Return the last `count` bytes."""
    if not count:
        return None
    if not int(count):
        raise OutOfRange
    length = min(int(count), size)
    return Span(size - length, length)

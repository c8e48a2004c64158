"""A look at a file's bytes while they arrive: are they what the file's name says?"""

import codecs
import re
from typing import Literal

from files.formats import TEXTS, FileFormat
from files.signatures import (
    HEAD_BYTES,
    TAIL_BYTES,
    begins_as,
    ends_as,
    has_markup,
    hides_pdf,
    hides_zip,
)

Reason = Literal["empty", "signature", "incomplete", "ambiguous", "markup", "text"]

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_MESSAGES: dict[Reason, str] = {
    "empty": "The file is empty.",
    "signature": "The file is not in the {name} format.",
    "incomplete": "The {name} file is incomplete or something was added to its end.",
    "ambiguous": "The file is in the {name} format and in another at once.",
    "markup": "The {name} file begins like a web page.",
    "text": "The {name} file is not plain text in UTF-8.",
}


class WrongFormat(Exception):
    """A file is not what it is said to be; the message is for people, `reason` is for code."""

    def __init__(self, reason: Reason, expected: FileFormat) -> None:
        """Take what is wrong, and which format it should have been."""
        super().__init__(_MESSAGES[reason].format(name=expected.name))
        self.reason = reason


class Sniffer:
    """Checks a file that arrives in chunks, and keeps only its beginning and its end.

    The verdict does not depend on how the bytes are cut into chunks.
    """

    def __init__(self, expected: FileFormat) -> None:
        """Take the format that the file should have."""
        self._expected = expected
        self._head, self._tail = bytearray(), bytearray()
        self._seen = 0
        self._text = codecs.getincrementaldecoder("utf-8")() if expected in TEXTS else None

    def feed(self, chunk: bytes | memoryview) -> None:
        """Take the next bytes; WrongFormat as soon as they contradict the format."""
        chunk = memoryview(chunk)
        missing = HEAD_BYTES - len(self._head)
        first, rest = chunk[:missing], chunk[missing:]
        self._seen += len(chunk)
        self._head += first
        self._tail += chunk[-TAIL_BYTES:]
        del self._tail[:-TAIL_BYTES]
        if first and len(self._head) == HEAD_BYTES:
            self._check_head()
        self._check_text(rest)

    def finish(self, total: int) -> None:
        """Take the file's length in bytes as it was announced; WrongFormat if the file is bad."""
        if not self._seen:
            raise self._wrong("empty")
        if len(self._head) < HEAD_BYTES:
            self._check_head()
        self._check_text(b"", last=True)
        head, tail = bytes(self._head), bytes(self._tail)
        if total != self._seen or not ends_as(head, tail, total, self._expected):
            raise self._wrong("incomplete")
        if hides_zip(tail, total, self._expected):
            raise self._wrong("ambiguous")

    def _check_head(self) -> None:
        head = bytes(self._head)
        if not begins_as(head, self._expected):
            raise self._wrong("signature")
        if hides_pdf(head, self._expected):
            raise self._wrong("ambiguous")
        if has_markup(head, self._expected):
            raise self._wrong("markup")
        self._check_text(head)

    def _check_text(self, chunk: bytes | memoryview, last: bool = False) -> None:
        """Decode the next bytes of a text, of which one character may be cut in two."""
        if self._text is None:
            return
        try:
            decoded = self._text.decode(bytes(chunk), final=last)
        except UnicodeDecodeError:
            raise self._wrong("text") from None
        if _CONTROLS.search(decoded):
            raise self._wrong("text")

    def _wrong(self, reason: Reason) -> WrongFormat:
        return WrongFormat(reason, self._expected)

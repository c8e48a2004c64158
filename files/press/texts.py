"""Plain texts: they need no opening, and can be searched."""

from typing import BinaryIO

from files.formats import FileFormat
from files.press.jobs import MOST_CHARACTERS, Inspection

_MOST_BYTES_A_CHARACTER = 4


def inspect(file: BinaryIO, _format: FileFormat) -> Inspection:
    """Return the first million characters of a text in UTF-8."""
    first = file.read(_MOST_BYTES_A_CHARACTER * MOST_CHARACTERS)
    return Inspection(text=first.decode("utf-8-sig", "replace")[:MOST_CHARACTERS])

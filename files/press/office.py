"""Office files: zip files whose table of contents must be sound, and without macros."""

import io
import re
from zipfile import BadZipFile, ZipFile, ZipInfo

from typing_extensions import override

from files.formats import FileFormat
from files.press.jobs import Inspection, Unreadable

MOST_ENTRIES = 10_000
MOST_BYTES = 1024 * 1024 * 1024
MOST_RATIO = 200
_MOST_TABLE_BYTES = 8 * 1024 * 1024
_ENCRYPTED = 0x1
_TOO_MANY = "The file has too many parts."
_TYPES = "[Content_Types].xml"
# Some writers number the main part.
_MAIN = {
    FileFormat.DOCX: re.compile(r"word/document\d*\.xml"),
    FileFormat.XLSX: re.compile(r"xl/workbook\d*\.xml"),
    FileFormat.PPTX: re.compile(r"ppt/presentation\d*\.xml"),
}


class _Frugal(io.BufferedReader):
    """A file of which nobody reads much at once, as `zipfile` reads a table whatever its size."""

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes; Unreadable if they are more than 8 MiB."""
        most = _MOST_TABLE_BYTES + 1
        content = super().read(most if size is None or size < 0 else min(size, most))
        if len(content) == most:
            raise Unreadable(_TOO_MANY)
        return content


def inspect(file: io.BufferedReader, file_format: FileFormat) -> Inspection:
    """Return an empty inspection; Unreadable if the file is broken, a bomb or has macros.

    Nothing is unpacked: the table of contents says enough.
    """
    try:
        with ZipFile(_Frugal(file)) as archive:
            entries = archive.infolist()
    except (BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise Unreadable("The file is damaged.") from error
    _check_size(entries)
    _check_names([entry.filename for entry in entries], file_format)
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Unreadable("The file is protected by a password.")
    return Inspection()


def _check_size(entries: list[ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise Unreadable(_TOO_MANY)
    unpacked = sum(entry.file_size for entry in entries)
    stored = sum(entry.compress_size for entry in entries)
    if unpacked > MOST_BYTES or unpacked > MOST_RATIO * stored:
        raise Unreadable("The file is too large when it is unpacked.")


def _check_names(names: list[str], file_format: FileFormat) -> None:
    if any(name.startswith(("/", "\\")) or ":" in name or ".." in name for name in names):
        raise Unreadable("The file has parts with forbidden names.")
    if any(name.casefold().endswith("vbaproject.bin") for name in names):
        raise Unreadable("The file has macros.")
    if _TYPES not in names or not any(map(_MAIN[file_format].fullmatch, names)):
        raise Unreadable(f"The file is not in the {file_format.name} format.")

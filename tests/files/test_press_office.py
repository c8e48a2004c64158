"""Office files are taken by their table of contents: no bombs, no macros, no way out."""

import struct

import pytest

from files.formats import FileFormat
from files.press.press import Press
from tests.files import samples
from tests.files.test_press_inspect import refused

DOCX = samples.office(FileFormat.DOCX)
TOO_LARGE = "The file is too large when it is unpacked."
TOO_MANY = "The file has too many parts."
FORBIDDEN = "The file has parts with forbidden names."
DAMAGED = "The file is damaged."
OTHER = "The file is not in the DOCX format."


def locked(content: bytes) -> bytes:
    """Return a zip file whose first entry says that it is encrypted."""
    at = content.index(b"PK\x01\x02") + 8
    return content[:at] + struct.pack("<H", 1) + content[at + 2 :]


def claiming(content: bytes, size: int) -> bytes:
    """Return a zip file whose first entry says that so much is in it."""
    at = content.index(b"PK\x01\x02") + 20
    return content[:at] + struct.pack("<2L", size, size) + content[at + 8 :]


def many_parts(count: int) -> bytes:
    return samples.office(FileFormat.DOCX, **{f"word__{n}": b"" for n in range(count)})


def large_table() -> bytes:
    """Return a zip file whose table of contents is of 9 MB."""
    table = b"PK\x01\x02" + b"\0" * 9_000_000
    return table + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(table), 0, 0)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (samples.office(FileFormat.DOCX, word__bomb=b"\0" * 50_000_000), TOO_LARGE),
        (claiming(DOCX, 1024**3), TOO_LARGE),
        (many_parts(9_999), TOO_MANY),
        (large_table(), TOO_MANY),
        (locked(DOCX), "The file is protected by a password."),
        (samples.office(FileFormat.DOCX, **{"word/vbaProject.bin": b"x"}), "The file has macros."),
        (samples.office(FileFormat.DOCX, **{"WORD/VBAPROJECT.BIN": b"x"}), "The file has macros."),
        (samples.office(FileFormat.DOCX, **{"../evil": b"x"}), FORBIDDEN),
        (samples.office(FileFormat.DOCX, **{"word/../../evil": b"x"}), FORBIDDEN),
        (samples.office(FileFormat.DOCX, **{"/etc/passwd": b"x"}), FORBIDDEN),
        (samples.office(FileFormat.DOCX, **{"C:evil": b"x"}), FORBIDDEN),
        (samples.office(FileFormat.XLSX), OTHER),
        (samples.zipped({samples.TYPES: b"<Types/>"}), OTHER),
        (samples.zipped({"word/document.xml": b"<main/>"}), OTHER),
        (samples.zipped({}), OTHER),
        (DOCX[:-30], DAMAGED),
        (DOCX[:4] + b"\0" * 100, DAMAGED),
    ],
)
async def test_a_bad_office_file_is_refused(press: Press, content: bytes, expected: str) -> None:

    assert await refused(press, content, FileFormat.DOCX) == expected

"""A file is of one format only, and a text is nothing but text."""

import struct

import pytest

from files.formats import FileFormat
from files.signatures import HEAD_BYTES, TAIL_BYTES
from tests.files import samples
from tests.files.test_sniff import WHOLE, verdict

ARCHIVE = samples.zipped({"evil.js": b"alert(1)"})
NOT_OFFICE = [one for one in FileFormat if one not in samples.MAIN]
BINARY = [one for one in FileFormat if one not in {FileFormat.TXT, FileFormat.CSV}]


def with_archive(said: FileFormat, archive: bytes) -> bytes:
    """Return a file with a zip file behind it, whose own end is in its place again."""
    content = WHOLE[said] + archive
    if said is FileFormat.PDF:
        return content + b"\n%%EOF"
    if said is FileFormat.PNG:
        return content + WHOLE[said][-12:]
    if said is FileFormat.GIF:
        return content + b";"
    if said is FileFormat.WEBP:
        return content[:4] + struct.pack("<I", len(content) - 8) + content[8:]
    return content


@pytest.mark.parametrize("said", NOT_OFFICE)
def test_a_zip_file_behind_another_is_found(said: FileFormat) -> None:
    reason = verdict(with_archive(said, ARCHIVE), said)
    assert reason == ("text" if said in {FileFormat.TXT, FileFormat.CSV} else "ambiguous")


@pytest.mark.parametrize(
    ("archive", "expected"),
    [
        (ARCHIVE + b"c" * 65_535, "ambiguous"),
        (b"PK\x05\x06" + b"\0" * 18, "ambiguous"),
        (b"PK\x06\x07" + b"\xff" * 16 + b"PK\x05\x06" + b"\xff" * 18, "ambiguous"),
        (ARCHIVE + b"PK\x05\x06", "ambiguous"),
        (b"PK\x05\x06" + b"\xff" * 18, "good"),
        (b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 1, 1, 9, 9, 0), "good"),
        (b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 1, 1, 2**31, 0, 0), "good"),
        (b"PK\x05\x06", "good"),
        (ARCHIVE + b"c" * TAIL_BYTES, "good"),
    ],
)
def test_only_what_would_open_as_a_zip_file_is_one(archive: bytes, expected: str) -> None:
    assert verdict(WHOLE[FileFormat.JPEG] + archive, FileFormat.JPEG) == expected


@pytest.mark.parametrize("said", [one for one in FileFormat if one is not FileFormat.PDF])
def test_a_pdf_in_the_beginning_of_another_file_is_found(said: FileFormat) -> None:
    content = WHOLE[said][:32] + b"%PDF-1.7" + b" " * HEAD_BYTES
    assert verdict(content, said) == "ambiguous"


def test_a_pdf_is_searched_where_readers_search_it() -> None:
    beyond = WHOLE[FileFormat.MP3][:4].ljust(HEAD_BYTES - 4, b" ") + b"%PDF-1.7"
    assert verdict(beyond, FileFormat.MP3) == "good"


@pytest.mark.parametrize("said", BINARY)
@pytest.mark.parametrize(
    "markup", [b"<script>", b"<HTML lang='en'>", b"<svg/onload=alert(1)>", b"<!DocType Html>"]
)
def test_a_page_in_the_beginning_of_another_file_is_found(said: FileFormat, markup: bytes) -> None:
    assert verdict(WHOLE[said][:32] + markup + b" " * HEAD_BYTES, said) == "markup"


@pytest.mark.parametrize("said", [FileFormat.TXT, FileFormat.CSV])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"<!DOCTYPE html><p>", "markup"),
        (b"\xef\xbb\xbf \n<HTML>", "markup"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "markup"),
        (b"<script>alert(1)</script>", "markup"),
        (b"<?xml version='1.0'?>", "markup"),
        (b"<b> is bold, and <html> begins a page", "good"),
        (b"a\0b", "text"),
        (b"a\x1b[2J", "text"),
        (b"a\x0bb", "text"),
        (b"caf\xe9", "text"),
        (b"caf\xc3", "text"),
        (b"\xff\xfea\0", "text"),
        (b"a" * 5000 + b"\x07", "text"),
        (("é" * 3000).encode() + b"\xc3", "text"),
        ("a\tb\r\nc\f é 漢字 🙂".encode(), "good"),
    ],
)
def test_a_text_is_plain(content: bytes, expected: str, said: FileFormat) -> None:
    assert verdict(content, said) == expected


@pytest.mark.parametrize("said", FileFormat)
def test_an_svg_is_taken_as_nothing(said: FileFormat) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    assert verdict(svg, said) in {"signature", "markup"}

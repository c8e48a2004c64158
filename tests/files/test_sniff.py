"""A file is what it is said to be, from its first byte to its last."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from files.formats import FileFormat
from files.signatures import HEAD_BYTES, TAIL_BYTES
from files.sniff import Sniffer, WrongFormat
from tests.files import samples

WHOLE = samples.whole()


def verdict(content: bytes, expected: FileFormat, *cuts: int) -> str:
    """Return why a file is refused, "good" if it is not; it arrives cut at these places."""
    places = sorted({0, len(content), *(cut for cut in cuts if cut <= len(content))})
    sniffer = Sniffer(expected)
    try:
        for first, last in pairwise(places):
            sniffer.feed(memoryview(content)[first:last])
        sniffer.finish(len(content))
    except WrongFormat as refusal:
        return refusal.reason
    return "good"


@pytest.mark.parametrize("said", FileFormat)
@pytest.mark.parametrize("real", FileFormat)
def test_only_the_real_format_is_taken(real: FileFormat, said: FileFormat) -> None:
    alike = {FileFormat.DOCX, FileFormat.XLSX, FileFormat.PPTX}, {FileFormat.TXT, FileFormat.CSV}
    good = real is said or any({real, said} <= group for group in alike)
    assert (verdict(WHOLE[real], said) == "good") is good


@pytest.mark.parametrize("said", FileFormat)
def test_an_empty_file_is_refused(said: FileFormat) -> None:
    assert verdict(b"", said) == "empty"


@pytest.mark.parametrize("said", FileFormat)
@pytest.mark.parametrize(
    "content", [b"MZ\x90\0", b"\x7fELF\2\1", b"Rar!\x1a\7\0", b"7z\xbc\xaf\x27\x1c", b"\0\0\0\0"]
)
def test_programs_and_archives_are_refused(content: bytes, said: FileFormat) -> None:
    assert verdict(content + b"\0" * 2000, said) in {"signature", "text"}


def test_a_signature_must_be_at_the_beginning() -> None:
    assert verdict(b"\n" + WHOLE[FileFormat.PDF], FileFormat.PDF) == "signature"


def test_a_contradiction_is_told_before_the_end() -> None:
    sniffer = Sniffer(FileFormat.PNG)
    with pytest.raises(WrongFormat, match="not in the PNG format"):
        sniffer.feed(b"GIF89a" + b"\0" * HEAD_BYTES)


@pytest.mark.parametrize(
    ("content", "said", "expected"),
    [
        (WHOLE[FileFormat.PDF] + b"\r\n\0 ", FileFormat.PDF, "good"),
        (WHOLE[FileFormat.PDF] + b"MZ", FileFormat.PDF, "incomplete"),
        (WHOLE[FileFormat.PDF] + b" " * 1025, FileFormat.PDF, "incomplete"),
        (WHOLE[FileFormat.PDF][:-9], FileFormat.PDF, "incomplete"),
        (WHOLE[FileFormat.PNG] + b"<p>", FileFormat.PNG, "incomplete"),
        (WHOLE[FileFormat.PNG][:-1], FileFormat.PNG, "incomplete"),
        (WHOLE[FileFormat.GIF] + b"<p>", FileFormat.GIF, "incomplete"),
        (WHOLE[FileFormat.WEBP] + b"\0", FileFormat.WEBP, "incomplete"),
        (WHOLE[FileFormat.WEBP][:-1], FileFormat.WEBP, "incomplete"),
    ],
)
def test_the_end_is_looked_at(content: bytes, said: FileFormat, expected: str) -> None:
    assert verdict(content, said) == expected


def test_a_refusal_names_the_format_and_nothing_of_the_file() -> None:
    sniffer = Sniffer(FileFormat.CSV)
    with pytest.raises(WrongFormat) as refusal:
        sniffer.feed(b"Grace Park\0" * HEAD_BYTES)
    assert str(refusal.value) == "The CSV file is not plain text in UTF-8."


@pytest.mark.parametrize("said", FileFormat)
def test_a_file_that_stops_too_early_is_refused(said: FileFormat) -> None:
    sniffer = Sniffer(said)
    sniffer.feed(WHOLE[said])
    with pytest.raises(WrongFormat) as refusal:
        sniffer.finish(len(WHOLE[said]) + 1)
    assert refusal.value.reason == "incomplete"


@pytest.mark.parametrize(
    ("content", "said", "expected"),
    [
        (samples.box(b"heic"), FileFormat.HEIC, "good"),
        (samples.box(b"mif1", b"avif"), FileFormat.HEIC, "signature"),
        (samples.box(b"avif", b"heic"), FileFormat.HEIC, "signature"),
        (samples.box(b"M4V "), FileFormat.MP4, "good"),
        (samples.box(b"qt  ", b"mp42"), FileFormat.MP4, "signature"),
        (b"ID3\4" + b"\0" * 10, FileFormat.MP3, "good"),
        (b"\xff\xfd\x90\x64", FileFormat.MP3, "signature"),
        (b"\xff\xfb\xf0\x64", FileFormat.MP3, "signature"),
        (b"\xff\xfb\x9c\x64", FileFormat.MP3, "signature"),
        (b"\xff\xeb\x90\x64", FileFormat.MP3, "signature"),
        (b"\xff\xfb", FileFormat.MP3, "signature"),
    ],
)
def test_films_and_sound_are_known_by_their_brand(
    content: bytes, said: FileFormat, expected: str
) -> None:
    assert verdict(content, said) == expected


@given(st.sampled_from(FileFormat), st.sampled_from(FileFormat), st.data())
def test_the_verdict_does_not_depend_on_the_chunks(
    real: FileFormat, said: FileFormat, data: st.DataObject
) -> None:
    spoilt = st.sampled_from([b"", b"\0", b"\xff", b"<html>", b"%PDF-", samples.zipped({"a": b""})])
    padding = data.draw(st.sampled_from([0, HEAD_BYTES, TAIL_BYTES])) * b" "
    content = WHOLE[real] + padding + data.draw(spoilt) + padding
    cuts = data.draw(st.lists(st.integers(0, len(content)), max_size=8))
    assert verdict(content, said, *cuts) == verdict(content, said)


def test_only_the_beginning_and_the_end_are_kept() -> None:
    sniffer = Sniffer(FileFormat.MP3)
    for chunk in (WHOLE[FileFormat.MP3], b"\1" * 300_000, b"\2", b"\3" * 50_000):
        sniffer.feed(chunk)
        kept = sum(len(one) for one in vars(sniffer).values() if isinstance(one, bytearray))
        assert kept <= HEAD_BYTES + TAIL_BYTES
    sniffer.finish(len(WHOLE[FileFormat.MP3]) + 350_001)

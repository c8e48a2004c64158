"""A file is called what people called it, unless that would deceive somebody."""

import re
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from files.names import BadName, clean_name, content_disposition

HEADER = re.compile(r"attachment; filename=\"([^\"\\%]+)\"; filename\*=UTF-8''([!-~]+)")


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("consent.pdf", "consent.pdf"),
        ("  Botox plan (2).pdf ", "Botox plan (2).pdf"),
        ("..hidden.", "hidden"),
        (" . a. b . ", "a. b"),
        ("Gesichtspflege u\u0308ber 40.pdf", "Gesichtspflege \u00fcber 40.pdf"),
        ("\u533b\u7597\u540c\u610f\u4e66.pdf", "\u533b\u7597\u540c\u610f\u4e66.pdf"),
        ("\U0001f489.png", "\U0001f489.png"),
        ("console.txt", "console.txt"),
        ("a" * 200, "a" * 200),
        ("\u00e9" * 127, "\u00e9" * 127),
    ],
)
def test_a_name_is_composed_and_trimmed(raw: str, name: str) -> None:
    assert clean_name(raw) == name


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("../../etc/passwd", "A file name is not a path."),
        ("C:\\temp\\a.pdf", "A file name is not a path."),
        (".", "A file name is not a path."),
        (" .. ", "A file name is not a path."),
        ("a\0.pdf", "A file name has no control or invisible characters."),
        ("a\r\nSet-Cookie: b", "A file name has no control or invisible characters."),
        ("a.pdf\n", "A file name has no control or invisible characters."),
        ("invoice\u202efdp.exe", "A file name has no control or invisible characters."),
        ("a\u2066b", "A file name has no control or invisible characters."),
        ("a\u200e\u200f\u061cb", "A file name has no control or invisible characters."),
        ("a\u200bb", "A file name has no control or invisible characters."),
        ("\ufeffa", "A file name has no control or invisible characters."),
        ("a\u2028b", "A file name has no control or invisible characters."),
        ("a\ud800b", "A file name has no control or invisible characters."),
        ("", "A file needs a name."),
        (" \u00a0\u3000", "A file needs a name."),
        ("...", "A file needs a name."),
        ("a" * 201, "A file name has at most 200 characters and 255 bytes."),
        ("\u00e9" * 128, "A file name has at most 200 characters and 255 bytes."),
        ("CON", "This file name is that of a device on Windows."),
        ("nul.tar.gz", "This file name is that of a device on Windows."),
        ("lpt1 .pdf", "This file name is that of a device on Windows."),
        ("COM\u00b9.txt", "This file name is that of a device on Windows."),
    ],
)
def test_a_name_that_deceives_is_refused(raw: str, reason: str) -> None:
    with pytest.raises(BadName) as refused:
        clean_name(raw)
    assert str(refused.value) == reason


def cleaned(raw: str) -> str | None:
    try:
        return clean_name(raw)
    except BadName:
        return None


@given(st.text(max_size=260) | st.text(". \u0301\u00a0aA\u212a", max_size=12))
@example(" \u0301a")
def test_a_clean_name_is_clean(raw: str) -> None:
    name = cleaned(raw)
    if name is not None:
        assert clean_name(name) == name
        assert unicodedata.is_normalized("NFC", name)
        assert len(name) <= 200
        assert len(name.encode()) <= 255
        assert not set(name) & set("/\\\0\r\n\u202e\u200b")
        assert name == name.strip(" .")


@given(st.text(min_size=1, max_size=200))
def test_a_download_tells_the_name_exactly(raw: str) -> None:
    name = cleaned(raw)
    if name is not None:
        header = HEADER.fullmatch(content_disposition(name))
        assert header is not None
        assert unquote(header[2]) == name


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a b.pdf", "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf"),
        (
            '50% "\u00fc".pdf',
            "attachment; filename=\"50_ ___.pdf\"; filename*=UTF-8''50%25%20%22%C3%BC%22.pdf",
        ),
        (
            "it's;a*b.txt",
            "attachment; filename=\"it's;a*b.txt\"; filename*=UTF-8''it%27s%3Ba%2Ab.txt",
        ),
    ],
)
def test_a_download_is_saved_by_its_name(name: str, header: str) -> None:
    assert content_disposition(name) == header

"""Media types and names say which format a file should have."""

import pytest

from files.formats import FileFormat, format_of_media_type, format_of_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("application/pdf", FileFormat.PDF),
        ("IMAGE/JPEG", FileFormat.JPEG),
        ("text/csv; charset=utf-8", FileFormat.CSV),
        (" text/plain ;format=flowed", FileFormat.TXT),
        ("image/svg+xml", None),
        ("text/html", None),
        ("application/zip", None),
        ("", None),
    ],
)
def test_a_media_type_is_known_by_its_name_alone(text: str, expected: FileFormat | None) -> None:
    assert format_of_media_type(text) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("before.after.JPG", FileFormat.JPEG),
        ("scan.tif", FileFormat.TIFF),
        (".docx", FileFormat.DOCX),
        ("consent.pdf.exe", None),
        ("logo.svg", None),
        ("pdf", None),
        ("", None),
    ],
)
def test_a_name_is_known_by_its_last_extension(name: str, expected: FileFormat | None) -> None:
    assert format_of_name(name) is expected


def test_each_media_type_and_extension_says_one_format() -> None:
    for one in FileFormat:
        assert format_of_media_type(one.media_type) is one
        assert [format_of_name(f"a.{extension}") for extension in one.extensions] == [one] * len(
            one.extensions
        )

"""Files that lie about what they are, or about how large they get, are refused and forgotten."""

import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from files.formats import FileFormat
from tests.files.samples import huge_png, image, one_page, raw_pdf, whole
from tests.files_http.conftest import STORES
from tests.files_http.files import CONSENT, Left, left, put, refusal, requested, ticket
from tests.files_http.tus import begun, sent
from tests.scenarios.spa import Spa

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DOCX, PNG, PDF, TXT = FileFormat.DOCX, FileFormat.PNG, FileFormat.PDF, FileFormat.TXT


def zip_bomb() -> bytes:
    """Return a document whose text has 256 MiB when it is unpacked."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(256):
                part.write(b" " * 2**20)
    return made.getvalue()


def _docx(content: bytes) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", content)
    return made.getvalue()


SCRIPTED = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
BAD: dict[str, tuple[FileFormat, bytes]] = {
    "a page called pdf": (PDF, b"<!doctype html><script>alert(1)</script>"),
    "a program called pdf": (PDF, b"MZ" + b"\0" * 200),
    "a picture called pdf": (PDF, whole()[PNG]),
    "a drawing with scripts called png": (PNG, SCRIPTED),
    "a drawing with scripts called txt": (TXT, SCRIPTED),
    "a picture and a pdf at once": (
        FileFormat.JPEG,
        image("JPEG")[:2] + b"\xff\xe1\0\x10%PDF-1.7\n" + image("JPEG")[2:],
    ),
    "a picture and an archive at once": (PNG, whole()[PNG] + _docx(b"<x/>") + whole()[PNG][-12:]),
    "a picture that begins like a page": (
        FileFormat.GIF,
        b"GIF89a/*<script>alert(1)</script>*/=1;",
    ),
    "a picture cut in two": (PNG, image("PNG", (200, 200))[:-40]),
    "binary called txt": (TXT, b"plain\0text"),
    "a pdf without pages": (PDF, raw_pdf(b"<</Type/Catalog>>")),
    "a picture of many pixels": (PNG, huge_png(60_000, 60_000)),
    "an archive that unpacks to 256 MiB": (DOCX, zip_bomb()),
    "an archive that is no office file": (DOCX, whole()[FileFormat.XLSX]),
}


@pytest.mark.parametrize("files_url", STORES, indirect=True)
@pytest.mark.parametrize("what", BAD)
async def test_a_bad_file_is_refused_and_nothing_of_it_stays(spa: Spa, what: str) -> None:
    said, content = BAD[what]
    name = f"Grace.{said.extensions[0]}"
    asked = await ticket(
        spa.ada, await spa.contact(), len(content), name=name, mediaType=said.media_type
    )
    answer = await put(spa.ada, asked["url"], content)
    assert refusal(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert "Grace" not in answer.text
    assert await left(spa.server) == Left()
    assert refusal(await put(spa.ada, asked["url"], CONSENT)) == (404, "NOT_FOUND")


async def test_a_pdf_that_unpacks_to_256_mib_is_opened_within_limits_or_refused(
    spa: Spa,
) -> None:
    packed = zlib.compressobj(9)
    content = b"".join(packed.compress(b"0 0 m 9 9 l S " * 75_000) for _ in range(256))
    content += packed.flush()
    page = b"<</Filter/FlateDecode/Length %d>>\nstream\n" % len(content)
    bomb = one_page(b"/Contents 4 0 R/MediaBox[0 0 9 9]", page + content + b"\nendstream")
    asked = await ticket(spa.ada, await spa.contact(), len(bomb))
    answer = await put(spa.ada, asked["url"], bomb)
    if answer.status_code == 415:
        assert refusal(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")
        assert await left(spa.server) == Left()
    else:
        assert answer.status_code == 201
        assert await left(spa.server) == Left(uploads=1, complete=1, objects=1)
    asked = await ticket(spa.ada, await spa.contact("Next One"), len(CONSENT))
    assert (await put(spa.ada, asked["url"], CONSENT)).status_code == 201


async def test_a_bad_beginning_is_refused_before_the_rest_has_come(spa: Spa) -> None:
    content = b"MZ" + b"\0" * 9 * 2**20
    asked = await ticket(spa.ada, await spa.contact(), len(content))
    where = await begun(spa.ada, asked, len(content))
    answer = await sent(spa.ada, where, 0, content[: 5 * 2**20])
    assert refusal(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert await left(spa.server) == Left()


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.pdf",
        "..\\consent.pdf",
        "a/b.pdf",
        "consent\0.pdf",
        "con\r\nsent.pdf",
        "\u202efdp.exe.pdf",
        "consent\u200b.pdf",
        "CON.pdf",
        " . ",
        "x" * 300 + ".pdf",
    ],
)
async def test_a_deceiving_name_is_refused_when_the_upload_is_asked_for(
    spa: Spa, name: str
) -> None:
    payload = await requested(spa.ada, await spa.contact(), name=name, size=100)
    assert payload["upload"] is None
    assert {(one["code"], tuple(one["path"])) for one in payload["errors"]} == {
        ("INVALID_INPUT", ("input", "name"))
    }
    assert await left(spa.server) == Left()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"size": 0}, "INVALID_INPUT"),
        ({"size": 250 * 2**20 + 1}, "FILE_TOO_LARGE"),
        ({"mediaType": "image/svg+xml", "name": "a.svg"}, "UNSUPPORTED_MEDIA_TYPE"),
        ({"mediaType": "text/html", "name": "a.html"}, "UNSUPPORTED_MEDIA_TYPE"),
        ({"name": "consent.exe"}, "UNSUPPORTED_MEDIA_TYPE"),
        ({"name": "consent.pdf.exe"}, "UNSUPPORTED_MEDIA_TYPE"),
        ({"name": "consent"}, "UNSUPPORTED_MEDIA_TYPE"),
    ],
)
async def test_a_file_that_cannot_be_taken_gets_no_link(
    spa: Spa, fields: dict[str, str | int], code: str
) -> None:
    payload = await requested(spa.ada, await spa.contact(), **{"size": 100, **fields})
    assert payload["upload"] is None
    assert [one["code"] for one in payload["errors"]] == [code]
    assert await left(spa.server) == Left()

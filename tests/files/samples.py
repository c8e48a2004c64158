"""Files of all formats, made here: whole ones, and what hostile ones are made of."""

import io
import struct
import zlib
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import typst
from PIL import Image

from files.formats import IMAGES, FileFormat

TYPES = "[Content_Types].xml"
MAIN = {
    FileFormat.DOCX: "word/document.xml",
    FileFormat.XLSX: "xl/workbook.xml",
    FileFormat.PPTX: "ppt/presentation.xml",
}


def image(name: str, size: tuple[int, int] = (40, 20), mode: str = "RGB", **options: Any) -> bytes:
    made = io.BytesIO()
    Image.new(mode, size, options.pop("color", 0)).save(made, name, **options)
    return made.getvalue()


def opened(png: bytes) -> Image.Image:
    shown = Image.open(io.BytesIO(png), formats=("PNG",))
    shown.load()
    return shown


def zipped(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def office(file_format: FileFormat, **more: bytes) -> bytes:
    parts = {TYPES: b"<Types/>", MAIN[file_format]: b"<main/>"}
    return zipped(parts | {name.replace("__", "/"): content for name, content in more.items()})


def pdf(markup: str) -> bytes:
    made = typst.compile(markup.encode(), format="pdf", ignore_system_fonts=True, timestamp=0)
    return bytes(made)


def raw_pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """Return a PDF of these objects, which are numbered from 1; the first is the catalog."""
    numbered = [b"%d 0 obj\n%b\nendobj\n" % (n, one) for n, one in enumerate(objects, start=1)]
    return b"%PDF-1.4\n" + b"".join(numbered) + b"trailer\n<</Root 1 0 R" + trailer + b">>\n%%EOF\n"


def one_page(page: bytes = b"", *more: bytes, trailer: bytes = b"") -> bytes:
    """Return a PDF of a page with these entries; what more there is are objects from 4 on."""
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R" + page + b">>",
        *more,
        trailer=trailer,
    )


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """Return an object that holds compressed bytes."""
    packed = zlib.compress(content, 9)
    head = b"<</Filter/FlateDecode/Length %d%b>>" % (len(packed), entries)
    return head + b"\nstream\n" + packed + b"\nendstream"


def huge_png(width: int, height: int) -> bytes:
    """Return a small PNG whose header says that it is a large one."""
    header = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def box(major: bytes, *others: bytes) -> bytes:
    """Return the beginning of a film or of a HEIC image, with its brands."""
    brands = b"".join(others)
    return struct.pack(">I4s4sI", 16 + len(brands), b"ftyp", major, 0) + brands + b"\0" * 64


def whole() -> dict[FileFormat, bytes]:
    """Return a good file of each format."""
    return {one: image(one.name) for one in IMAGES} | {
        FileFormat.PDF: pdf("Hello"),
        FileFormat.HEIC: box(b"mif1", b"mif1", b"heic"),
        FileFormat.MP4: box(b"isom", b"isom", b"mp41"),
        FileFormat.MOV: box(b"qt  ", b"qt  "),
        FileFormat.MP3: b"\xff\xfb\x90\x64" + b"\0" * 400,
        FileFormat.TXT: "Zoë — naïve\tand\r\nplain\f".encode(),
        FileFormat.CSV: b"\xef\xbb\xbfname,phone\nGrace,555\n",
        **{one: office(one) for one in MAIN},
    }

"""How each format begins and ends, and what would make a file two formats at once."""

import re
import struct

from files.formats import OFFICE, TEXTS, FileFormat

HEAD_BYTES = 1024
# The longest end of a zip file: its record, and a comment of 65,535 bytes.
TAIL_BYTES = 64 * 1024 + 22

_PDF = b"%PDF-"
_BEGINNINGS = {
    FileFormat.PDF: (_PDF,),
    FileFormat.JPEG: (b"\xff\xd8\xff",),
    FileFormat.PNG: (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR",),
    FileFormat.GIF: (b"GIF87a", b"GIF89a"),
    FileFormat.TIFF: (b"II*\0", b"MM\0*"),
    **dict.fromkeys(OFFICE, (b"PK\x03\x04",)),
}
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
_PDF_END = re.compile(rb"%%EOF[\0\t\n\f\r ]*\Z")
_MARKUP = re.compile(rb"<(?:script|html|svg|!doctype html)", re.IGNORECASE)
_TEXT_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|svg|script|\?xml)", re.IGNORECASE
)

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_HEIC_MAJORS = _HEIC_BRANDS | {b"mif1", b"msf1"}
_MP4_BRANDS = frozenset(
    {b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash", b"isom"}
    | {b"iso%d" % version for version in range(2, 10)}
)

_ZIP_END = b"PK\x05\x06"
_ZIP_END_RECORD = struct.Struct("<4s4H2LH")
_ZIP_ENTRY = b"PK\x01\x02"
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES = 20


def begins_as(head: bytes, expected: FileFormat) -> bool:
    """Return whether a file that begins with `head` has the signature of a format."""
    match expected:
        case FileFormat.WEBP:
            return head[:4] == b"RIFF" and head[8:12] == b"WEBP"
        case FileFormat.HEIC | FileFormat.MP4 | FileFormat.MOV:
            return _has_brand(head, expected)
        case FileFormat.MP3:
            return head[:3] == b"ID3" or _is_mp3_frame(head)
        case FileFormat.TXT | FileFormat.CSV:
            return True
        case _:
            return head.startswith(_BEGINNINGS[expected])


def has_markup(head: bytes, expected: FileFormat) -> bool:
    """Return whether a browser might take `head` for a page; a text may speak of markup."""
    if expected in TEXTS:
        return _TEXT_MARKUP.match(head) is not None
    return _MARKUP.search(head) is not None


def hides_pdf(head: bytes, expected: FileFormat) -> bool:
    """Return whether what is no PDF would open as one: readers search the first 1,024 bytes."""
    return expected is not FileFormat.PDF and _PDF in head


def ends_as(head: bytes, tail: bytes, total: int, expected: FileFormat) -> bool:
    """Return whether a file of `total` bytes is there to its end, where its format tells."""
    match expected:
        case FileFormat.PDF:
            return _PDF_END.search(tail, max(0, len(tail) - HEAD_BYTES)) is not None
        case FileFormat.PNG:
            return tail.endswith(_PNG_END)
        case FileFormat.GIF:
            return tail.endswith(b"\x3b")
        case FileFormat.WEBP:
            return int.from_bytes(head[4:8], "little") + 8 == total
        case _:
            return True


def hides_zip(tail: bytes, total: int, expected: FileFormat) -> bool:
    """Return whether what is no office file would open as a zip file, by its last bytes."""
    if expected in OFFICE:
        return False
    at = tail.rfind(_ZIP_END)
    while at >= 0:
        if _is_zip_end(tail, at, total):
            return True
        at = tail.rfind(_ZIP_END, 0, at)
    return False


def _has_brand(head: bytes, expected: FileFormat) -> bool:
    """Return whether a file's `ftyp` box names a brand of the format."""
    size = int.from_bytes(head[:4], "big")
    if head[4:8] != b"ftyp" or size < 16:
        return False
    major = head[8:12]
    if expected is FileFormat.MOV:
        return major == b"qt  "
    if expected is FileFormat.MP4:
        return major in _MP4_BRANDS
    box = head[:size]
    others = {box[at : at + 4] for at in range(16, len(box) - 3, 4)}
    return major in _HEIC_MAJORS and bool(_HEIC_BRANDS & {major, *others})


def _is_mp3_frame(head: bytes) -> bool:
    """Return whether `head` is a frame of MPEG audio, layer III, with a rate that exists."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    version, bit_rate, sample_rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and bit_rate != 15 and sample_rate != 3


def _is_zip_end(tail: bytes, at: int, total: int) -> bool:
    """Return whether the record at `at` of `tail` points to entries that are there."""
    if len(tail) - at < _ZIP_END_RECORD.size:
        return False
    if tail[max(0, at - _ZIP64_LOCATOR_BYTES) : at].startswith(_ZIP64_LOCATOR):
        return True
    _, disk, first, here, entries, size, offset, _ = _ZIP_END_RECORD.unpack_from(tail, at)
    if disk or first or here != entries or size + offset > total - len(tail) + at:
        return False
    return not entries or at < size or tail.startswith(_ZIP_ENTRY, at - size)

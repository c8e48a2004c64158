"""PDFs: their pages, their text, pictures of pages, and pages added to their end."""

import io
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import BinaryIO

from pypdfium2 import PdfDocument, PdfiumError, raw

from files.formats import FileFormat
from files.press import images
from files.press.jobs import MOST_CHARACTERS, Inspection, Unreadable

MOST_PAGES = 10_000

TEXT_SECONDS = 2.0
_LOCKED = frozenset({raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY})
# Stands where a word was divided at the end of a line.
_HYPHEN = "\ufffe"
# A hair less than 1,024 pixels, as sizes are rounded up.
_SIDE = images.SIDE - 1e-3


class Locked(Unreadable):
    """Only who has the password can open the PDF."""


def inspect(file: BinaryIO, _format: FileFormat) -> Inspection:
    """Return how many pages a PDF has, and its text as far as there is time; nothing if locked."""
    try:
        with _opened(file) as pdf:
            return Inspection(pages=len(pdf), text=_text(pdf))
    except Locked:
        return Inspection()


def preview(file: BinaryIO, _format: FileFormat, page: int) -> bytes:
    """Return a page as PNG, on white and with what was filled into its forms; pages begin at 1."""
    with _opened(file) as pdf:
        if not 1 <= page <= len(pdf):
            raise Unreadable(f"The PDF has no page {page}.")
        pdf.init_forms()
        shown = pdf[page - 1]
        bitmap = shown.render(scale=_SIDE / max(shown.get_size()))
        return images.as_png(bitmap.to_pil())


def joined(file: BinaryIO, more: bytes) -> bytes:
    """Return a PDF with the pages of another after its own.

    It begins with the first PDF byte for byte: only changes are written behind it.
    """
    result = io.BytesIO()
    with _opened(file) as pdf, PdfDocument(more) as end:
        pages = len(pdf) + len(end)
        pdf.import_pages(end)
        pdf.save(result, flags=raw.FPDF_INCREMENTAL)
    with _opened(result) as pdf:
        if len(pdf) != pages:
            raise Unreadable("The PDF is damaged.")
    return result.getvalue()


def _text(pdf: PdfDocument) -> str:
    """Return the text of the first pages: at most a million characters, and for two seconds."""
    texts, missing, end = list[str](), MOST_CHARACTERS, time.monotonic() + TEXT_SECONDS
    for number in range(len(pdf)):
        if missing <= 0 or time.monotonic() > end:
            break
        texts.append(_text_of_page(pdf, number)[:missing])
        missing -= len(texts[-1]) + 1
    return "\n".join(texts)


def _text_of_page(pdf: PdfDocument, number: int) -> str:
    """Return the text of a page, empty if the page is damaged."""
    try:
        with closing(pdf[number]) as page, closing(page.get_textpage()) as text:
            return str(text.get_text_range()).replace(_HYPHEN, "").replace("\0", " ")
    except PdfiumError:
        return ""


@contextmanager
def _opened(file: BinaryIO) -> Iterator[PdfDocument]:
    """Open a PDF of at most 10,000 pages; whatever is wrong with it is Unreadable."""
    try:
        with PdfDocument(file) as pdf:
            if len(pdf) > MOST_PAGES:
                raise Unreadable("The PDF has more than 10,000 pages.")
            yield pdf
    except PdfiumError as error:
        if error.err_code in _LOCKED:
            raise Locked("The PDF is protected by a password.") from error
        raise Unreadable("The PDF is damaged.") from error
    except (ValueError, ArithmeticError) as error:  # a page without a size
        raise Unreadable("The PDF is damaged.") from error

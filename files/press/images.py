"""Images: how large they are, and small copies of them."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from PIL import Image, ImageOps

from files.formats import FileFormat
from files.press.jobs import Inspection, Unreadable

MOST_PIXELS = 100_000_000
SIDE = 1024
# Enough to be made smaller well, and little to turn round and to convert.
_ROUGH_SIDE = 4 * SIDE
# Its decoder holds a picture four times.
_MOST_WEBP_PIXELS = 30_000_000

Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow warns from here on, and refuses the double


def inspect(file: BinaryIO, file_format: FileFormat) -> Inspection:
    """Return how many pixels an image has, by its header; Unreadable if it is broken or a bomb."""
    with _opened(file, file_format) as image:
        width, height = image.size
        image.verify()
        return Inspection(width=width, height=height)


def preview(file: BinaryIO, file_format: FileFormat, _page: int) -> bytes:
    """Return an image as PNG, upright, without what else is in its file; of several the first."""
    with _opened(file, file_format) as image:
        if file_format is FileFormat.WEBP and image.width * image.height > _MOST_WEBP_PIXELS:
            raise Unreadable("The image is too large for a preview.")
        image.draft(None, (2 * SIDE, 2 * SIDE))
        image.thumbnail((_ROUGH_SIDE, _ROUGH_SIDE), Image.Resampling.NEAREST, reducing_gap=None)
        return as_png(ImageOps.exif_transpose(image))


def as_png(image: Image.Image) -> bytes:
    """Return a picture as PNG of at most 1,024 pixels a side."""
    shown = _plain(image)
    shown.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    shown.info = {}  # such as colour profiles, which Pillow would write
    png = io.BytesIO()
    shown.save(png, "PNG")
    return png.getvalue()


def _plain(image: Image.Image) -> Image.Image:
    """Return an image of 8 bits a channel: grey, RGB, or RGBA if it is transparent somewhere."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda grey: grey / 256).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert("L" if image.mode in {"1", "L"} else "RGB")


@contextmanager
def _opened(file: BinaryIO, file_format: FileFormat) -> Iterator[Image.Image]:
    """Open an image of no more than 100 megapixels; whatever is wrong with it is Unreadable."""
    try:
        with Image.open(file, formats=(file_format.name,)) as image:
            yield image
    except (Unreadable, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise Unreadable("The image has more than 100 megapixels.") from error
    except Exception as error:
        raise Unreadable("The image is damaged.") from error

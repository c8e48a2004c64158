"""Pictures of files are small, upright and bare, and hostile pages cost no more than others."""

import asyncio
import io

import pytest
from PIL import Image

from files.formats import FileFormat
from files.press.jobs import Unreadable
from files.press.press import Press
from tests.files import samples
from tests.files.test_press_inspect import LOCKED, LOOP, WHOLE

PATIENCE_SECONDS = 15
RED = (255, 0, 0)


async def shown(
    press: Press, content: bytes, file_format: FileFormat, page: int = 1
) -> Image.Image:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return samples.opened(await press.preview(content, file_format, page))


@pytest.mark.parametrize(
    ("page", "size"),
    [
        (b"/MediaBox[0 0 612 792]", (792, 1024)),
        (b"/MediaBox[0 0 792 612]", (1024, 792)),
        (b"/MediaBox[0 0 612 792]/Rotate 90", (1024, 792)),
        (b"/MediaBox[0 0 1000000 1000000]", (1024, 1024)),
        (b"/MediaBox[0 0 1000000 1]", (1024, 1)),
        (b"/MediaBox[0 0 0.001 0.001]", (1024, 1024)),
        (b"/MediaBox[0 0 1%b 1%b]" % (b"0" * 38, b"0" * 38), (792, 1024)),
        (b"", (792, 1024)),
    ],
)
async def test_a_page_is_shown_at_the_same_size_whatever_its_own(
    press: Press, page: bytes, size: tuple[int, int]
) -> None:
    picture = await shown(press, samples.one_page(page), FileFormat.PDF)
    assert (picture.size, picture.mode) == (size, "RGB")
    assert picture.getpixel((0, 0)) == (255, 255, 255)


async def test_each_page_is_shown(press: Press) -> None:
    pages = "".join(f'#page(fill: rgb("{fill}"))[]' for fill in ("#f00", "#0f0", "#00f"))
    content = samples.pdf(pages)
    colours = [
        (await shown(press, content, FileFormat.PDF, page)).getpixel((500, 500))
        for page in (1, 2, 3)
    ]
    assert colours == [(255, 0, 0), (0, 255, 0), (0, 0, 255)]


@pytest.mark.parametrize(
    ("content", "page", "expected"),
    [
        (WHOLE[FileFormat.PDF], 2, "The PDF has no page 2."),
        (WHOLE[FileFormat.PDF], 0, "The PDF has no page 0."),
        (WHOLE[FileFormat.PDF], -1, "The PDF has no page -1."),
        (LOCKED, 1, "The PDF is protected by a password."),
        (b"%PDF-1.7", 1, "The PDF is damaged."),
        (samples.raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", LOOP), 1, "The PDF is damaged."),
    ],
)
async def test_what_cannot_be_shown_is_told(
    press: Press, content: bytes, page: int, expected: str
) -> None:
    with pytest.raises(Unreadable) as refusal:
        await shown(press, content, FileFormat.PDF, page)
    assert str(refusal.value) == expected


@pytest.mark.parametrize("file_format", [FileFormat.HEIC, FileFormat.DOCX, FileFormat.TXT])
async def test_some_formats_have_no_previews(press: Press, file_format: FileFormat) -> None:
    with pytest.raises(Unreadable, match="no previews of this format"):
        await shown(press, WHOLE[file_format], file_format)


@pytest.mark.parametrize(
    ("name", "mode", "color", "options", "expected"),
    [
        ("JPEG", "RGB", RED, {}, ("RGB", (254, 0, 0))),
        ("JPEG", "CMYK", (0, 255, 255, 0), {}, ("RGB", RED)),
        ("JPEG", "L", 7, {}, ("L", 7)),
        ("PNG", "RGBA", (255, 0, 0, 128), {}, ("RGBA", (255, 0, 0, 128))),
        ("PNG", "LA", (9, 128), {}, ("RGBA", (9, 9, 9, 128))),
        ("PNG", "P", 0, {"transparency": 0}, ("RGBA", (0, 0, 0, 0))),
        ("PNG", "P", 0, {}, ("RGB", (0, 0, 0))),
        ("PNG", "I;16", 0x8000, {}, ("L", 128)),
        ("PNG", "1", 1, {}, ("L", 255)),
        ("TIFF", "RGB", RED, {"compression": "tiff_lzw"}, ("RGB", RED)),
        ("TIFF", "I;16", 0xFFFF, {}, ("L", 255)),
        ("TIFF", "F", 9.0, {}, ("RGB", (9, 9, 9))),
        ("GIF", "P", 0, {}, ("RGB", (0, 0, 0))),
        ("WEBP", "RGBA", (255, 0, 0, 0), {"lossless": True, "exact": True}, ("RGBA", None)),
    ],
)
async def test_images_of_all_kinds_are_shown(
    press: Press, name: str, mode: str, color: object, options: dict[str, object], expected: object
) -> None:
    content = samples.image(name, (8, 8), mode, color=color, **options)
    picture = await shown(press, content, FileFormat[name])
    pixel = picture.getpixel((4, 4)) if name != "WEBP" else None
    assert (picture.mode, pixel) == expected


@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF"])
async def test_a_photo_is_upright_and_tells_nothing_else(press: Press, name: str) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "Grace Park"
    options = {"exif": exif, "icc_profile": b"profile" * 20}
    content = samples.image(name, (4000, 2000), "RGB", color=RED, **options)
    async with asyncio.timeout(PATIENCE_SECONDS):
        png = await press.preview(content, FileFormat[name])
    picture = samples.opened(png)
    assert (picture.size, dict(picture.getexif()), picture.info) == ((512, 1024), {}, {})
    assert b"Grace" in content
    assert b"Grace" not in png


async def test_a_small_image_is_not_made_larger(press: Press) -> None:
    assert (await shown(press, WHOLE[FileFormat.PNG], FileFormat.PNG)).size == (40, 20)


async def test_of_an_animation_the_first_picture_is_shown(press: Press) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, (0, 255, 0))]
    content = io.BytesIO()
    frames[0].save(content, "GIF", save_all=True, append_images=frames[1:])
    picture = await shown(press, content.getvalue(), FileFormat.GIF)
    assert picture.getpixel((4, 4)) == RED


@pytest.mark.parametrize("name", ["PNG", "GIF"])
async def test_an_image_of_100_megapixels_fits_into_the_memory(press: Press, name: str) -> None:
    content = samples.image(name, (10_000, 10_000), "P")
    assert (await shown(press, content, FileFormat[name])).size == (1024, 1024)


async def test_a_webp_image_that_would_not_fit_is_told(press: Press) -> None:
    content = samples.image("WEBP", (6400, 6400), method=0)
    with pytest.raises(Unreadable, match="too large for a preview"):
        await shown(press, content, FileFormat.WEBP)


async def test_what_was_filled_into_a_form_is_shown(press: Press) -> None:
    look = samples.stream(
        b"1 0 0 rg 0 0 100 100 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 100 100]"
    )
    field = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(b)/Rect[0 0 100 100]/AP<</N 5 0 R>>/F 4>>"
    catalog = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>"
    pages = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Annots[4 0 R]>>"
    content = samples.raw_pdf(catalog, pages, page, field, look)
    assert (await shown(press, content, FileFormat.PDF)).getpixel((500, 500)) == RED

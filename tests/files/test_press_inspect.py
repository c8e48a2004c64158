"""The press tells what is in a file, and refuses what is broken or a bomb."""

import asyncio
from pathlib import Path

import pytest

from files.formats import FileFormat
from files.press.jobs import MOST_CHARACTERS, Inspection, PressFailed, Unreadable
from files.press.press import Press
from tests.files import samples

WHOLE = samples.whole()
PATIENCE_SECONDS = 15
LOOP = b"<</Type/Pages/Kids[2 0 R]/Count 1>>"
LOCK = b"/Encrypt<</Filter/Standard/V 1/R 2/Length 40/P -4/O<%b>/U<%b>>>/ID[<00><00>]"
LOCKED = samples.one_page(b"/MediaBox[0 0 9 9]", trailer=LOCK % (b"ab" * 32, b"cd" * 32))


async def inspected(press: Press, content: bytes, file_format: FileFormat) -> Inspection:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await press.inspect(content, file_format)


async def refused(press: Press, content: bytes, file_format: FileFormat) -> str:
    """Return why a file is refused; whoever refuses it goes on with the next."""
    await inspected(press, b"warm", FileFormat.TXT)
    before = press.pid
    with pytest.raises(Unreadable) as refusal:
        await inspected(press, content, file_format)
    assert press.pid == before
    return str(refusal.value)


@pytest.mark.parametrize(
    ("file_format", "expected"),
    [
        (FileFormat.PDF, Inspection(pages=1, text="Hello")),
        (FileFormat.JPEG, Inspection(width=40, height=20)),
        (FileFormat.PNG, Inspection(width=40, height=20)),
        (FileFormat.GIF, Inspection(width=40, height=20)),
        (FileFormat.WEBP, Inspection(width=40, height=20)),
        (FileFormat.TIFF, Inspection(width=40, height=20)),
        (FileFormat.HEIC, Inspection()),
        (FileFormat.DOCX, Inspection()),
        (FileFormat.XLSX, Inspection()),
        (FileFormat.PPTX, Inspection()),
        (FileFormat.TXT, Inspection(text="Zoë — naïve\tand\r\nplain\f")),
        (FileFormat.CSV, Inspection(text="name,phone\nGrace,555\n")),
        (FileFormat.MP4, Inspection()),
        (FileFormat.MOV, Inspection()),
        (FileFormat.MP3, Inspection()),
    ],
)
async def test_what_is_in_a_good_file(
    press: Press, file_format: FileFormat, expected: Inspection
) -> None:
    assert await inspected(press, WHOLE[file_format], file_format) == expected


async def test_a_file_in_segments_is_one_file(press: Press, tmp_path: Path) -> None:
    content = samples.pdf("First #pagebreak() Second #pagebreak() Third")
    paths = [tmp_path / str(number) for number in range(len(content) // 1000 + 1)]
    for number, path in enumerate(paths):
        path.write_bytes(content[number * 1000 : (number + 1) * 1000])
    async with asyncio.timeout(PATIENCE_SECONDS):
        found = await press.inspect(paths, FileFormat.PDF)
    assert found == Inspection(pages=3, text="First\nSecond\nThird")


async def test_a_word_that_is_divided_at_the_end_of_a_line_is_one_word(press: Press) -> None:
    content = samples.pdf("#set page(width: 4cm, margin: 1cm)\n#set text(hyphenate: true)\n"
                          "anesthesiologist")  # fmt: skip
    assert (await inspected(press, content, FileFormat.PDF)).text == "anesthesiologist"


async def test_a_text_is_told_up_to_a_million_characters(press: Press) -> None:
    found = await inspected(press, ("é" * MOST_CHARACTERS + "tail").encode(), FileFormat.TXT)
    assert found.text == "é" * MOST_CHARACTERS


async def test_the_text_of_a_pdf_is_told_up_to_a_million_characters(press: Press) -> None:
    entries = b"/MediaBox[0 0 9 9]/Contents 3 0 R/Resources<</Font<</F 4 0 R>>>>"
    content = samples.raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 40/Kids[%b]>>" % b" ".join(b"%d 0 R" % n for n in range(5, 45)),
        samples.stream(b"BT /F 1 Tf (" + b"a" * 30_000 + b") Tj ET"),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *[b"<</Type/Page/Parent 2 0 R" + entries + b">>"] * 40,
    )
    found = await inspected(press, content, FileFormat.PDF)
    assert found.pages == 40
    assert len(found.text) == MOST_CHARACTERS


async def test_a_locked_pdf_is_taken_unseen(press: Press) -> None:
    assert await inspected(press, LOCKED, FileFormat.PDF) == Inspection()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7\n%%EOF", "The PDF is damaged."),
        (WHOLE[FileFormat.PNG], "The PDF is damaged."),
        (samples.raw_pdf(b"<</Type/Catalog>>"), "The PDF is damaged."),
        (
            samples.raw_pdf(
                b"<</Type/Catalog/Pages 2 0 R>>",
                b"<</Type/Pages/Count 10001/Kids[" + b"3 0 R " * 10_001 + b"]>>",
                b"<</Type/Page/Parent 2 0 R>>",
            ),
            "The PDF has more than 10,000 pages.",
        ),
    ],
)
async def test_a_bad_pdf_is_refused(press: Press, content: bytes, expected: str) -> None:
    assert await refused(press, content, FileFormat.PDF) == expected


async def test_a_page_tree_that_loops_ends(press: Press) -> None:
    content = samples.raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", LOOP)
    assert await inspected(press, content, FileFormat.PDF) == Inspection(pages=1)


async def test_a_page_tree_that_is_deep_ends(press: Press) -> None:
    deep = [b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % n for n in range(3, 20_000)]
    content = samples.raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", *deep)
    assert (await inspected(press, content, FileFormat.PDF)).text == ""


async def test_arrays_in_arrays_end(press: Press) -> None:
    page = b"/MediaBox[0 0 9 9]/X " + b"[" * 100_000 + b"]" * 100_000
    assert await inspected(press, samples.one_page(page), FileFormat.PDF) == Inspection(pages=1)


@pytest.mark.parametrize(
    ("content", "file_format", "expected"),
    [
        (samples.huge_png(60_000, 60_000), "PNG", "The image has more than 100 megapixels."),
        (samples.huge_png(10_001, 10_000), "PNG", "The image has more than 100 megapixels."),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "PNG", "The image is damaged."),
        (WHOLE[FileFormat.PNG].replace(b"IDAT", b"IDAX"), "PNG", "The image is damaged."),
        (WHOLE[FileFormat.GIF], "PNG", "The image is damaged."),
        (WHOLE[FileFormat.PDF], "JPEG", "The image is damaged."),
        (b"\xff\xd8\xff", "JPEG", "The image is damaged."),
        (WHOLE[FileFormat.WEBP][:20], "WEBP", "The image is damaged."),
        (b"II*\0\xff\xff\xff\xff", "TIFF", "The image is damaged."),
    ],
)
async def test_a_bad_image_is_refused(
    press: Press, content: bytes, file_format: str, expected: str
) -> None:
    assert await refused(press, content, FileFormat[file_format]) == expected


async def test_an_image_of_100_megapixels_is_no_bomb(press: Press) -> None:
    found = await inspected(press, samples.huge_png(10_000, 10_000), FileFormat.PNG)
    assert found == Inspection(width=10_000, height=10_000)


async def test_a_file_that_is_not_there_is_not_called_broken(press: Press, tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(PressFailed) as failure:
            await press.inspect([tmp_path / "gone"], FileFormat.PDF)
    assert failure.value.reason == "died"

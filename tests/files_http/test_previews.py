"""Pictures of pages: made once, kept, and as harmless as what is downloaded."""

import asyncio
from io import BytesIO

import pytest
from PIL import Image

from files.formats import FileFormat
from tests.files.samples import huge_png, image, one_page, whole
from tests.files_http.conftest import STORES
from tests.files_http.files import GONE, get, links, objects, refusal, send_file
from tests.files_http.test_download import rows
from tests.scenarios.spa import Spa

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def size_of(png: bytes) -> tuple[int, int]:
    opened = Image.open(BytesIO(png), formats=("PNG",))
    return opened.size


@pytest.mark.parametrize("files_url", STORES, indirect=True)
async def test_a_page_is_shown_and_kept(spa: Spa) -> None:
    shown = await send_file(spa.ada, await spa.contact())
    answer = await get(spa.ada, shown["previewUrl"])
    assert max(size_of(answer.content)) == 1024
    headers = dict(answer.headers)
    assert headers.pop("x-request-id")
    assert headers.pop("date")
    assert headers == {
        "cache-control": "private, no-store",
        "content-disposition": "inline",
        "content-length": str(len(answer.content)),
        "content-security-policy": "sandbox; default-src 'none'",
        "content-type": "image/png",
        "cross-origin-resource-policy": "cross-origin",
        "etag": f'"{shown["sha256"]}-1"',
        "referrer-policy": "no-referrer",
        "vary": "Origin",
        "x-content-type-options": "nosniff",
    }
    second = await get(spa.ada, shown["previewUrl"] + "?page=2")
    assert second.content != answer.content
    assert [one for one in objects(spa.server) if "preview" in one] == [
        f"{objects(spa.server)[0][:35]}/preview-{page}.png" for page in (1, 2)
    ]
    again = await get(spa.ada, shown["previewUrl"])
    assert again.content == answer.content
    known = await get(spa.ada, shown["previewUrl"], if_none_match=answer.headers["etag"])
    assert (known.status_code, known.content) == (304, b"")
    head = await get(spa.ada, shown["previewUrl"], "HEAD")
    assert (head.headers["content-length"], head.content) == (str(len(answer.content)), b"")
    assert len(await rows(spa, "document.previewed")) == 3


async def test_what_several_want_is_made_once(spa: Spa) -> None:
    shown = await send_file(spa.ada, await spa.contact())
    press, made = spa.server.desk.services.shelf.press, 0
    turn = press._turn
    async with turn:  # nothing is made meanwhile
        asked = [asyncio.create_task(get(spa.ada, shown["previewUrl"])) for _ in range(5)]
        await asyncio.sleep(0.3)
        made = press._jobs
    answers = await asyncio.gather(*asked)
    assert made == 1
    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in answers}) == 1


async def test_who_loses_the_right_while_it_is_made_gets_no_byte(spa: Spa) -> None:
    contact = await spa.contact()
    shown = await send_file(spa.ada, contact)
    async with spa.server.desk.services.shelf.press._turn:
        asked = asyncio.create_task(get(spa.ada, shown["previewUrl"]))
        await asyncio.sleep(0.3)
        await spa.ada.do("deleteContact", id=contact)
    answer = await asked
    assert refusal(answer) == (404, "NOT_FOUND")
    assert answer.json()["errors"][0]["message"] == GONE
    assert "etag" not in answer.headers
    assert await rows(spa, "document.previewed") == []


async def test_what_the_client_has_is_not_made_again(spa: Spa) -> None:
    shown = await send_file(spa.ada, await spa.contact())
    before = objects(spa.server)
    known = await get(spa.ada, shown["previewUrl"], if_none_match=f'"{shown["sha256"]}-1"')
    assert (known.status_code, known.content) == (304, b"")
    assert objects(spa.server) == before


@pytest.mark.parametrize("page", ["3", "0", "-1", "x", "", "1e3", "9999999", "%31%00"])
async def test_a_page_that_is_not_there_is_not_found(spa: Spa, page: str) -> None:
    shown = await send_file(spa.ada, await spa.contact())
    before = objects(spa.server)
    answer = await get(spa.ada, f"{shown['previewUrl']}?page={page}")
    assert refusal(answer) == (404, "NOT_FOUND")
    assert answer.json()["errors"][0]["message"] == "There is no such page."
    assert objects(spa.server) == before
    assert await rows(spa, "document.previewed") == []


async def test_a_picture_is_its_own_only_page(spa: Spa) -> None:
    content = image("JPEG", (2000, 1000))
    shown = await send_file(spa.ada, await spa.contact(), "Face.jpg", "image/jpeg", content)
    assert size_of((await get(spa.ada, shown["previewUrl"])).content) == (1024, 512)
    second = await get(spa.ada, shown["previewUrl"] + "?page=2")
    assert refusal(second) == (404, "NOT_FOUND")


@pytest.mark.parametrize("said", [one for one in FileFormat if one is not FileFormat.HEIC])
async def test_formats_without_pictures_have_no_link(spa: Spa, said: FileFormat) -> None:
    name = f"file.{said.extensions[0]}"
    shown = await send_file(spa.ada, await spa.contact(), name, said.media_type, whole()[said])
    pictured = said.media_type.startswith("image/") or said is FileFormat.PDF
    assert (shown["previewUrl"] is not None) == pictured
    if pictured:
        assert (await get(spa.ada, shown["previewUrl"])).status_code == 200


async def test_a_page_that_cannot_be_drawn_is_not_found(spa: Spa) -> None:
    content = one_page(b"/MediaBox[0 0 100000 1]")
    shown = await send_file(spa.ada, await spa.contact(), content=content)
    found = await links(spa.ada, shown["id"])
    assert found
    answer = await get(spa.ada, found["previewUrl"])
    if answer.status_code != 200:
        assert refusal(answer) == (404, "NOT_FOUND")


async def test_a_busy_press_asks_to_come_again(spa: Spa, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = await send_file(spa.ada, await spa.contact())
    press = spa.server.desk.services.shelf.press
    async with press._turn:
        jobs = [
            asyncio.create_task(press.inspect(huge_png(1, 1), FileFormat.PNG)) for _ in range(33)
        ]
        await asyncio.sleep(0)
        answer = await get(spa.ada, shown["previewUrl"])
        assert refusal(answer) == (503, "UNAVAILABLE")
        assert answer.headers["retry-after"] == "5"
    await asyncio.gather(*jobs, return_exceptions=True)
    assert (await get(spa.ada, shown["previewUrl"])).status_code == 200

"""Many who want the press at once: uploads wait for it, and pictures are few."""

import asyncio

import pytest

from tests.files_http.conftest import OpenSpa
from tests.files_http.files import CONSENT, get, put, refusal, send_file, ticket
from tests.scenarios.spa import Spa

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_uploads_wait_for_the_press(spa_with: OpenSpa) -> None:
    async with spa_with(max_uploads=60) as spa:
        contact = await spa.contact()
        asked = [await ticket(spa.ada, contact, len(CONSENT)) for _ in range(60)]
        async with spa.server.desk.services.shelf.press._turn:
            sent = [asyncio.create_task(put(spa.ada, one["url"], CONSENT)) for one in asked]
            await asyncio.wait(sent, timeout=2)
        assert {one.status_code for one in await asyncio.gather(*sent)} == {201}


async def test_so_many_pictures_are_made_at_once_and_no_more(
    spa: Spa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.files.once.MOST_AT_ONCE", 3)
    contact = await spa.contact()
    urls = [(await send_file(spa.ada, contact))["previewUrl"] for _ in range(4)]
    asked = await ticket(spa.ada, contact, len(CONSENT))
    press = spa.server.desk.services.shelf.press
    async with press._turn:
        made = [asyncio.create_task(get(spa.ada, url)) for url in urls[:3]]
        await asyncio.sleep(0.5)
        refused = await get(spa.ada, urls[3])
        assert refusal(refused) == (503, "UNAVAILABLE")
        assert refused.headers["retry-after"] == "5"
        made.append(asyncio.create_task(get(spa.ada, urls[0])))  # it is being made already
        made.append(asyncio.create_task(put(spa.ada, asked["url"], CONSENT)))
        await asyncio.sleep(0.5)
        assert press._jobs == 3  # two pictures, and the upload beside them
    answers = await asyncio.gather(*made)
    assert [one.status_code for one in answers] == [200] * 4 + [201]
    assert (await get(spa.ada, urls[3])).status_code == 200

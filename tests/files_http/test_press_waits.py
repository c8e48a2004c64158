"""Many who want the press at once: uploads wait for it, and pictures are few."""

import asyncio

import pytest

from tests.files_http.conftest import OpenSpa
from tests.files_http.files import CONSENT, put, ticket

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_uploads_wait_for_the_press(spa_with: OpenSpa) -> None:
    async with spa_with(max_uploads=60) as spa:
        contact = await spa.contact()
        asked = [await ticket(spa.ada, contact, len(CONSENT)) for _ in range(60)]
        async with spa.server.desk.services.shelf.press._turn:
            sent = [asyncio.create_task(put(spa.ada, one["url"], CONSENT)) for one in asked]
            await asyncio.wait(sent, timeout=2)
        assert {one.status_code for one in await asyncio.gather(*sent)} == {201}

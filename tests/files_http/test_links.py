"""C11: a link is for one thing, for a while, and for nobody who made it himself."""

from datetime import timedelta

import pytest

from models.seams import Seams, utc_now
from tests.client import Client
from tests.files_http.conftest import OpenSpa
from tests.files_http.files import (
    CONSENT,
    PART,
    TUS,
    Left,
    created,
    left,
    put,
    send_file,
    sound,
    ticket,
)
from tests.files_http.losses import READS, alike, asked
from tests.files_http.tus import begun
from tests.scenarios.spa import Spa, open_spa
from tests.server import running_server


@pytest.mark.parametrize(("seconds", "good"), [(59, True), (61, False)])
async def test_links_are_good_for_a_minute(spa_with: OpenSpa, seconds: int, good: bool) -> None:
    late = timedelta()
    async with spa_with(seams=Seams(now=lambda: utc_now() + late)) as spa:
        contact = await spa.contact()
        shown = await send_file(spa.ada, contact)
        fresh = [await ticket(spa.ada, contact, len(CONSENT)) for _ in range(2)]
        before = await left(spa.server)
        late = timedelta(seconds=seconds)
        if not good:
            for method, link, headers in READS:
                await alike(spa.ada, method, shown[link], headers)
            await alike(spa.ada, "PUT", fresh[0]["url"], {}, CONSENT)
            await alike(spa.ada, "POST", fresh[1]["url"], {**TUS, "Upload-Length": "100"})
            assert await left(spa.server) == before
            return
        for link in ("downloadUrl", "previewUrl"):
            assert (await asked(spa.ada, "GET", shown[link], {})).status_code == 200
        assert (await put(spa.ada, fresh[0]["url"], CONSENT)).status_code == 201
        await begun(spa.ada, fresh[1], len(CONSENT))


async def test_a_link_opens_nothing_of_another_kind_and_not_when_it_was_changed(
    spa: Spa,
) -> None:
    contact = await spa.contact()
    shown = await send_file(spa.ada, contact)
    fresh = await ticket(spa.ada, contact, len(CONSENT))
    where = await begun(spa.ada, await sound(spa.ada, contact, 100), 100)
    sealed = [
        one.rpartition("/")[2]
        for one in (shown["downloadUrl"], shown["previewUrl"], fresh["url"], where)
    ]
    tampered = ["", "A", sealed[0][:-1], sealed[0] + "A", sealed[0].swapcase(), "x" * 5000]
    for text in (*sealed[1:], *tampered[1:]):
        await alike(spa.ada, "GET", f"/files/documents/{text}", {})
    for text in (sealed[0], *sealed[2:]):
        await alike(spa.ada, "GET", f"/files/previews/{text}", {})
    for text in (*sealed[:2], sealed[3]):
        await alike(spa.ada, "PUT", f"/files/uploads/{text}", {}, CONSENT)
    for text in sealed[:3]:
        await alike(spa.ada, "PATCH", f"/files/resumable/{text}", {**PART, "Upload-Offset": "0"})
    assert (await put(spa.ada, fresh["url"], CONSENT)).status_code == 201


async def test_a_link_of_a_server_with_another_key_opens_nothing(
    spa: Spa, database_url: str, files_url: str
) -> None:
    shown = await send_file(spa.ada, await spa.contact())
    key = b"another secret of tests, 32 bytes"
    async with running_server(database_url, secret=key, files_url=files_url) as other:
        ada = Client(other, spa.http, "")
        for method, link, headers in READS:
            await alike(ada, method, shown[link], headers)


async def test_nobody_takes_an_upload_of_somebody_else(spa: Spa) -> None:
    contact = await spa.contact(owner=spa.ben)
    asked_for = await ticket(spa.ben, contact, len(CONSENT))
    assert (await put(spa.ben, asked_for["url"], CONSENT)).status_code == 201
    for other in (spa.ada, spa.dan):
        (error,) = (await created(other, contact, asked_for["id"]))["errors"]
        assert error["code"] == "NOT_FOUND"
    async with open_spa(spa.server, different_owners=True, name="other") as others:
        theirs = await others.contact()
        (error,) = (await created(others.ada, theirs, asked_for["id"]))["errors"]
        assert error["code"] == "NOT_FOUND"
    assert await left(spa.server) == Left(uploads=1, complete=1, objects=1)
    assert (await created(spa.ben, contact, asked_for["id"]))["errors"] == []

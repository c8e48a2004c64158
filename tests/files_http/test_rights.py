"""C11, P9: no link gives a byte to who may not see it now, and all refusals are alike."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from models.seams import Seams, utc_now
from permissions.rights import Permission
from tests.client import Client
from tests.files_http.conftest import OpenSpa
from tests.files_http.files import (
    CONSENT,
    GONE,
    MP3,
    PART,
    TUS,
    Left,
    address,
    created,
    left,
    links,
    noise,
    put,
    raw,
    refusal,
    send_file,
    sound,
    ticket,
    until_left,
)
from tests.files_http.test_download import rows
from tests.files_http.test_resumable import begun, offset, sent
from tests.model.rights import DEFAULT
from tests.scenarios.spa import Spa, open_spa
from tests.server import running_server

MIB = 2**20
DELETE = "mutation ($id: ID!) { deleteDocument(input: {id: $id}) { deletedId } }"
Loss = Callable[[Spa, str, str], Awaitable[Any]]

# Who loses what he could see, by the name of the loss: the loser, and how.
OF_RECORD: dict[str, tuple[str, Loss]] = {
    "another owner": ("ben", lambda spa, contact, _: spa.own(contact, spa.cleo)),
    "contact deleted": ("ben", lambda spa, contact, _: spa.ada.do("deleteContact", id=contact)),
    "only assigned data": (
        "dan",
        lambda spa, *_: spa.access(spa.dan, onlyAssignedData=True),
    ),
    "logout": ("ben", lambda spa, *_: spa.ben.do("logout")),
    "signed out": ("ben", lambda spa, *_: spa.ada.do("signOutUser", id=spa.ben.id)),
    "deactivated": (
        "ben",
        lambda spa, *_: spa.ada.do("deactivateUser", id=spa.ben.id, strategy="KEEP"),
    ),
    "no permission": (
        "ben",
        lambda spa, *_: spa.access(
            spa.ben, permissions=sorted(DEFAULT - {"DOCUMENTS_READ", "DOCUMENTS_WRITE"})
        ),
    ),
}
OF_DOCUMENT: dict[str, tuple[str, Loss]] = {
    **OF_RECORD,
    "document deleted": ("ben", lambda spa, _, key: spa.ada.ask(DELETE, id=key)),
}
RANGED, KNOWN = {"Range": "bytes=0-9"}, {"If-None-Match": "*"}
READS: list[tuple[str, str, dict[str, str]]] = [
    ("GET", "downloadUrl", {}),
    ("HEAD", "downloadUrl", {}),
    ("GET", "downloadUrl", RANGED),
    ("GET", "downloadUrl", {"Range": "bytes=99999999-"}),
    ("GET", "downloadUrl", KNOWN),
    ("HEAD", "downloadUrl", KNOWN),
    ("GET", "previewUrl", {}),
    ("HEAD", "previewUrl", {}),
    ("GET", "previewUrl", KNOWN),
]


async def asked(
    client: Client, method: str, url: str, headers: dict[str, str], content: bytes | None = None
) -> httpx2.Response:
    return await client.http.request(method, address(client, url), headers=headers, content=content)


def seen(answer: httpx2.Response) -> tuple[int, bytes, dict[str, str]]:
    """Return all of an answer that is not its request's alone."""
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name not in ("x-request-id", "date")
    }
    return answer.status_code, answer.content, headers


async def alike(
    client: Client, method: str, url: str, headers: dict[str, str], content: bytes | None = None
) -> None:
    """Assert that a link is answered like one that never was."""
    answer = await asked(client, method, url, headers, content)
    none = url.rpartition("/")[0] + "/AAAA"
    assert answer.status_code == 404
    if method != "HEAD":
        assert refusal(answer) == (404, "NOT_FOUND")
        assert answer.json()["errors"][0]["message"] == GONE
    assert seen(answer) == seen(await asked(client, method, none, headers, content))


@pytest.mark.parametrize("loss", OF_DOCUMENT)
async def test_who_loses_a_record_gets_no_byte_of_its_files(spa: Spa, loss: str) -> None:
    who, lose = OF_DOCUMENT[loss]
    loser: Client = getattr(spa, who)
    contact = await spa.contact(owner=spa.ben)
    document = (await send_file(spa.ada, contact))["id"]
    shown = await links(loser, document)
    assert shown
    for method, link, headers in READS[:2]:
        assert (await asked(loser, method, shown[link], headers)).status_code == 200
    before = await rows(spa, "document.downloaded")
    assert len(before) == 1
    await lose(spa, contact, document)
    for method, link, headers in READS:
        await alike(loser, method, shown[link], headers)
    assert await rows(spa, "document.downloaded") == before
    assert await rows(spa, "document.previewed") == []


@pytest.mark.parametrize("loss", OF_RECORD)
async def test_who_loses_a_record_sends_no_byte_to_it(spa: Spa, loss: str) -> None:
    who, lose = OF_RECORD[loss]
    loser: Client = getattr(spa, who)
    contact = await spa.contact(owner=spa.ben)
    fresh = await sound(loser, contact, 100)
    where = await begun(loser, await sound(loser, contact, 100), 100)
    assert (await sent(loser, where, 0, noise(40))).status_code == 204
    before = await left(spa.server)
    assert before == Left(uploads=2, objects=1)
    await lose(spa, contact, "")
    await alike(loser, "PUT", fresh["url"], {}, noise(100))
    await alike(loser, "POST", fresh["url"], {**TUS, "Upload-Length": "100"})
    await alike(loser, "HEAD", where, TUS)
    await alike(loser, "PATCH", where, {**PART, "Upload-Offset": "40"}, noise(60))
    await alike(loser, "DELETE", where, TUS)
    assert await left(spa.server) == before


@pytest.mark.parametrize("loss", OF_RECORD)
async def test_who_loses_a_record_amid_an_upload_leaves_nothing_of_it(spa: Spa, loss: str) -> None:
    who, lose = OF_RECORD[loss]
    loser: Client = getattr(spa, who)
    contact = await spa.contact(owner=spa.ben)
    whole, parts = [await sound(loser, contact, 9 * MIB) for _ in range(2)]
    where = await begun(loser, parts, 9 * MIB)
    length = {"Content_Length": str(9 * MIB), "Connection": "close"}
    made = [
        await raw(loser, "PUT", whole["url"], **length),
        await raw(loser, "PATCH", where, **PART, **length, Upload_Offset="0"),
    ]
    for one in made:
        await one.send(noise(9 * MIB)[: 5 * MIB])
    await asyncio.sleep(0.2)
    await lose(spa, contact, "")
    for one in made:
        await one.send(noise(9 * MIB)[5 * MIB :])
        assert (await one.rest()).startswith(b"HTTP/1.1 404 ")
        one.cut()
    assert await left(spa.server) == Left()


@pytest.mark.parametrize("loss", OF_DOCUMENT)
async def test_who_loses_a_record_amid_a_download_is_cut_off(spa: Spa, loss: str) -> None:
    who, lose = OF_DOCUMENT[loss]
    loser: Client = getattr(spa, who)
    contact, content = await spa.contact(owner=spa.ben), noise(24 * MIB)
    document = (await send_file(spa.ada, contact, "Voice.mp3", MP3, content))["id"]
    shown = await links(loser, document)
    assert shown
    made = await raw(loser, "GET", shown["downloadUrl"])
    assert b" 200 " in await made.head()
    await lose(spa, contact, document)
    await asyncio.sleep(1.1)
    got = 0
    with suppress(ConnectionError):
        async with asyncio.timeout(10):
            while part := await made.reader.read(MIB):
                got += len(part)
    made.cut()
    assert got < len(content)


async def test_who_keeps_his_right_gets_all_although_it_takes_long(spa: Spa) -> None:
    contact, content = await spa.contact(owner=spa.ben), noise(24 * MIB)
    await send_file(spa.ada, contact, "Voice.mp3", MP3, content)
    document = await send_file(spa.ben, contact, "Voice.mp3", MP3, content)
    made = await raw(spa.ben, "GET", document["downloadUrl"], Connection="close")
    await made.head()
    await asyncio.sleep(1.1)
    assert await made.rest() == content
    made.cut()


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


async def test_no_link_outlives_its_token(spa_with: OpenSpa) -> None:
    late = timedelta()
    async with spa_with(seams=Seams(now=lambda: utc_now() + late)) as spa:
        contact = await spa.contact()
        where = await begun(spa.ada, await sound(spa.ada, contact, 100), 100)
        late = timedelta(hours=11.9)
        assert await offset(spa.ada, where) == 0
        late = timedelta(hours=12.1)  # a token lives for 12 hours, and the leeway of a minute
        await alike(spa.ada, "PATCH", where, {**PART, "Upload-Offset": "0"}, noise(40))
        assert await left(spa.server) == Left(uploads=1)


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


async def test_who_lost_the_right_to_write_keeps_what_he_may_read(spa: Spa) -> None:
    contact = await spa.contact(owner=spa.ben)
    document = (await send_file(spa.ben, contact))["id"]
    fresh = await ticket(spa.ben, contact, len(CONSENT))
    await spa.access(spa.ben, permissions=sorted(DEFAULT - {Permission.DOCUMENTS_WRITE.value}))
    shown = await links(spa.ben, document)
    assert shown
    assert (await asked(spa.ben, "GET", shown["downloadUrl"], {})).content == CONSENT
    await alike(spa.ben, "PUT", fresh["url"], {}, CONSENT)
    await until_left(spa.server, Left(uploads=1, complete=1, documents=1, objects=1))

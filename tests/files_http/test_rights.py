"""C11, P9: no link gives a byte to who may not see it now, and all refusals are alike."""

import asyncio
from contextlib import suppress

import pytest

from permissions.rights import Permission
from tests.client import Client
from tests.files_http.files import (
    CONSENT,
    MP3,
    PART,
    TUS,
    Left,
    left,
    links,
    noise,
    raw,
    send_file,
    sound,
    ticket,
    until_left,
)
from tests.files_http.losses import OF_DOCUMENT, OF_RECORD, READS, alike, asked
from tests.files_http.test_download import rows
from tests.files_http.tus import begun, sent
from tests.model.rights import DEFAULT
from tests.scenarios.spa import Spa

MIB = 2**20


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

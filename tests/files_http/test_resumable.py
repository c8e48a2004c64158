"""Sending a file in parts by tus 1.0: lost connections cost nothing but the part in flight."""

import asyncio
import hashlib
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise

import pytest

from models.seams import Seams, utc_now
from resolvers.ids import parse
from tests.client import Client
from tests.files_http.conftest import STORES, OpenSpa
from tests.files_http.files import (
    CONSENT,
    PART,
    TUS,
    Left,
    address,
    created,
    get,
    left,
    noise,
    objects,
    raw,
    refusal,
    sound,
    ticket,
    until_left,
)
from tests.files_http.tus import begun, offset, sent, until_offset
from tests.scenarios.spa import Spa
from tests.server import running_server

MIB = 2**20


@pytest.mark.parametrize("files_url", STORES, indirect=True)
async def test_parts_of_any_length_make_the_file(spa: Spa) -> None:
    content, contact = noise(11 * MIB), await spa.contact()
    asked = await sound(spa.ada, contact, len(content))
    where = await begun(spa.ada, asked, len(content))
    cuts = (0, 1, 5, 4 * MIB, 9 * MIB + 7, len(content))
    for start, end in pairwise(cuts):
        assert await offset(spa.ada, where) == start
        answer = await sent(spa.ada, where, start, content[start:end])
        assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(end))
    shown = (await created(spa.ada, contact, asked["id"]))["document"]
    assert shown["sha256"] == hashlib.sha256(content).hexdigest()
    assert (await get(spa.ada, shown["downloadUrl"])).content == content


async def test_times_and_lengths_are_told(spa: Spa) -> None:
    asked = await sound(spa.ada, await spa.contact(), 100)
    where = await begun(spa.ada, asked, 100)
    answer = await spa.ada.http.head(address(spa.ada, where), headers=TUS)
    assert answer.headers["upload-length"] == "100"
    ends = parsedate_to_datetime(answer.headers["upload-expires"])
    begin = datetime.fromisoformat(asked["expiresAt"]) - timedelta(seconds=60)
    assert abs(ends - begin - timedelta(hours=24)) < timedelta(seconds=1)
    options = await spa.ada.http.request("OPTIONS", address(spa.ada, where))
    assert options.status_code == 204
    told = {name: options.headers[name] for name in options.headers if name.startswith("tus")}
    assert told == {
        "tus-resumable": "1.0.0",
        "tus-version": "1.0.0",
        "tus-extension": "creation,termination,expiration",
        "tus-max-size": str(250 * MIB),
    }


@pytest.mark.parametrize("files_url", STORES, indirect=True)
@pytest.mark.parametrize("came", [3, 4 * MIB, 6 * MIB + 1])
async def test_after_a_lost_connection_it_goes_on_where_it_was(spa: Spa, came: int) -> None:
    content, contact = noise(9 * MIB), await spa.contact()
    asked = await sound(spa.ada, contact, len(content))
    where = await begun(spa.ada, asked, len(content))
    headers = {"Content_Length": str(len(content)), "Upload_Offset": "0"}
    made = await raw(spa.ada, "PATCH", where, **PART, **headers)
    await made.send(content[:came])
    await asyncio.sleep(0.3)
    made.cut()
    await until_offset(spa.ada, where, came)
    assert (await sent(spa.ada, where, came, content[came:])).status_code == 204
    shown = (await created(spa.ada, contact, asked["id"]))["document"]
    assert (await get(spa.ada, shown["downloadUrl"])).content == content


async def test_who_falls_silent_keeps_what_came(spa_with: OpenSpa) -> None:
    async with spa_with(receive_seconds=0.3) as spa:
        asked = await sound(spa.ada, await spa.contact(), 100)
        where = await begun(spa.ada, asked, 100)
        made = await raw(spa.ada, "PATCH", where, **PART, Content_Length="100", Upload_Offset="0")
        await made.send(noise(40))
        assert (await made.rest()).startswith(b"HTTP/1.1 408 ")
        made.cut()
        assert await offset(spa.ada, where) == 40


@pytest.mark.parametrize("files_url", STORES, indirect=True)
async def test_another_process_goes_on_although_it_saw_nothing(
    spa: Spa, database_url: str, files_url: str
) -> None:
    contact = await spa.contact()
    asked = await ticket(spa.ada, contact, len(CONSENT))
    where = await begun(spa.ada, asked, len(CONSENT))
    await sent(spa.ada, where, 0, CONSENT[:100])
    async with running_server(database_url, files_url=files_url) as other:
        ada = Client(other, spa.http, spa.ada.token)
        assert (await sent(ada, where, 100, CONSENT[100:])).status_code == 204
        shown = (await created(ada, contact, asked["id"]))["document"]
    assert shown["sha256"] == hashlib.sha256(CONSENT).hexdigest()
    assert shown["pages"] == 2


@pytest.mark.parametrize("files_url", STORES, indirect=True)
async def test_of_two_processes_at_once_one_goes_on(
    spa: Spa, database_url: str, files_url: str
) -> None:
    content, contact = noise(9 * MIB), await spa.contact()
    asked = await sound(spa.ada, contact, len(content))
    where = await begun(spa.ada, asked, len(content))
    headers = {"Content_Length": str(len(content)), "Upload_Offset": "0"}
    made = await raw(spa.ada, "PATCH", where, **PART, **headers)
    await made.send(content[: 5 * MIB])
    await until_offset(spa.ada, where, 4 * MIB)
    async with running_server(database_url, files_url=files_url) as other:
        ada = Client(other, spa.http, spa.ada.token)
        assert (await sent(ada, where, 4 * MIB, content[4 * MIB :])).status_code == 204
        await made.send(content[5 * MIB :])
        assert (await made.head()).startswith(b"HTTP/1.1 409 ")
        made.cut()
        shown = (await created(ada, contact, asked["id"]))["document"]
        assert shown["sha256"] == hashlib.sha256(content).hexdigest()
        assert (await get(ada, shown["downloadUrl"])).content == content


@pytest.mark.parametrize("files_url", STORES, indirect=True)
async def test_the_digest_is_of_what_is_stored_whoever_put_it(
    spa: Spa, database_url: str, files_url: str
) -> None:
    mine, contact = noise(100), await spa.contact()
    theirs = mine[:4] + b"x" * 36
    asked = await sound(spa.ada, contact, 100)
    where = await begun(spa.ada, asked, 100)
    made = await raw(spa.ada, "PATCH", where, **PART, Content_Length="40", Upload_Offset="0")
    await made.send(mine[:39])
    async with running_server(database_url, files_url=files_url) as other:
        ada = Client(other, spa.http, spa.ada.token)
        assert (await sent(ada, where, 0, theirs)).status_code == 204
    await made.send(mine[39:40])
    assert (await made.head()).startswith(b"HTTP/1.1 409 ")
    made.cut()
    assert (await sent(spa.ada, where, 40, mine[40:])).status_code == 204
    shown = (await created(spa.ada, contact, asked["id"]))["document"]
    stored = theirs + mine[40:]
    assert shown["sha256"] == hashlib.sha256(stored).hexdigest()
    assert (await get(spa.ada, shown["downloadUrl"])).content == stored


async def test_one_of_two_at_once_goes_on(spa: Spa) -> None:
    asked = await sound(spa.ada, await spa.contact(), 100)
    where = await begun(spa.ada, asked, 100)
    made = await raw(spa.ada, "PATCH", where, **PART, Content_Length="100", Upload_Offset="0")
    await made.send(noise(40))
    await asyncio.sleep(0.2)
    assert refusal(await sent(spa.ada, where, 0, noise(100))) == (409, "CONFLICT")
    made.cut()
    await until_offset(spa.ada, where, 40)
    assert (await sent(spa.ada, where, 40, noise(100)[40:])).status_code == 204


async def test_it_goes_on_for_its_day_though_the_token_is_over(spa_with: OpenSpa) -> None:
    ahead = timedelta()
    async with spa_with(seams=Seams(now=lambda: utc_now() + ahead)) as spa:
        asked = await sound(spa.ada, await spa.contact(), 100)
        where = await begun(spa.ada, asked, 100)
        for hours, start, end in ((13, 0, 40), (23, 40, 60)):
            ahead = timedelta(hours=hours)
            assert (await sent(spa.ada, where, start, noise(100)[start:end])).status_code == 204
        ahead = timedelta(hours=24, seconds=1)
        assert refusal(await sent(spa.ada, where, 60, noise(100)[60:])) == (404, "NOT_FOUND")


@pytest.mark.parametrize("files_url", STORES, indirect=True)
async def test_an_upload_can_be_given_up(spa: Spa) -> None:
    asked = await sound(spa.ada, await spa.contact(), 100)
    where = await begun(spa.ada, asked, 100)
    await sent(spa.ada, where, 0, noise(40))
    assert len(objects(spa.server)) == 1
    answer = await spa.ada.http.delete(address(spa.ada, where), headers=TUS)
    assert answer.status_code == 204
    assert await left(spa.server) == Left()
    again = await spa.ada.http.delete(address(spa.ada, where), headers=TUS)
    assert refusal(again) == (404, "NOT_FOUND")


async def test_who_did_not_hear_that_it_is_complete_asks_and_hears_it(spa: Spa) -> None:
    contact = await spa.contact()
    asked = await sound(spa.ada, contact, 100)
    where = await begun(spa.ada, asked, 100)
    assert (await sent(spa.ada, where, 0, noise(100))).status_code == 204
    assert await offset(spa.ada, where) == 100
    assert (await sent(spa.ada, where, 100, b"")).status_code == 204
    answer = await spa.ada.http.delete(address(spa.ada, where), headers=TUS)
    assert refusal(answer) == (404, "NOT_FOUND")
    assert (await created(spa.ada, contact, asked["id"]))["errors"] == []
    found = await spa.ada.http.head(address(spa.ada, where), headers=TUS)
    assert found.status_code == 404
    assert await left(spa.server) == Left(complete=1, documents=1, objects=1)


async def test_all_bytes_without_an_end_are_completed_by_who_asks_next(spa: Spa) -> None:
    contact = await spa.contact()
    asked = await sound(spa.ada, contact, 100)
    where = await begun(spa.ada, asked, 100)
    made = await raw(
        spa.ada, "PATCH", where, **PART, Transfer_Encoding="chunked", Upload_Offset="0"
    )
    await made.send(b"64\r\n" + noise(100) + b"\r\n")
    await asyncio.sleep(0.2)
    made.cut()
    await until_offset(spa.ada, where, 100)
    assert (await created(spa.ada, contact, asked["id"]))["errors"] == []


@pytest.mark.parametrize(("hours", "status"), [(23.9, 204), (24.1, 404)])
async def test_an_upload_ends_after_a_day(spa_with: OpenSpa, hours: float, status: int) -> None:
    late = timedelta()
    async with spa_with(seams=Seams(now=lambda: utc_now() + late)) as spa:
        ada = spa.client(spa.server.desk.tokens.make(parse(spa.ada.id).id, hours=48))
        contact = await spa.contact()
        asked = await sound(ada, contact, 100)
        where = await begun(ada, asked, 100)
        late = timedelta(hours=hours)
        assert (await sent(ada, where, 0, noise(40))).status_code == status
        await until_left(spa.server, Left(uploads=1, objects=1 if status == 204 else 0))

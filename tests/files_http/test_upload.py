"""Sending a file in one request: all of it is stored, or nothing of it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from files.formats import FileFormat
from files.segments import SEGMENT_BYTES
from models.document import document_word
from tests.files_http.conftest import STORES, OpenSpa
from tests.files_http.files import (
    CONSENT,
    GONE,
    Left,
    created,
    get,
    left,
    noise,
    objects,
    put,
    raw,
    refusal,
    send_file,
    sound,
    ticket,
    until_left,
)
from tests.files_http.tus import begun, sent
from tests.scenarios.spa import Spa

MIB = 2**20


@pytest.mark.parametrize("files_url", STORES, indirect=True)
@pytest.mark.parametrize("size", [5, SEGMENT_BYTES - 1, SEGMENT_BYTES, SEGMENT_BYTES + 1, 13 * MIB])
async def test_what_is_sent_is_what_is_stored(spa: Spa, size: int) -> None:
    contact, content = await spa.contact(), noise(size)
    asked = await sound(spa.ada, contact, size)
    answer = await put(spa.ada, asked["url"], content)
    digest = hashlib.sha256(content).hexdigest()
    assert answer.status_code == 201
    assert answer.json() == {"id": asked["id"], "size": size, "sha256": digest}
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-request-id"]
    shown = (await created(spa.ada, contact, asked["id"]))["document"]
    assert (shown["sha256"], shown["size"]) == (digest, size)
    assert len(objects(spa.server)) == -(-size // SEGMENT_BYTES)
    assert (await get(spa.ada, shown["downloadUrl"])).content == content


async def test_a_body_without_a_length_is_taken(spa: Spa) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, 9 * MIB, 700_000):
            yield content[start : start + 700_000]

    contact, content = await spa.contact(), noise(9 * MIB)
    asked = await sound(spa.ada, contact, len(content))
    answer = await put(spa.ada, asked["url"], chunks())
    assert answer.json()["sha256"] == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("files_url", STORES, indirect=True)
async def test_a_pdf_is_counted_and_found_by_its_words(spa: Spa) -> None:
    contact = await spa.contact()
    shown = await send_file(spa.ada, contact)
    assert shown["pages"] == 2
    async with spa.server.desk.services.database.reader() as reader:
        words = await reader.run(lambda c: set(c.scalars(select(document_word.c.word))))
    assert words == {"consent", "pdf", "of", "grace", "page", "two"}


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [(1, 413, "FILE_TOO_LARGE"), (-1, 400, "INVALID_INPUT"), (10**18, 413, "FILE_TOO_LARGE")],
)
async def test_another_length_than_announced_is_refused_before_its_bytes(
    spa: Spa, more: int, status: int, code: str
) -> None:
    asked = await ticket(spa.ada, await spa.contact(), len(CONSENT))
    made = await raw(spa.ada, "PUT", asked["url"], Content_Length=str(len(CONSENT) + more))
    head = await made.head()
    made.cut()
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert await left(spa.server) == Left()


@pytest.mark.parametrize(
    ("more", "status", "code"), [(1, 413, "FILE_TOO_LARGE"), (-1, 400, "INVALID_INPUT")]
)
async def test_a_byte_more_or_less_than_announced_is_refused_where_no_length_is_told(
    spa: Spa, more: int, status: int, code: str
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield noise(5 * MIB)
        yield noise(4 * MIB + 4)[4:]

    asked = await sound(spa.ada, await spa.contact(), 9 * MIB - more)
    answer = await put(spa.ada, asked["url"], chunks())
    assert refusal(answer) == (status, code)
    assert await left(spa.server) == Left()


async def test_a_byte_too_many_is_refused_at_once(spa: Spa) -> None:
    asked = await sound(spa.ada, await spa.contact(), 100)
    made = await raw(spa.ada, "PUT", asked["url"], Transfer_Encoding="chunked")
    await made.send(b"65\r\n" + noise(101) + b"\r\n")  # and no end
    assert (await made.head()).startswith(b"HTTP/1.1 413 ")
    made.cut()
    assert await left(spa.server) == Left()


async def test_nothing_at_all_is_refused(spa: Spa) -> None:
    asked = await ticket(spa.ada, await spa.contact(), len(CONSENT))
    assert refusal(await put(spa.ada, asked["url"], b"")) == (400, "INVALID_INPUT")
    assert await left(spa.server) == Left()


@pytest.mark.parametrize("files_url", STORES, indirect=True)
@pytest.mark.parametrize("sent", [100, 9 * MIB])
async def test_a_broken_connection_leaves_nothing(spa: Spa, sent: int) -> None:
    asked = await sound(spa.ada, await spa.contact(), 20 * MIB)
    made = await raw(spa.ada, "PUT", asked["url"], Content_Length=str(20 * MIB))
    await made.send(noise(sent))
    if sent > 4 * MIB:
        async with asyncio.timeout(5):
            while not objects(spa.server):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
    made.cut()
    await until_left(spa.server, Left())


async def test_a_sender_who_falls_silent_is_left(spa_with: OpenSpa) -> None:
    async with spa_with(receive_seconds=0.3) as spa:
        asked = await sound(spa.ada, await spa.contact(), 20 * MIB)
        made = await raw(spa.ada, "PUT", asked["url"], Content_Length=str(20 * MIB))
        await made.send(noise(9 * MIB))
        answer = await made.rest()
        made.cut()
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"UNAVAILABLE" in answer
        assert await left(spa.server) == Left()


async def test_a_slow_sender_is_waited_for_while_bytes_come(spa_with: OpenSpa) -> None:
    async with spa_with(receive_seconds=0.5) as spa:
        content = noise(40)
        asked = await sound(spa.ada, await spa.contact(), len(content))
        made = await raw(spa.ada, "PUT", asked["url"], Content_Length="40", Connection="close")
        for start in range(0, 40, 5):
            await made.send(content[start : start + 5])
            await asyncio.sleep(0.15)
        answer = await made.rest()
        made.cut()
        assert answer.startswith(b"HTTP/1.1 201 ")


async def test_an_upload_takes_at_most_an_hour(spa: Spa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.files.receiver.LONGEST_SECONDS", 0.3)
    asked = await sound(spa.ada, await spa.contact(), 100)
    made = await raw(spa.ada, "PUT", asked["url"], Content_Length="100")
    for _ in range(4):
        await made.send(b"\xff")
        await asyncio.sleep(0.05)
    answer = await made.rest()
    made.cut()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert await left(spa.server) == Left()


async def test_a_link_takes_one_file_once(spa: Spa) -> None:
    asked = await ticket(spa.ada, await spa.contact(), len(CONSENT))
    both = (put(spa.ada, asked["url"], CONSENT) for _ in range(2))
    answers = sorted([one.status_code for one in await asyncio.gather(*both)])
    assert answers == [201, 404]
    again = await put(spa.ada, asked["url"], CONSENT)
    assert refusal(again) == (404, "NOT_FOUND")
    assert again.json()["errors"][0]["message"] == GONE
    assert await left(spa.server) == Left(uploads=1, complete=1, objects=1)


async def test_a_user_has_few_uploads_at_once_and_others_are_not_held_up(
    spa_with: OpenSpa,
) -> None:
    async with spa_with(max_uploads=2) as spa:
        contact = await spa.contact(owner=spa.ben)
        tickets = [await sound(spa.ada, contact, 50) for _ in range(3)]
        made = [await raw(spa.ada, "PUT", one["url"], Content_Length="50") for one in tickets[:2]]
        for one in made:
            await one.send(noise(20))
        await asyncio.sleep(0.2)
        refused = await put(spa.ada, tickets[2]["url"], noise(50))
        assert refusal(refused) == (429, "RATE_LIMITED")
        assert refused.headers["retry-after"] == "5"
        await send_file(spa.ben, contact)
        for one in made:
            one.cut()
        await until_left(spa.server, Left(uploads=1, complete=1, documents=1, objects=1))
        assert (await put(spa.ada, tickets[2]["url"], noise(50))).status_code == 201


async def test_further_ones_wait_a_moment_and_are_then_refused(
    spa_with: OpenSpa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.files.intake.WAIT_SECONDS", 0.2)
    monkeypatch.setattr("app.files.intake.MOST_AT_ONCE", 1)
    async with spa_with() as spa:
        contact = await spa.contact()
        first, second = [await sound(spa.ada, contact, 50) for _ in range(2)]
        made = await raw(spa.ada, "PUT", first["url"], Content_Length="50")
        await made.send(noise(20))
        await asyncio.sleep(0.1)
        refused = await put(spa.ada, second["url"], noise(50))
        assert refusal(refused) == (503, "UNAVAILABLE")
        assert refused.headers["retry-after"] == "5"
        waiting = asyncio.create_task(put(spa.ada, second["url"], noise(50)))
        await asyncio.sleep(0.05)
        made.cut()
        assert (await waiting).status_code == 201


async def test_no_upload_is_lost_as_the_press_is_busy(spa: Spa) -> None:
    contact = await spa.contact()
    asked, parts = [await ticket(spa.ada, contact, len(CONSENT)) for _ in range(2)]
    where = await begun(spa.ada, parts, len(CONSENT))
    press = spa.server.desk.services.shelf.press
    async with press._turn:
        jobs = [asyncio.create_task(press.inspect(b"", FileFormat.TXT)) for _ in range(33)]
        whole = asyncio.create_task(put(spa.ada, asked["url"], CONSENT))
        part = asyncio.create_task(sent(spa.ada, where, 0, CONSENT))
        await asyncio.wait((whole, part), timeout=0.5)
    await asyncio.gather(*jobs)
    assert ((await whole).status_code, (await part).status_code) == (201, 204)
    assert (await created(spa.ada, contact, parts["id"]))["errors"] == []


async def test_another_method_is_told_which_ones_there_are(spa: Spa) -> None:
    asked = await ticket(spa.ada, await spa.contact(), len(CONSENT))
    answer = await get(spa.ada, asked["url"])
    assert refusal(answer) == (405, "BAD_REQUEST")
    assert answer.headers["allow"] == "PUT, POST, OPTIONS"
    assert await left(spa.server) == Left(uploads=1)

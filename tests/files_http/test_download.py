"""Sending a file: whole, in part, not at all where it is known; and harmless in a browser."""

import asyncio
from contextlib import suppress
from uuid import UUID

import obstore
import pytest
from sqlalchemy import Connection, select, update

from app.files.ranges import OutOfRange, Span, span_of, unchanged
from models.audit import audit
from models.document import document
from resolvers.ids import parse
from tests.files_http.conftest import STORES, OpenSpa
from tests.files_http.files import (
    CONSENT,
    MP3,
    Left,
    created,
    get,
    left,
    links,
    noise,
    objects,
    put,
    raw,
    refusal,
    send_file,
    ticket,
)
from tests.model.fold import Json
from tests.scenarios.spa import Spa

MIB = 2**20


async def stored(spa: Spa, content: bytes, name: str = "Voice.mp3") -> Json:
    """Let Ada store a film's sound; return its document."""
    return await send_file(spa.ada, await spa.contact(), name, MP3, content)


async def rows(spa: Spa, action: str) -> list[tuple[str, str]]:
    """Return the kinds of records and the request ids of the audit rows of an action."""
    statement = select(audit.c.record_kind, audit.c.request_id).where(audit.c.action == action)
    await asyncio.sleep(0.3)
    async with spa.server.desk.services.database.reader() as reader:
        return await reader.run(lambda c: [(row[0], row[1]) for row in c.execute(statement)])


@pytest.mark.parametrize("files_url", STORES, indirect=True)
async def test_a_file_comes_with_headers_that_keep_it_harmless(spa: Spa) -> None:
    shown = await send_file(spa.ada, await spa.contact(), 'Zoë\'s "consent".pdf')
    answer = await get(spa.ada, shown["downloadUrl"])
    assert answer.content == CONSENT
    headers = dict(answer.headers)
    assert headers.pop("x-request-id")
    assert headers.pop("date")
    assert headers == {
        "accept-ranges": "bytes",
        "cache-control": "private, no-store",
        "content-disposition": (
            'attachment; filename="Zo_\'s _consent_.pdf";'
            " filename*=UTF-8''Zo%C3%AB%27s%20%22consent%22.pdf"
        ),
        "content-length": str(len(CONSENT)),
        "content-security-policy": "sandbox; default-src 'none'",
        "content-type": "application/pdf",
        "cross-origin-resource-policy": "cross-origin",
        "etag": f'"{shown["sha256"]}"',
        "referrer-policy": "no-referrer",
        "vary": "Origin",
        "x-content-type-options": "nosniff",
    }


@pytest.mark.parametrize("files_url", STORES, indirect=True)
@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=4194300-4194310", 4194300, 4194310),
        ("bytes=9437180-", 9437180, 9437183),
        ("bytes=-5", 9437179, 9437183),
        ("bytes=-99999999", 0, 9437183),
        ("bytes=100-99999999", 100, 9437183),
    ],
)
async def test_a_part_is_exactly_what_was_asked_for(
    spa: Spa, asked: str, first: int, last: int
) -> None:
    content = noise(9 * MIB)
    shown = await stored(spa, content)
    answer = await get(spa.ada, shown["downloadUrl"], range=asked)
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(content)}"
    assert answer.content == content[first : last + 1]
    assert await rows(spa, "document.downloaded") == [("Document", answer.headers["x-request-id"])]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("headers", "status", "length"),
    [
        ({}, 200, "100"),
        ({"range": "bytes=0-9"}, 206, "10"),
        ({"range": "bytes=100-"}, 416, "0"),
        ({"if_none_match": "*"}, 304, None),
        ({"if_none_match": "ETAG"}, 304, None),
        ({"if_none_match": "ETAG", "range": "bytes=0-9"}, 304, None),
        ({"if_none_match": '"other"'}, 200, "100"),
        ({"range": "bytes=0-9", "if_range": "ETAG"}, 206, "10"),
        ({"range": "bytes=0-9", "if_range": '"other"'}, 200, "100"),
        ({"range": "bytes=0-9", "if_range": "Sun, 22 Nov 2026 10:00:00 GMT"}, 200, "100"),
        ({"range": "bytes=0-9,20-29"}, 200, "100"),
        ({"range": "pages=1-2"}, 200, "100"),
    ],
)
async def test_conditions_and_ranges_are_those_of_http(
    spa: Spa, method: str, headers: dict[str, str], status: int, length: str | None
) -> None:
    shown = await stored(spa, noise(100))
    etag = f'"{shown["sha256"]}"'
    given: dict[str, str | None] = {
        key: value.replace("ETAG", etag) for key, value in headers.items()
    }
    answer = await get(spa.ada, shown["downloadUrl"], method, **given)
    assert answer.status_code == status
    assert answer.headers.get("content-length") == length
    assert answer.headers["etag"] == etag
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers.get("content-range") == {
        206: "bytes 0-9/100",
        416: "bytes */100",
    }.get(status)
    sent = method == "GET" and status in (200, 206)
    assert len(answer.content) == (int(length or 0) if sent else 0)
    assert len(await rows(spa, "document.downloaded")) == int(sent)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=5", None),
        ("bytes=5-4", None),
        ("bytes=a-b", None),
        ("bytes=0-1;q=1", None),
        ("bytes=" + "9" * 19 + "-", None),
        ("BYTES= 1-2 ", Span(1, 2)),
        ("bytes=9-9", Span(9, 1)),
        ("bytes=0-", Span(0, 10)),
        ("bytes=-10", Span(0, 10)),
        ("bytes=10-", OutOfRange),
        ("bytes=10-20", OutOfRange),
        ("bytes=-0", OutOfRange),
    ],
)
def test_ranges(given: str, wanted: Span | type[OutOfRange] | None) -> None:
    if isinstance(wanted, type):
        with pytest.raises(OutOfRange):
            span_of({"range": given}, 10, '"e"')
    else:
        assert span_of({"range": given}, 10, '"e"') == wanted


@pytest.mark.parametrize(
    ("given", "same"),
    [
        ('"e"', True),
        ('W/"e"', True),
        ('"a", "e"', True),
        ("e", False),
        ('"ee"', False),
        ("", False),
    ],
)
def test_tags(given: str, same: bool) -> None:
    assert unchanged({"if-none-match": given}, '"e"') is same


async def test_a_reader_who_stops_is_left(spa_with: OpenSpa) -> None:
    async with spa_with(send_seconds=0.5) as spa:
        shown = await stored(spa, noise(32 * MIB))
        made = await raw(spa.ada, "GET", shown["downloadUrl"])
        await asyncio.sleep(1.5)
        got = 0
        async with asyncio.timeout(10):
            with suppress(ConnectionError):
                while part := await made.reader.read(MIB):
                    got += len(part)
        made.cut()
        assert got < 32 * MIB


async def test_a_slow_reader_gets_all(spa_with: OpenSpa) -> None:
    async with spa_with(send_seconds=0.5) as spa:
        content = noise(12 * MIB)
        shown = await stored(spa, content)
        made = await raw(spa.ada, "GET", shown["downloadUrl"], Connection="close")
        await made.head()
        got = b""
        while part := await made.reader.read(64 * 1024):
            got += part
            await asyncio.sleep(0.005)
        made.cut()
        assert got == content


@pytest.mark.parametrize("files_url", STORES, indirect=True)
async def test_bytes_that_are_gone_break_the_answer_off(spa: Spa) -> None:
    shown = await stored(spa, noise(9 * MIB))
    backend = spa.server.desk.services.shelf.store._objects
    await obstore.delete_async(backend, [objects(spa.server)[1]])
    made = await raw(spa.ada, "GET", shown["downloadUrl"], Connection="close")
    assert b"200 OK" in await made.head()
    with suppress(ConnectionError):
        assert len(await made.rest()) <= 4 * MIB
    made.cut()


async def test_an_older_version_s_link_shows_nothing(spa: Spa) -> None:
    contact = await spa.contact()
    shown = await send_file(spa.ada, contact)
    asked = await ticket(spa.ada, contact, 100, name="Voice.mp3", mediaType=MP3)
    await put(spa.ada, asked["url"], noise(100))
    other = (await created(spa.ada, contact, asked["id"]))["document"]
    keys = (parse(shown["id"]).id, parse(other["id"]).id)
    await spa.server.desk.services.database.write(_exchange, *keys)
    assert refusal(await get(spa.ada, shown["downloadUrl"])) == (404, "NOT_FOUND")
    fresh = await links(spa.ada, shown["id"])
    assert fresh
    assert (await get(spa.ada, fresh["downloadUrl"])).content == noise(100)


def _exchange(connection: Connection, one: UUID, other: UUID) -> None:
    """Let a document show the file of another one."""
    found = connection.scalar(select(document.c.file_id).where(document.c.id == other))
    connection.execute(update(document).where(document.c.id == one).values(file_id=found))


async def test_who_asks_for_nothing_of_ours_gets_nothing(spa: Spa) -> None:
    for path in ("/files/", "/files/documents/", "/files/other/x", "/files/documents/a/b"):
        answer = await get(spa.ada, path)
        assert answer.status_code == 404
    assert await left(spa.server) == Left()

"""P20: names, notes, addresses, tokens and literals, sent in every way, are in no line at all.

A server in a process of its own, in Python's development mode, with its real standard error.
"""

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from app.tokens import Tokens
from models.database import Database
from models.seams import Seams
from resolvers.setup import NewPractice, make_practice
from tests.http.test_privacy import CREATE, ERRORS
from tests.http.test_sockets import PROTOCOL
from tests.local import local_client
from tests.observability.process import SECRET, Process, serving

PLANTED = (
    *("Gr4ce", "P4rk", "gr4ce", "p4rk", "2125550142", "555-0142", "B0tox", "N0te", "T0ken"),
    *("Gl0w", "c0nfidential", "s3cret"),
)
PERSON = {
    "firstName": "Gr4ce",
    "lastName": "P4rk",
    "email": "gr4ce.p4rk@demo.example",
    "phone": "(212) 555-0142",
    "source": "B0tox N0te",
}
LITERALS = (
    '{ contacts(filter: {search: "Gr4ce \\ud800"}) { totalCount } }',
    '{ contact(id: "Gr4ce P4rk c0nfidential") { id } }',
    'query ($a: String = "Gr4ce") { contacts(filter: {search: $a}) { totalCount } }',
    "query Gr4ce@P4rk { viewer { role } }",
    "{ a_Gr4ce: viewer { role } a_Gr4ce: practice { id } }",
    'mutation { createTag(input: {name: "B0tox N0te"}) { tag { id } } }',
    *ERRORS,
)
FRAMES: tuple[str | bytes, ...] = (
    '{"type": "Gr4ce P4rk"}',
    '{"type": "subscribe", "id": "Gr4ce", "payload": {"query": "{ Gr4ce }"}}',
    '{"type": "subscribe", "id": "P4rk", "payload": "N0te"}',
    '{"Gr4ce": ',
    b"Gr4ce P4rk \xff",
    '{"type": "connection_init", "payload": {"authorization": "Bearer Gr4ce.P4rk.T0ken"}}',
    "Gr4ce" * 20_000,
)


async def prepared(url: str) -> tuple[str, str]:
    """Make a practice; return the token of its admin and the id of its first contact type."""
    database = Database(url)
    new = NewPractice(name="Gl0w", admin_email="gr4ce@gl0w.example", admin_name="Gr4ce P4rk")
    made = await database.write(make_practice, Seams(), new)
    await database.close()
    return Tokens(SECRET.encode()).make(made.admin_id), str(made.admin_id)


async def take_away(url: str, table: str) -> None:
    database = Database(url)
    await database.write(_rename, table)
    await database.close()


def _rename(connection: Connection, table: str) -> None:
    connection.execute(text(f"ALTER TABLE {table} RENAME TO {table}_gone"))


async def ask_everything(process: Process, token: str) -> None:
    """Send what is private in every place of a request."""
    headers = {
        "authorization": f"Bearer {token}",
        "user-agent": "Gr4ce P4rk",
        "x-request-id": "Gr4ce P4rk (212) 555-0142",
        "cookie": "s3cret=Gr4ce",
        "referer": "https://gl0w.example/?q=Gr4ce",
    }
    async with local_client(headers=headers, timeout=20) as http:
        for document in LITERALS:
            with suppress(UnicodeEncodeError):
                body = json.dumps({"query": document, "variables": {"Gr4ce": "P4rk"}})
                await http.post(process.http + "?q=Gr4ce", content=body, headers=JSON)
        for content in (b'{"query": "Gr4ce', b"Gr4ce P4rk", b"\xffGr4ce", b'["Gr4ce"]'):
            await http.post(process.http, content=content, headers=JSON)
        await http.post(process.http, content=b"x" * 300_000, headers=JSON)
        await http.get(process.http.removesuffix("/graphql") + "/Gr4ce/P4rk?T0ken=s3cret")
        bad = {"authorization": "Bearer Gr4ce.P4rk.T0ken", **JSON}
        await http.post(process.http, content=b'{"query": "{ viewer { role } }"}', headers=bad)


JSON = {"content-type": "application/json"}


async def write(process: Process, token: str) -> list[dict[str, Any]]:
    """Make a contact twice, and look for it."""
    survey = "{ viewer { practice { contactTypes { id } } } }"
    headers = {"authorization": f"Bearer {token}"}
    async with local_client(headers=headers, timeout=20) as http:
        types = (await http.post(process.http, json={"query": survey})).json()
        kind = types["data"]["viewer"]["practice"]["contactTypes"][0]["id"]
        body = {"query": CREATE, "variables": {"input": {**PERSON, "typeId": kind}}}
        search = {"query": '{ contacts(filter: {search: "Gr4ce P4rk"}) { totalCount } }'}
        answers = [await http.post(process.http, json=one) for one in (body, body, search)]
    return [answer.json() for answer in answers]


async def speak_badly(process: Process, token: str) -> None:
    """Open sockets and send frames that are none."""
    init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
    for frame in FRAMES:
        for first in (json.dumps(init), None):
            async with connect(process.ws, subprotocols=[PROTOCOL], compression=None) as socket:
                if first:
                    await socket.send(first)
                    await socket.recv()
                with suppress(ConnectionClosed, TimeoutError):
                    await socket.send(frame)
                    async with asyncio.timeout(0.3):
                        await socket.recv()
    with suppress(InvalidStatus):
        async with connect(process.ws + "?t=T0ken", origin="https://gl0w.example"):  # type: ignore[arg-type]
            pass
    reader, writer = await asyncio.open_connection(*_address(process))
    writer.write(b"GET /Gr4ce P4rk HTTP/9.9\r\nBr0ken: Gr4ce\r\n\r\nT0ken")
    await writer.drain()
    with suppress(OSError):
        await reader.read()
    writer.close()


def _address(process: Process) -> tuple[str, int]:
    host, port = process.http.removeprefix("http://").removesuffix("/graphql").split(":")
    return host, int(port)


def clean(told: str, *more: str) -> None:
    wrong = [
        (secret, line)
        for line in told.splitlines()
        for secret in (*PLANTED, *more)
        if secret in line
    ]
    assert wrong == []


async def test_nothing_private_is_in_a_line_or_a_metric(tmp_path: Path, database_url: str) -> None:
    token, admin = await prepared(database_url)
    with serving(tmp_path, database_url, LOG_LEVEL="debug", PYTHONASYNCIODEBUG="1") as process:
        await ask_everything(process, token)
        made, again, found = await write(process, token)
        assert made["data"]["createContact"]["contact"] is not None
        assert again["data"]["createContact"]["contact"] is None
        assert found["data"]["contacts"]["totalCount"] == 1
        await speak_badly(process, token)
        measured = await asyncio.to_thread(process.get, "/metrics")
        await asyncio.to_thread(process.stop)
    clean(process.text + measured, token, token.split(".")[1])
    assert "[redacted]" not in process.text
    assert len(process.events("request")) >= len(LITERALS) + 10
    users = {line["user"] for line in process.events("request") if "user" in line}
    assert users == {str(UUID(admin))}
    assert {line["code"] for line in process.events("socket closed")} >= {4400, 4401}


@pytest.mark.parametrize("table", ["contact_word", "audit", "event"])
async def test_a_broken_database_is_told_without_what_was_written(
    tmp_path: Path, database_url: str, table: str
) -> None:
    """The driver's message names the statement; its parameters are a person."""
    token, _ = await prepared(database_url)
    await take_away(database_url, table)
    with serving(tmp_path, database_url, LOG_LEVEL="debug") as process:
        made, *_ = await write(process, token)
        assert made["errors"][0]["extensions"]["code"] in ("INTERNAL", "UNAVAILABLE")
        await asyncio.to_thread(process.stop)
    clean(process.text, token, "INSERT", "SELECT")
    told = process.events("unexpected error") + process.events("database refused")
    assert all(line["where"] for line in told)
    # What was written for nobody in particular, as the trail of reads, has none.
    assert [line for line in told if "request_id" in line]

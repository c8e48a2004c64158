"""Sending files as a front end does, and what is left of them in the end."""

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2
import obstore
from sqlalchemy import Connection, func, select

from models.document import document
from models.stored_file import stored_file, upload
from tests.client import Client
from tests.files.samples import pdf
from tests.model.fold import Json
from tests.server import Server

PDF = "application/pdf"
MP3 = "audio/mpeg"
TUS = {"Tus-Resumable": "1.0.0"}
PART = {**TUS, "Content-Type": "application/offset+octet-stream"}
GONE = "This link is wrong, used or over. Ask for a new one."
PATIENCE = 10.0
_REQUEST = """mutation ($input: RequestUploadInput!) { requestUpload(input: $input) {
  upload { id url method expiresAt } errors { code path message } } }"""
_CREATE = """mutation ($input: CreateDocumentInput!) { createDocument(input: $input) {
  document { id downloadUrl previewUrl sha256 size pages } errors { code path message } } }"""
_LINKS = "query ($id: ID!) { document(id: $id) { downloadUrl previewUrl } }"


def noise(size: int) -> bytes:
    """Return a film's sound of so many bytes: nothing opens it, and no two parts are equal."""
    return b"\xff\xfb\x90\x64" + hashlib.shake_128(b"noise").digest(size - 4)


CONSENT = pdf("Consent of Grace #pagebreak() Page two")


def address(client: Client, url: str) -> str:
    """Return the whole address of a link, which `serve` makes whole itself."""
    return urljoin(client.server.http, url)


async def requested(client: Client, contact: str, **fields: Any) -> Json:
    """Return the payload of requestUpload."""
    given = {"contactId": contact, "name": "Consent.pdf", "mediaType": PDF, **fields}
    data = await client.ask(_REQUEST, input=given)
    payload: Json = data["requestUpload"]
    return payload


async def ticket(client: Client, contact: str, size: int, **fields: Any) -> Json:
    """Return the ticket of an upload."""
    payload = await requested(client, contact, size=size, **fields)
    assert payload["errors"] == []
    found: Json = payload["upload"]
    return found


async def sound(client: Client, contact: str, size: int) -> Json:
    """Return the ticket of an upload that needs no opening."""
    return await ticket(client, contact, size, name="Voice.mp3", mediaType=MP3)


async def put(client: Client, url: str, content: Any, **headers: str) -> httpx2.Response:
    """Send a file as a whole."""
    return await client.http.put(address(client, url), content=content, headers=headers)


async def created(client: Client, contact: str, upload_id: str) -> Json:
    """Make the document of a complete upload."""
    data = await client.ask(_CREATE, input={"contactId": contact, "uploadId": upload_id})
    payload: Json = data["createDocument"]
    return payload


async def send_file(
    client: Client,
    contact: str,
    name: str = "Consent.pdf",
    media_type: str = PDF,
    content: bytes = CONSENT,
) -> Json:
    """Send a file and make it a document of the contact; return the document."""
    asked = await ticket(client, contact, len(content), name=name, mediaType=media_type)
    answer = await put(client, asked["url"], content)
    assert answer.status_code == 201, answer.text
    payload = await created(client, contact, asked["id"])
    assert payload["errors"] == []
    shown: Json = payload["document"]
    return shown


async def links(client: Client, document_id: str) -> Json | None:
    """Return fresh links of a document; None if the client does not see it."""
    found: Json | None = (await client.ask(_LINKS, id=document_id))["document"]
    return found


async def get(
    client: Client, url: str, method: str = "GET", **headers: str | None
) -> httpx2.Response:
    """Ask for a file or a picture."""
    given = {name.replace("_", "-"): value for name, value in headers.items() if value}
    return await client.http.request(method, address(client, url), headers=given)


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    """Return the status and the code of a refusal, after a look at its form."""
    (error,) = answer.json()["errors"]
    assert set(error) == {"message", "extensions"}
    assert answer.headers["x-request-id"]
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, error["extensions"]["code"]


@dataclass(frozen=True)
class Left:
    """What is stored: uploads that may go on, files that are complete, documents, objects."""

    uploads: int = 0
    complete: int = 0
    documents: int = 0
    objects: int = 0


def _rows(connection: Connection) -> tuple[int, int, int]:
    whole = select(func.count()).where(stored_file.c.sha256.is_not(None))
    counts = (
        connection.scalar(select(func.count()).select_from(upload)),
        connection.scalar(whole),
        connection.scalar(select(func.count()).select_from(document)),
    )
    uploads, complete, documents = (count or 0 for count in counts)
    return uploads, complete, documents


async def left(server: Server) -> Left:
    """Return what is stored now."""
    async with server.desk.services.database.reader() as reader:
        uploads, complete, documents = await reader.run(_rows)
    return Left(uploads, complete, documents, len(objects(server)))


def objects(server: Server) -> list[str]:
    """Return the paths of all stored objects."""
    backend = server.desk.services.shelf.store._objects
    return sorted(one["path"] for one in obstore.list(backend).collect())


async def until_left(server: Server, wanted: Left) -> None:
    """Wait until only this is stored."""
    async with asyncio.timeout(PATIENCE):
        while await left(server) != wanted:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


class Raw:
    """A connection on which a request is sent piece by piece."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        async with asyncio.timeout(PATIENCE):
            await self.writer.drain()

    async def rest(self) -> bytes:
        """Return all that comes until the server closes the connection."""
        async with asyncio.timeout(PATIENCE):
            return await self.reader.read()

    async def head(self) -> bytes:
        """Return the head of the answer."""
        async with asyncio.timeout(PATIENCE):
            return await self.reader.readuntil(b"\r\n\r\n")

    def cut(self) -> None:
        """Break the connection off."""
        self.writer.transport.abort()


async def raw(client: Client, method: str, url: str, **headers: str) -> Raw:
    """Open a connection of its own and send the head of a request."""
    port = urlsplit(client.server.http).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"{method} {url} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    made = Raw(reader, writer)
    await made.send(("\r\n".join(lines) + "\r\n\r\n").encode())
    return made

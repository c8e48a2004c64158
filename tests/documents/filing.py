"""Filing documents as people do: ask for an upload, send the bytes, make a document of them."""

from collections.abc import Sequence
from typing import Any

from models.seams import utc_now
from resolvers import receiving
from resolvers.file_links import LinkKind, open_upload
from tests.client import Client
from tests.model.documents import mutation
from tests.model.fold import Json
from tests.scenarios.spa import Spa

BYTES = b"%PDF-1.7 of a test"
PDF = "application/pdf"


async def send(client: Client, ticket: Json, words: Sequence[str] = ()) -> str:
    """Send the file of an upload by its link; return the upload's id."""
    services, now = client.server.desk.services, utc_now()
    link = open_upload(services.shelf, LinkKind.UPLOAD, ticket["url"].rpartition("/")[2], now)
    begun = await services.database.write(receiving.begin, link, now)
    assert begun is not None
    await services.shelf.store.put_segment(begun.file.key, 0, BYTES)
    received = receiving.Received([len(BYTES)], "0" * 64, 1, words)
    assert await services.database.write(receiving.complete, link, received)
    return str(ticket["id"])


def file(name: str = "Consent.pdf", media_type: str = PDF) -> Json:
    """Return what a request for an upload says of its file."""
    return {"name": name, "mediaType": media_type, "size": len(BYTES)}


async def uploaded(client: Client, contact: str, words: Sequence[str] = (), **told: Any) -> str:
    """Upload a contact's file; return the upload's id."""
    payload = await client.do("requestUpload", contactId=contact, **file(**told))
    return await send(client, payload["upload"], words)


async def filed(
    client: Client,
    contact: str,
    name: str = "Consent.pdf",
    *,
    words: Sequence[str] = (),
    folder: str | None = None,
) -> Json:
    """Make a document of a contact; return it."""
    upload = await uploaded(client, contact, words, name=name)
    fields = {"contactId": contact, "uploadId": upload, "folder": folder}
    document: Json = (await client.do("createDocument", **fields))["document"]
    return document


async def field(spa: Spa, of: str = "CONTACT", name: str = "Before photos", **told: Any) -> Json:
    """Let Ada define a custom field; return it."""
    payload = await define(spa.ada, **{"object": of, "name": name, "group": "Photos", **told})
    assert payload["errors"] == [], payload
    made: Json = payload["customField"]
    return made


async def define(client: Client, /, **told: Any) -> Json:
    """Ask for a custom field, whose `key` is none of @idempotent; return the payload."""
    data = await client.ask(mutation("createCustomField"), input=told)
    payload: Json = data["createCustomField"]
    return payload


async def field_uploaded(client: Client, record: str, field: Json, **told: Any) -> str:
    """Upload a file for a field of a record; return the upload's id."""
    where = {"recordId": record, "fieldId": field["id"]}
    payload = await client.do("requestFieldUpload", **where, **file(**told))
    return await send(client, payload["upload"])


async def field_filed(client: Client, record: str, field: Json, **told: Any) -> Json:
    """Put a file into a field of a record; return the document."""
    upload = await field_uploaded(client, record, field, **told)
    where = {"recordId": record, "fieldId": field["id"], "uploadId": upload}
    document: Json = (await client.do("addFieldFile", **where))["document"]
    return document

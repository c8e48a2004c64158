"""A small practice to be hostile to, and one user who asks with texts of any kind."""

import json
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import httpx2
from sqlalchemy import Connection, func, select
from uuid_utils.compat import uuid7

from models.audit import audit
from models.contact import contact
from models.log import event
from models.opportunity import opportunity
from resolvers.enums import ErrorCode
from resolvers.ids import global_id
from tests.client import Client
from tests.documents.filing import field, field_uploaded, filed, uploaded
from tests.hostile.watch import codes_in
from tests.scenarios.spa import Spa, open_spa
from tests.server import Server

# What a signed-in admin may be told of a bad text, beside the codes of payloads.
TOP_LEVEL = {"BAD_REQUEST", "NOT_FOUND"}
ALLOWED = TOP_LEVEL | {one.value for one in ErrorCode}
MOST_ALIASES = 30


class Told(NamedTuple):
    """An answer: its status, its body, and the codes in it."""

    status: int
    body: Any
    codes: set[str]


class Target:
    """The practice as its admin reaches it; `world` names its records as the walk does."""

    def __init__(self, server: Server, http: httpx2.AsyncClient, token: str) -> None:
        self.server = server
        self.http = http
        self.token = token
        self.world: dict[str, str] = {}

    async def ask(self, document: str, variables: dict[str, Any]) -> Told:
        """Return an answer that must be of the contract, whatever was asked."""
        content = encoded({"query": document, "variables": variables})
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        response = await self.http.post(self.server.http, content=content, headers=headers)
        codes = codes_in(response.json())
        told = Told(response.status_code, response.json(), codes)
        assert response.status_code < 500, (document[:200], told)
        assert codes <= ALLOWED, (document[:200], told)
        return told

    async def rows(self) -> list[int]:
        """Return how many contacts, opportunities, events and audit rows of changes there are."""
        async with self.server.desk.services.database.reader() as reader:
            return await reader.run(_rows)


def encoded(body: Any) -> bytes:
    """Return JSON in UTF-8; half a character can be sent as an escape only."""
    try:
        return json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(body).encode()


def _rows(connection: Connection) -> list[int]:
    counts = [select(func.count()).select_from(table) for table in (contact, opportunity, event)]
    changes = select(func.count()).where(audit.c.action.not_like("%.%"))  # reads: contact.read
    return [connection.execute(one).scalar_one() for one in (*counts, changes)]


async def agreements(spa: Spa, sender: Client, contact: str) -> dict[str, str]:
    """Make a template, and a sender's draft for a contact; return them as the walk names them."""
    text = {"name": "Consent", "body": "I agree."}
    template = await spa.ada.do("createAgreementTemplate", **text)
    draft = await sender.do("createAgreement", recipients=[{"contactId": contact}], **text)
    return {
        "TEMPLATE": template["agreementTemplate"]["id"],
        "AGREEMENT": draft["document"]["id"],
    }


async def documents(spa: Spa, sender: Client, contact: str) -> dict[str, str]:
    """Make documents of a contact, a field, and uploads for both, as the walk names them."""
    photos = await field(spa, allowMultiple=True, maxFiles=100)
    kept, gone = await filed(sender, contact), await filed(sender, contact)
    await sender.do("deleteDocument", id=gone["id"])
    return {
        "FIELD": photos["id"],
        "DOCUMENT": kept["id"],
        "DELETED": gone["id"],
        "UPLOAD": await uploaded(sender, contact),
        "FIELD_UPLOAD": await field_uploaded(sender, contact, photos),
    }


@asynccontextmanager
async def target(server: Server) -> AsyncIterator[Target]:
    """Make a practice with a contact, a card, a tag, users, documents and a custom field."""
    async with open_spa(server, different_owners=True, name="target") as spa:
        person, card = await spa.pair("Grace Park")
        await spa.ada.do("editTags", contactId=person, add=["laser"])
        kind = await spa.ada.do("createContactType", name="VIP")
        found = Target(server, spa.http, spa.ada.token)
        found.world = {
            "CONTACT": person,
            "CARD": card,
            "USER": spa.cleo.id,
            "PIPELINE": spa.pipeline,
            "STAGE": spa.stages["Booked"],
            "LEAD": spa.types["Lead"],
            "TYPE": kind["contactType"]["id"],
            **await agreements(spa, spa.ada, person),
            **await documents(spa, spa.ada, person),
            "NOBODY": global_id("User", uuid7()),
        }
        yield found


def batches(
    texts: Iterable[str], most: int = MOST_ALIASES, most_bytes: int = 150_000
) -> Iterator[Sequence[str]]:
    """Return texts in groups for one request each; halves of characters go alone.

    JSON with such a half is no JSON to us, so it would take its whole group with it.
    """
    group: list[str] = []
    for text in texts:
        if not whole(text):
            yield [text]
        else:
            if len(group) == most or len(encoded([*group, text])) > most_bytes:
                yield group
                group = []
            group.append(text)
    if group:
        yield group


def whole(text: str) -> bool:
    """Return whether a text has no half of a character, a lone surrogate."""
    return not any(0xD800 <= ord(one) < 0xE000 for one in text)


def numbered(texts: Sequence[str]) -> dict[str, str]:
    """Return texts as the variables of a document of the walk."""
    return {f"x{place}": text for place, text in enumerate(texts)}

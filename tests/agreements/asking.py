"""What the tests of agreements ask: of the API as the staff, of the page as recipients."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from pypdfium2 import PdfDocument
from sqlalchemy import Connection, func, select

from models.agreement import agreement, agreement_recipient, agreement_template
from models.audit import audit
from models.document import document, document_link, document_word
from models.log import event
from models.stored_file import stored_file
from resolvers.enums import ActorKind
from resolvers.ids import parse
from tests.client import Client
from tests.model.fold import Json
from tests.scenarios.spa import Spa, open_spa
from tests.server import Server

DOCUMENT = """query Document($id: ID!) { document(id: $id) {
  id kind name status folder version pages size sha256 mediaType shareUrl
  contact { id } uploadedBy { id }
  recipients { contactCard { contactId name } contact { id } primary role completed
    viewedAt completedAt shareUrl }
  agreement { revision body sentAt viewedAt expiresAt completedAt declinedAt declineReason
    template { id name } }
} }"""
BODY = "# Consent\n\nI, {{contact.name}}, agree to *everything*."
_HASH = re.compile(r'name="sha256" value="([0-9a-f]{64})"')
_TABLES = (
    *(agreement, agreement_recipient, agreement_template, audit, document),
    *(document_link, document_word, event, stored_file),
)


class Page:
    """The signing page as one recipient has it open."""

    def __init__(self, http: httpx2.AsyncClient, url: str) -> None:
        self.http = http
        self.url = url

    async def get(self, path: str = "") -> httpx2.Response:
        """Return what is at the address, or below it."""
        return await self.http.get(self.url + path)

    async def hash(self) -> str:
        """Open the page and return the hash of what it shows."""
        found = _HASH.search((await self.get()).text)
        assert found is not None
        return found[1]

    async def post(self, **fields: str) -> httpx2.Response:
        """Send the form with these fields."""
        return await self.http.post(self.url, data=fields)

    async def sign(self, name: str = "Grace Park", sha256: str | None = None) -> httpx2.Response:
        """Open the page, unless the hash is given, and sign."""
        sha256 = await self.hash() if sha256 is None else sha256
        return await self.post(action="sign", name=name, consent="yes", sha256=sha256)

    async def decline(self, reason: str = "") -> httpx2.Response:
        """Decline."""
        return await self.post(action="decline", reason=reason)


class Office:
    """A practice with two contacts, and what its staff does with agreements."""

    def __init__(self, spa: Spa) -> None:
        self.spa = spa
        self.server = spa.server
        self.base = spa.server.http.removesuffix("/graphql")
        self.grace = self.henry = ""

    async def draft(self, *people: Any, by: Client | None = None, **fields: Any) -> str:
        """Draft an agreement for contacts, Grace unless told otherwise; return its id."""
        given: Json = {"name": "Consent", "recipients": recipients(*people or (self.grace,))}
        if "templateId" not in fields:
            given["body"] = BODY
        payload = await (by or self.spa.ada).do("createAgreement", **{**given, **fields})
        return str(payload["document"]["id"])

    async def sent(self, *people: Any, by: Client | None = None, **fields: Any) -> str:
        """Draft an agreement and send it; return its id."""
        key = await self.draft(*people, by=by, **fields)
        await (by or self.spa.ada).do("sendAgreement", id=key)
        return key

    async def read(self, key: str, by: Client | None = None) -> Json:
        """Return a document that this user has to see, Ada by default."""
        found: Json | None = (await (by or self.spa.ada).ask(DOCUMENT, id=key))["document"]
        assert found is not None
        return found

    async def status(self, key: str) -> str:
        """Return an agreement's status."""
        return str((await self.read(key))["status"])

    async def pages(self, key: str) -> list[Page]:
        """Return the pages of all recipients of a sent agreement, in their order."""
        shown = await self.read(key)
        return [self.page(each["shareUrl"]) for each in shown["recipients"]]

    def page(self, url: str) -> Page:
        """Return the page at a link."""
        return Page(self.spa.http, self.base + url)

    async def text(self, key: str) -> str:
        """Return the text of an agreement's PDF as it is stored."""
        return text_of(await self.pdf(key))

    async def pdf(self, key: str) -> bytes:
        """Return an agreement's PDF as it is stored."""
        return (await self.files(key))[0]

    async def files(self, key: str) -> list[bytes]:
        """Return an agreement's PDF, and the one that was signed once there is a certificate."""
        services = self.server.desk.services
        async with services.database.reader() as reader:
            found = await reader.run(_files, parse(key).id)
        return [await _content(services.shelf.store, *one) for one in found]

    async def counts(self) -> dict[str, int]:
        """Return how many rows there are of all that an agreement writes."""
        async with self.server.desk.services.database.reader() as reader:
            return await reader.run(_counts)

    @asynccontextmanager
    async def unchanged(self) -> AsyncIterator[None]:
        """Assert that what happens inside writes nothing: no event, audit row, file or record."""
        before, files = await self.counts(), self.stored()
        yield
        assert (await self.counts(), self.stored()) == (before, files)

    def stored(self) -> int:
        """Return how many objects are in the storage, pictures of pages aside."""
        root = self.server.desk.services.shelf.store._root
        assert root is not None
        return sum("preview" not in path.name for path in root.rglob("*") if path.is_file())

    async def trail(self, key: str) -> list[tuple[str, str, Json]]:
        """Return the audit rows of an agreement: action, kind of actor and changes."""
        async with self.server.desk.services.database.reader() as reader:
            return await reader.run(_trail, parse(key).id)

    async def steps(self, key: str) -> list[str]:
        """Return the actions of an agreement's events; each has its row in the audit trail."""
        async with self.server.desk.services.database.reader() as reader:
            events = await reader.run(_events, parse(key).id)
        assert events == [action for action, _, _ in await self.trail(key)]
        return events


async def _content(store: Any, key: str, sizes: list[int]) -> bytes:
    paths = [store._root / key[:2] / key / f"{sum(sizes[:n]):016}" for n in range(len(sizes))]
    return b"".join(path.read_bytes() for path in paths)


def _files(connection: Connection, key: Any) -> list[tuple[str, list[int]]]:
    file_id = select(document.c.file_id).where(document.c.id == key)
    signed = select(agreement.c.signed_file_id).where(agreement.c.document_id == key)
    keys = [connection.scalar(file_id), connection.scalar(signed)]
    columns = (stored_file.c.key, stored_file.c.segments)
    rows = (connection.execute(select(*columns).where(stored_file.c.id == one)) for one in keys)
    return [tuple(row.one()) for row, one in zip(rows, keys, strict=True) if one]


def _counts(connection: Connection) -> dict[str, int]:
    found = {}
    for table in _TABLES:
        statement = select(func.count()).select_from(table)
        if table is audit:  # what is read leaves a row when there is time
            read = audit.c.action.like("%.read") | audit.c.action.like("%.listed")
            statement = statement.where(~read)
        found[table.name] = connection.scalar(statement) or 0
    return found


def _trail(connection: Connection, key: Any) -> list[tuple[str, str, Json]]:
    columns = (audit.c.action, audit.c.actor_kind, audit.c.changes)
    ours = (audit.c.record_id == key, audit.c.action.not_like("document.%"))
    rows = connection.execute(select(*columns).where(*ours).order_by(audit.c.number))
    return [(action, ActorKind[kind.upper()].value, changes) for action, kind, changes in rows]


def _events(connection: Connection, key: Any) -> list[str]:
    statement = select(event.c.action).where(event.c.record_id == key).order_by(event.c.seq)
    return list(connection.scalars(statement))


def recipients(*people: Any) -> list[Json]:
    """Return recipients as the API takes them: contact ids, or (contact id, role)."""
    return [
        {"contactId": one} if isinstance(one, str) else {"contactId": one[0], "role": one[1]}
        for one in people
    ]


def text_of(content: bytes) -> str:
    """Return the text of a PDF, its lines joined by spaces."""
    with PdfDocument(content) as pdf:
        texts = []
        for number in range(len(pdf)):
            page = pdf[number]
            text = page.get_textpage()
            texts.append(text.get_text_range())
            text.close()
            page.close()
    return " ".join(" ".join(texts).split())


@asynccontextmanager
async def opened(server: Server, name: str = "spa") -> AsyncIterator[Office]:
    """Open a practice."""
    async with open_spa(server, different_owners=True, name=name) as spa:
        office = Office(spa)
        office.grace = await spa.contact("Grace Park", spa.ben, email="grace@park.example")
        office.henry = await spa.contact("Henry Oak", spa.cleo)
        yield office

"""Checks of documents: their folder's key, their links and their words against their own facts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, or_, select

from models.agreement import agreement_recipient
from models.base import columns_of
from models.document import Document, document, document_link, document_word
from models.stored_file import stored_file
from models.text import same_name_key
from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers.document_changes import words_of
from resolvers.documents import RESTORABLE
from resolvers.enums import DocumentKind

_BATCH = 2000
Of = Mapping[UUID, frozenset[Any]]


@dataclass(frozen=True)
class StoredDocument:
    """A document as it is stored, and what is stored of its links, words and recipients."""

    record: Document
    folder_key: str
    links: frozenset[tuple[UUID, str]]
    words: frozenset[str]
    text: tuple[str, ...]
    recipients: frozenset[UUID]

    @property
    def wanted_links(self) -> frozenset[tuple[UUID, str]]:
        """The records it must hang on: an agreement on its recipients' contacts."""
        one = self.record
        if one.kind == DocumentKind.AGREEMENT.value:
            return frozenset((key, CONTACT.name) for key in self.recipients)
        kinds = ((one.contact_id, CONTACT.name), (one.opportunity_id, OPPORTUNITY.name))
        return frozenset((key, kind) for key, kind in kinds if key)


def document_drift(stored: StoredDocument) -> Iterator[str]:
    """Yield what differs of a document."""
    one = stored.record
    if stored.folder_key != same_name_key(one.folder):
        yield "folder_key is not what its text says"
    yield from _differing(stored.links, stored.wanted_links, "links to records")
    yield from _differing(stored.words, words_of(one, stored.text), "search words")


def _differing(kept: frozenset[Any], wanted: frozenset[Any], what: str) -> Iterator[str]:
    missing, extra = len(wanted - kept), len(kept - wanted)
    if missing or extra:
        yield f"{missing} {what} are missing, {extra} are too many"


def stored_documents(
    connection: Connection, practice_id: UUID, now: datetime
) -> Iterator[StoredDocument]:
    """Yield every document of a practice by id, 2,000 at a time; deleted ones too.

    Not those that can no longer be restored: what hangs on them is being removed.
    """
    columns = columns_of(document, Document)
    statement = select(*columns, document.c.folder_key, stored_file.c.words)
    statement = statement.join(stored_file, stored_file.c.id == document.c.file_id)
    deleted_at = document.c.deleted_at
    there = or_(deleted_at.is_(None), deleted_at > now - RESTORABLE)
    statement = statement.where(document.c.practice_id == practice_id, there)
    statement = statement.order_by(document.c.id)
    last = UUID(int=0)
    while rows := connection.execute(statement.where(document.c.id > last).limit(_BATCH)).all():
        keys = [row.id for row in rows]
        last = keys[-1]
        links, words, people = (read(connection, keys) for read in (_links, _words, _people))
        for *row, folder_key, text in rows:
            one = Document(*row)
            of = (links[one.id], words[one.id], tuple(text), people[one.id])
            yield StoredDocument(one, folder_key, *of)


def _links(connection: Connection, keys: list[UUID]) -> Of:
    columns = document_link.c
    found = select(columns.document_id, columns.record_id, columns.record_kind)
    rows = connection.execute(found.where(columns.document_id.in_(keys)))
    return _grouped((key, (record, kind)) for key, record, kind in rows)


def _words(connection: Connection, keys: list[UUID]) -> Of:
    columns = document_word.c
    found = select(columns.record_id, columns.word).where(columns.record_id.in_(keys))
    return _grouped((key, word) for key, word in connection.execute(found))


def _people(connection: Connection, keys: list[UUID]) -> Of:
    columns = agreement_recipient.c
    found = select(columns.document_id, columns.contact_id).where(columns.document_id.in_(keys))
    return _grouped((key, contact) for key, contact in connection.execute(found))


def _grouped(pairs: Iterator[tuple[UUID, Any]]) -> Of:
    found: dict[UUID, set[Any]] = defaultdict(set)
    for key, value in pairs:
        found[key].add(value)
    return defaultdict(frozenset, {key: frozenset(values) for key, values in found.items()})

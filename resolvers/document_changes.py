"""Writing documents: the row, what follows from it, and what the log tells (P12, R97)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Connection, delete, insert, update

from models.base import columns_of
from models.document import Document, document, document_link, document_word
from models.text import same_name_key, search_words
from permissions.documents import DRAFT
from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers import document_records
from resolvers.change import Change
from resolvers.journal import Note

KIND = "Document"
Links = Mapping[UUID, str]
Values = Mapping[str, list[Any]]
_KINDS = {CONTACT.name: CONTACT, OPPORTUNITY.name: OPPORTUNITY}
_OF_ROW = tuple(str(column.key) for column in columns_of(document, Document))
_UNTOLD = frozenset(("version", "updated_at", "id", "practice_id", "created_at"))
_TOLD = tuple(name for name in _OF_ROW if name not in _UNTOLD)


class Writing(Protocol):
    """A transaction that writes documents: a user's change, or a step without one."""

    @property
    def connection(self) -> Connection:
        """Where it writes."""

    @property
    def now(self) -> datetime:
        """Its moment."""

    @property
    def action(self) -> str:
        """What it does, for log and audit."""

    def note(self, note: Note) -> None:
        """Log what it wrote."""


def add(change: Change, new: Document, links: Links, more: Values | None = None) -> None:
    """Write a new document that hangs on the records of `links`; `more` is for the audit."""
    change.connection.execute(insert(document), _row(new))
    _link(change, new, {}, links)
    _index(change, new)
    _touch(change, (None, {}), (new, links))
    told = ((name, getattr(new, name)) for name in _TOLD)
    values = {name: [None, value] for name, value in told if value is not None}
    change.note(_note(change, new, values | dict(more or {}), None))


def save(
    change: Change,
    before: Document,
    after: Document,
    links: Links | None = None,
    more: Values | None = None,
) -> None:
    """Write what differs of a document and of the records it hangs on; nothing where nothing does.

    Whoever is going to change a document holds it first (`document_records.lock`). `more` is what
    else changed, for the audit.
    """
    old = document_records.links(change.connection, before.id)
    new = old if links is None else links
    values = dict(more or {})
    if old != new:
        values["records"] = [sorted(old), sorted(new)]
    if rewrite(change, before, after, values):
        _link(change, after, old, new)
        _touch(change, (before, old), (after, new))


def rewrite(writing: Writing, before: Document, after: Document, more: Values) -> bool:
    """Write what differs of a document itself, or else only tell `more`; return whether it did.

    For what leaves the records it hangs on as they are, and how many documents these show.
    """
    differing = (name for name in _TOLD if getattr(before, name) != getattr(after, name))
    values = {name: [getattr(before, name), getattr(after, name)] for name in differing}
    values.update(more)
    if not values:
        return False
    connection = writing.connection
    after.version, after.updated_at = before.version + 1, writing.now
    row = _row(after)
    connection.execute(update(document).where(document.c.id == after.id).values(row))
    _index(writing, after)
    old = document_records.links(connection, before.id)
    writing.note(_note(writing, after, values, _facts(before, old)))
    return True


def put_away_field(change: Change, field_id: UUID) -> None:
    """Delete all files of a field at once; the records they hang on are held."""
    columns = document.c
    change.connection.execute(
        update(document)
        .where(columns.field_id == field_id, columns.deleted_at.is_(None))
        .values(deleted_at=change.now, version=columns.version + 1, updated_at=change.now)
    )


def note_put_away(change: Change, found: Iterable[Document], kind: str) -> None:
    """Log that these documents were deleted, each of which hung on one record of `kind`."""
    for one in found:
        record = one.contact_id or one.opportunity_id
        links = {record: kind} if record else {}
        change.note(_note(change, one, {"deleted_at": [None, change.now]}, _facts(one, links)))


def _row(one: Document) -> dict[str, Any]:
    row = {name: getattr(one, name) for name in _OF_ROW}
    return {**row, "folder_key": same_name_key(one.folder)}


def _link(change: Change, one: Document, old: Links, new: Links) -> None:
    """Write which records the document hangs on now."""
    gone = [key for key in old if key not in new]
    if gone:
        columns = document_link.c
        ours = (columns.document_id == one.id, columns.record_id.in_(gone))
        change.connection.execute(delete(document_link).where(*ours))
    rows = [
        {
            "practice_id": one.practice_id,
            "document_id": one.id,
            "record_id": key,
            "record_kind": kind,
            "created_at": one.created_at,
        }
        for key, kind in new.items()
        if key not in old
    ]
    if rows:
        change.connection.execute(insert(document_link), rows)


def words_of(one: Document, text: Collection[str]) -> frozenset[str]:
    """Return the words under which a document is found: its name's, and its text's."""
    return search_words(one.name) | frozenset(text)


def _index(change: Writing, one: Document) -> None:
    """Write the words under which the document is found now."""
    file = document_records.file_of(change.connection, one.file_id)
    was = document_records.words(change.connection, one.id)
    now = words_of(one, file.words if file else ())
    gone = sorted(was - now)
    if gone:
        ours = (document_word.c.record_id == one.id, document_word.c.word.in_(gone))
        change.connection.execute(delete(document_word).where(*ours))
    rows = [
        {"practice_id": one.practice_id, "word": word, "record_id": one.id}
        for word in sorted(now - was)
    ]
    if rows:
        change.connection.execute(insert(document_word), rows)


Counted = tuple[Document | None, Links]


def _touch(change: Change, before: Counted, after: Counted) -> None:
    """Tell live boards of the records on which another number of documents hangs now."""
    was, now = _counting(before), _counting(after)
    kinds = {**before[1], **after[1]}
    for key in sorted(was ^ now):
        kind = _KINDS[kinds[key]]
        if change.load(kind, kind.table.c.id == key):
            change.touched.setdefault(key, set()).add("document_count")


def _counting(counted: Counted) -> frozenset[UUID]:
    one, links = counted
    shown = one is not None and one.deleted_at is None and one.status != DRAFT
    return frozenset(links) if shown else frozenset()


def _facts(one: Document, links: Links) -> dict[str, Any]:
    """Return what the log keeps of how a document was: its audience, and how it was listed."""
    return {
        "kind": one.kind,
        "status": one.status,
        "folder": one.folder,
        "records": {key.hex: kind for key, kind in links.items()},
        "created_by": one.created_by and one.created_by.hex,
    }


def _note(
    change: Writing, one: Document, values: dict[str, list[Any]], before: dict[str, Any] | None
) -> Note:
    return Note(
        kind=KIND,
        record_id=one.id,
        action=change.action,
        changed=sorted(values),
        before=before,
        values=values,
    )

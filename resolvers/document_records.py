"""The one door to documents: no other module selects from their tables."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from models.agreement import Agreement, Recipient, agreement, agreement_recipient
from models.among import among_given
from models.base import columns_of
from models.contact import Contact
from models.document import Document, document, document_link, document_word
from models.opportunity import Opportunity
from models.packed import read_rows
from models.stored_file import StoredFile, Upload, stored_file, upload
from permissions.documents import DRAFT, visible_documents
from permissions.viewer import Viewer

_OF_FILE = ("media_type", "size", "sha256", "pages")
DOCUMENT_COLUMNS = columns_of(document, Document)
_COLUMNS = (*DOCUMENT_COLUMNS, *(stored_file.c[name] for name in _OF_FILE))
# Built once: a select of twenty columns takes longer to build than to run.
_SELECT = select(*_COLUMNS).join(stored_file, stored_file.c.id == document.c.file_id)
_FILE_COLUMNS = columns_of(stored_file, StoredFile)
_UPLOAD_COLUMNS = columns_of(upload, Upload)
_AGREEMENT_COLUMNS = columns_of(agreement, Agreement)
_RECIPIENT_COLUMNS = columns_of(agreement_recipient, Recipient)
_LINKED = document_link.c
_COUNTS = (
    select(_LINKED.record_id, func.count().label("documents"))
    .join(document, document.c.id == _LINKED.document_id)
    .where(
        among_given(_LINKED.record_id), document.c.deleted_at.is_(None), document.c.status != DRAFT
    )
    .group_by(_LINKED.record_id)
)


def select_visible(
    viewer: Viewer, *conditions: ColumnElement[bool], deleted: bool = False
) -> Select[Any]:
    """Return the statement for the documents that `viewer` sees, nothing run."""
    return _SELECT.where(visible_documents(viewer, deleted=deleted), *conditions)


def documents_of(rows: Iterable[Row[Any]]) -> list[Document]:
    """Return the documents that rows of `select_visible` hold."""
    return [Document(*row[: len(_COLUMNS)]) for row in rows]


def find_visible(
    connection: Connection,
    viewer: Viewer,
    key: UUID,
    *conditions: ColumnElement[bool],
    deleted: bool = False,
) -> Document | None:
    """Return the document with this id if `viewer` sees it, else None (R14)."""
    statement = select_visible(viewer, document.c.id == key, *conditions, deleted=deleted)
    return next(iter(documents_of(connection.execute(statement))), None)


def load_visible(
    connection: Connection, viewer: Viewer, keys: Iterable[UUID]
) -> dict[UUID, Document]:
    """Return those of the documents with these ids that `viewer` sees, by id."""
    statement = select_visible(viewer, document.c.id.in_(set(keys)))
    return {one.id: one for one in documents_of(connection.execute(statement))}


def same_source(connection: Connection, one: Document) -> bool:
    """Return whether another document that is there comes from the same attachment (R86)."""
    if one.source_message is None:
        return False
    names = ("practice_id", "source_channel", "source_message", "source_attachment")
    ours = (document.c[name] == getattr(one, name) for name in names)
    others = select(document.c.id).where(
        *ours, document.c.id != one.id, document.c.deleted_at.is_(None)
    )
    return connection.execute(others.limit(1)).first() is not None


def lock(connection: Connection, key: UUID) -> None:
    """Hold a document against other changes until commit (C3)."""
    connection.execute(select(document.c.id).where(document.c.id == key).with_for_update())


def find_any(connection: Connection, key: UUID) -> Document | None:
    """Return a document that is not deleted, whoever may see it."""
    statement = _SELECT.where(document.c.id == key, document.c.deleted_at.is_(None))
    return next(iter(documents_of(connection.execute(statement))), None)


def on_record(statement: Select[Any], record_id: UUID) -> Select[Any]:
    """Return a statement of documents cut to those that hang on a record."""
    links = document_link.c
    joined = statement.join(document_link, links.document_id == document.c.id)
    return joined.where(links.record_id == record_id)


def on_records(statement: Select[Any], record_ids: Iterable[UUID]) -> Select[Any]:
    """Return a statement of documents with the records they hang on, cut to these records."""
    links = document_link.c
    joined = statement.join(document, links.document_id == document.c.id)
    return joined.where(links.record_id.in_(sorted(record_ids)))


def ids_on(record_ids: Iterable[UUID]) -> Select[Any]:
    """Return the select of the ids of the documents that hang on one of these records."""
    links = document_link.c
    return select(links.document_id).where(links.record_id.in_(sorted(record_ids)))


def in_field(connection: Connection, field_id: UUID) -> list[Document]:
    """Return the present files of a custom field, on all records, whoever may see them."""
    statement = _SELECT.where(*_of_field(field_id)).order_by(document.c.id)
    return documents_of(connection.execute(statement))


def records_of_field(field_id: UUID) -> Select[Any]:
    """Return the select of the ids of the records on which files of a field hang."""
    links = document_link.c
    statement = select(links.record_id).join(document, document.c.id == links.document_id)
    return statement.where(*_of_field(field_id))


def count_in_field(connection: Connection, field_id: UUID, record_id: UUID | None = None) -> int:
    """Return how many files a custom field has: on one record, or on all."""
    statement = select(func.count()).select_from(document).where(*_of_field(field_id))
    if record_id is not None:
        statement = statement.where(document.c.id.in_(ids_on([record_id])))
    return connection.scalar(statement) or 0


def _of_field(field_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return document.c.field_id == field_id, document.c.deleted_at.is_(None)


def counts(connection: Connection, records: Iterable[UUID]) -> dict[UUID, int]:
    """Return how many documents hang on each of these records, drafts left out (R85)."""
    return dict(read_rows(connection, _COUNTS, {"keys": list(set(records))}))


def attach_totals(connection: Connection, records: Sequence[Contact | Opportunity]) -> None:
    """Fill `document_total` of the records, in one read."""
    totals = counts(connection, (one.id for one in records)) if records else {}
    for one in records:
        one.document_total = totals.get(one.id, 0)


def links(connection: Connection, key: UUID) -> dict[UUID, str]:
    """Return the records that a document hangs on, with their kinds."""
    columns = document_link.c
    statement = select(columns.record_id, columns.record_kind).where(columns.document_id == key)
    return {record: kind for record, kind in connection.execute(statement)}  # noqa: C416


def words(connection: Connection, key: UUID) -> frozenset[str]:
    """Return the words under which a document is found."""
    statement = select(document_word.c.word).where(document_word.c.record_id == key)
    return frozenset(connection.scalars(statement))


def file_of(connection: Connection, key: UUID) -> StoredFile | None:
    """Return the stored file with this id."""
    row = connection.execute(select(*_FILE_COLUMNS).where(stored_file.c.id == key)).first()
    return StoredFile(*row) if row else None


def find_upload(connection: Connection, key: UUID) -> Upload | None:
    """Return the upload with this id, whoever asked for it."""
    row = connection.execute(select(*_UPLOAD_COLUMNS).where(upload.c.id == key)).first()
    return Upload(*row) if row else None


def lock_upload(connection: Connection, key: UUID) -> tuple[Upload, StoredFile] | None:
    """Return an upload and its file, held until commit; None where there is none."""
    statement = select(*_UPLOAD_COLUMNS).where(upload.c.id == key).with_for_update()
    row = connection.execute(statement).first()
    if row is None:
        return None
    found = Upload(*row)
    file = file_of(connection, found.file_id)
    return (found, file) if file else None


def next_due(connection: Connection, statuses: Iterable[str], now: datetime) -> UUID | None:
    """Return the agreement in these statuses whose time is over the longest, if there is one."""
    statement = (
        select(agreement.c.document_id)
        .join(document, document.c.id == agreement.c.document_id)
        .where(
            agreement.c.expires_at <= now,
            document.c.status.in_(sorted(statuses)),
            document.c.deleted_at.is_(None),
        )
        .order_by(agreement.c.expires_at, agreement.c.document_id)
        .limit(1)
    )
    return connection.scalar(statement)


def agreements(connection: Connection, keys: Iterable[UUID]) -> dict[UUID, Agreement]:
    """Return what these documents are as agreements, with their recipients."""
    wanted = set(keys)
    if not wanted:
        return {}
    statement = select(*_AGREEMENT_COLUMNS).where(agreement.c.document_id.in_(wanted))
    found = {row[0]: Agreement(*row) for row in connection.execute(statement)}
    people = (
        select(*_RECIPIENT_COLUMNS)
        .where(agreement_recipient.c.document_id.in_(found))
        .order_by(agreement_recipient.c.document_id, agreement_recipient.c.position)
    )
    for row in connection.execute(people) if found else ():
        one = Recipient(*row)
        found[one.document_id].recipients += (one,)
    return found

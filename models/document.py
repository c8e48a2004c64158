"""Documents: files and agreements, and the records they hang on (R16, R84-R86)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint, text

from models.assigned import word_table
from models.base import Id, Key, UtcDateTime, id_column, metadata, practice_column, within_practice

document = Table(
    "document",
    metadata,
    id_column(),
    practice_column(),
    Column("kind", String(20), nullable=False),
    Column("status", String(20), nullable=False),
    Column("name", String(200), nullable=False),
    Column("folder", String(200), nullable=False),
    Column("folder_key", Key, nullable=False),
    Column("contact_id", Id()),
    Column("opportunity_id", Id()),
    Column("field_id", Id()),
    Column("file_id", Id(), nullable=False),
    Column("created_by", Id()),
    Column("source_channel", String(20)),
    Column("source_message", String(200)),
    Column("source_attachment", String(200)),
    Column("version", Integer(), nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("updated_at", UtcDateTime(), nullable=False),
    Column("deleted_at", UtcDateTime()),
    UniqueConstraint("practice_id", "id"),
    within_practice("contact_id", "contact"),
    within_practice("opportunity_id", "opportunity"),
    within_practice("field_id", "custom_field"),
    within_practice("file_id", "stored_file"),
    within_practice("created_by", "user"),
    Index("ix_document_created", "practice_id", "created_at", "id"),
    Index("ix_document_file", "file_id"),
    Index("ix_document_deleted", "deleted_at"),
)

# An attachment of a message becomes a document once (R86).
_ATTACHED = text("deleted_at IS NULL AND source_message IS NOT NULL")
Index(
    "uq_document_source",
    document.c.practice_id,
    document.c.source_channel,
    document.c.source_message,
    document.c.source_attachment,
    unique=True,
    sqlite_where=_ATTACHED,
    postgresql_where=_ATTACHED,
)

_OF_FIELD = text("field_id IS NOT NULL")
Index(
    "ix_document_field",
    document.c.field_id,
    sqlite_where=_OF_FIELD,
    postgresql_where=_OF_FIELD,
)

# The records a document shows on: a file on one, an agreement on each recipient's contact.
document_link = Table(
    "document_link",
    metadata,
    practice_column(),
    Column("document_id", Id(), primary_key=True),
    Column("record_id", Id(), primary_key=True),
    Column("record_kind", String(20), nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    within_practice("document_id", "document"),
    Index("ix_document_link_record", "record_id", "created_at", "document_id"),
    sqlite_with_rowid=False,
)

document_word = word_table("document")


@dataclass(slots=True)
class Document:
    """A file or an agreement: first what is stored of it, then what is stored of its file."""

    id: UUID
    practice_id: UUID
    kind: str
    status: str
    name: str
    folder: str
    contact_id: UUID | None
    opportunity_id: UUID | None
    field_id: UUID | None
    file_id: UUID
    created_by: UUID | None
    source_channel: str | None
    source_message: str | None
    source_attachment: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None
    media_type: str = ""
    size: int = 0
    sha256: str = ""
    pages: int | None = None

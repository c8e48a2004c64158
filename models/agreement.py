"""Agreements: documents that recipients sign, and the templates they are made from (R85)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from models.base import Id, UtcDateTime, id_column, metadata, practice_column, within_practice
from models.practice import of_practice

agreement_template = Table(
    "agreement_template",
    metadata,
    id_column(),
    practice_column(),
    Column("name", String(200), nullable=False),
    Column("body", Text(), nullable=False),
    Column("version", Integer(), nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("updated_at", UtcDateTime(), nullable=False),
    Column("deleted_at", UtcDateTime()),
    of_practice(),
    UniqueConstraint("practice_id", "id"),
)

# What an agreement is besides a document. `signed_file_id` is the file its recipients signed,
# once the document's own file has a certificate.
agreement = Table(
    "agreement",
    metadata,
    Column("document_id", Id(), primary_key=True),
    practice_column(),
    Column("template_id", Id()),
    Column("revision", Integer(), nullable=False),
    Column("body", Text(), nullable=False),
    Column("sent_at", UtcDateTime()),
    Column("viewed_at", UtcDateTime()),
    Column("expires_at", UtcDateTime()),
    Column("completed_at", UtcDateTime()),
    Column("declined_at", UtcDateTime()),
    Column("decline_reason", String(2000)),
    Column("signed_file_id", Id()),
    within_practice("document_id", "document"),
    within_practice("template_id", "agreement_template"),
    within_practice("signed_file_id", "stored_file"),
    Index("ix_agreement_expires", "expires_at"),
)

_SIGNED = text("signed_file_id IS NOT NULL")
Index(
    "ix_agreement_signed_file",
    agreement.c.signed_file_id,
    sqlite_where=_SIGNED,
    postgresql_where=_SIGNED,
)

agreement_recipient = Table(
    "agreement_recipient",
    metadata,
    id_column(),
    practice_column(),
    Column("document_id", Id(), nullable=False),
    Column("contact_id", Id(), nullable=False),
    Column("position", SmallInteger(), nullable=False),
    Column("is_primary", Boolean(), nullable=False),
    Column("role", String(10), nullable=False),
    Column("viewed_at", UtcDateTime()),
    Column("completed_at", UtcDateTime()),
    Column("declined_at", UtcDateTime()),
    Column("signed_name", String(200)),
    Column("signed_address", String(64)),
    Column("signed_sha256", String(64)),
    within_practice("document_id", "document"),
    within_practice("contact_id", "contact"),
    UniqueConstraint("document_id", "contact_id"),
    Index("ix_agreement_recipient_contact", "contact_id", "document_id"),
)

# Exactly one recipient is the primary one (R85): the resolver sees to at least one.
_PRIMARY = text("is_primary")
Index(
    "uq_agreement_recipient_primary",
    agreement_recipient.c.document_id,
    unique=True,
    sqlite_where=_PRIMARY,
    postgresql_where=_PRIMARY,
)


@dataclass(slots=True)
class AgreementTemplate:
    """A text with merge fields that agreements are made from; `body` is CommonMark."""

    id: UUID
    practice_id: UUID
    name: str
    body: str
    version: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None


@dataclass(slots=True)
class Recipient:
    """One recipient of an agreement, and what he did with it."""

    id: UUID
    practice_id: UUID
    document_id: UUID
    contact_id: UUID
    position: int
    is_primary: bool
    role: str
    viewed_at: datetime | None = None
    completed_at: datetime | None = None
    declined_at: datetime | None = None
    signed_name: str | None = None
    signed_address: str | None = None
    signed_sha256: str | None = None


@dataclass(slots=True)
class Agreement:
    """What an agreement is besides a document; `recipients` by position."""

    document_id: UUID
    practice_id: UUID
    template_id: UUID | None
    revision: int
    body: str
    sent_at: datetime | None = None
    viewed_at: datetime | None = None
    expires_at: datetime | None = None
    completed_at: datetime | None = None
    declined_at: datetime | None = None
    decline_reason: str | None = None
    signed_file_id: UUID | None = None
    recipients: tuple[Recipient, ...] = ()

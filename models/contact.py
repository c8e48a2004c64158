"""Contacts: leads and patients."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from models.assigned import Assignment, assigned_table, word_table
from models.base import Id, Key, UtcDateTime, id_column, metadata, practice_column, within_practice

contact = Table(
    "contact",
    metadata,
    id_column(),
    practice_column(),
    Column("first_name", String(200)),
    Column("last_name", String(200)),
    Column("name", String(401), nullable=False),
    Column("name_key", Key, nullable=False),
    Column("email", String(254)),
    Column("email_key", Key),
    Column("phone", Key),
    Column("type_id", Id(), nullable=False),
    Column("source", String(200)),
    Column("source_key", Key),
    Column("do_not_disturb_all", Boolean(), nullable=False),
    Column("blocked_channels", JSON(), nullable=False),
    Column("owner_id", Id()),
    Column("version", Integer(), nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("updated_at", UtcDateTime(), nullable=False),
    Column("deleted_at", UtcDateTime()),
    UniqueConstraint("practice_id", "id"),
    within_practice("type_id", "contact_type"),
    within_practice("owner_id", "user"),
    Index("ix_contact_type", "type_id"),
    Index("ix_contact_created", "practice_id", "created_at", "id"),
    Index("ix_contact_name", "practice_id", "name_key", "id"),
)

for _key in ("email_key", "phone"):
    _alive = text(f"deleted_at IS NULL AND {_key} IS NOT NULL")
    Index(
        f"uq_contact_{_key}",
        contact.c.practice_id,
        contact.c[_key],
        unique=True,
        sqlite_where=_alive,
        postgresql_where=_alive,
    )

contact_assigned = assigned_table("contact")
contact_word = word_table("contact")

contact_tag = Table(
    "contact_tag",
    metadata,
    practice_column(),
    Column("contact_id", Id(), primary_key=True),
    Column("tag_id", Id(), primary_key=True),
    within_practice("contact_id", "contact"),
    ForeignKeyConstraint(["practice_id", "tag_id"], ["tag.practice_id", "tag.id"]),
    Index("ix_contact_tag_tag", "tag_id", "contact_id"),
    sqlite_with_rowid=False,
)


@dataclass(slots=True)
class Contact:
    """A lead or a patient.

    `blocked_channels` maps a channel to its status and message. `assigned` holds the owner and the
    followers by slot, `tag_ids` the tags, `document_total` how many documents hang on it.
    """

    id: UUID
    practice_id: UUID
    first_name: str | None
    last_name: str | None
    name: str
    email: str | None
    phone: str | None
    type_id: UUID
    source: str | None
    do_not_disturb_all: bool
    blocked_channels: dict[str, list[str | None]]
    owner_id: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None
    assigned: tuple[Assignment, ...] = ()
    tag_ids: frozenset[UUID] = frozenset()
    document_total: int = 0

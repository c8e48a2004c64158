"""Stored files and the uploads that bring them: every object in storage has its row, first.

A row is written before the first byte and says when the object may be removed. So neither a
crash nor a broken connection leaves anything behind that the sweep does not find.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table, UniqueConstraint

from models.base import Id, UtcDateTime, id_column, metadata, practice_column, within_practice
from models.practice import of_practice

# `segments` are the sizes of its objects in storage, in order; null until all bytes are there.
# `remove_after` is null while a record shows the file.
stored_file = Table(
    "stored_file",
    metadata,
    id_column(),
    practice_column(),
    Column("key", String(32), nullable=False),
    Column("segments", JSON()),
    Column("media_type", String(100), nullable=False),
    Column("size", BigInteger(), nullable=False),
    Column("sha256", String(64)),
    Column("pages", Integer()),
    Column("words", JSON(), nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("remove_after", UtcDateTime()),
    of_practice(),
    UniqueConstraint("practice_id", "id"),
    Index("uq_stored_file_key", "key", unique=True),
    Index("ix_stored_file_remove", "remove_after"),
)

# One upload: who may send which file, for which record. Its link opens it once.
upload = Table(
    "upload",
    metadata,
    id_column(),
    practice_column(),
    Column("user_id", Id(), nullable=False),
    Column("file_id", Id(), nullable=False),
    Column("contact_id", Id()),
    Column("opportunity_id", Id()),
    Column("field_id", Id()),
    Column("name", String(200), nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("opened_at", UtcDateTime()),
    within_practice("user_id", "user"),
    within_practice("file_id", "stored_file"),
    within_practice("contact_id", "contact"),
    within_practice("opportunity_id", "opportunity"),
    within_practice("field_id", "custom_field"),
    UniqueConstraint("file_id"),
)


@dataclass(slots=True)
class StoredFile:
    """The bytes of one file: where they are, what they are.

    `segments`, `sha256` and `pages` are None until the upload is complete; `words` are those
    under which its text is found.
    """

    id: UUID
    practice_id: UUID
    key: str
    segments: list[int] | None
    media_type: str
    size: int
    sha256: str | None
    pages: int | None
    words: list[str]
    created_at: datetime
    remove_after: datetime | None = None


@dataclass(slots=True)
class Upload:
    """One upload and the record its file is for; `opened_at` is None until its link was used."""

    id: UUID
    practice_id: UUID
    user_id: UUID
    file_id: UUID
    contact_id: UUID | None
    opportunity_id: UUID | None
    field_id: UUID | None
    name: str
    created_at: datetime
    opened_at: datetime | None = None

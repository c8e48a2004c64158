"""Custom fields: what a practice keeps of its contacts and opportunities besides our own fields.

`kind` tells what values a field has, `options` what that kind can be told: of FILE_UPLOAD the
formats, whether several files are allowed, and how many (R84).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, Index, Integer, String, Table, UniqueConstraint, text

from models.base import Key, UtcDateTime, id_column, metadata, practice_column
from models.practice import of_practice

custom_field = Table(
    "custom_field",
    metadata,
    id_column(),
    practice_column(),
    Column("object", String(20), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("key", Key, nullable=False),
    Column("name", String(200), nullable=False),
    Column("group_name", String(200), nullable=False),
    Column("description", String(2000)),
    Column("options", JSON(), nullable=False),
    Column("version", Integer(), nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("updated_at", UtcDateTime(), nullable=False),
    Column("deleted_at", UtcDateTime()),
    of_practice(),
    UniqueConstraint("practice_id", "id"),
)

_ALIVE = text("deleted_at IS NULL")
Index(
    "uq_custom_field_key",
    custom_field.c.practice_id,
    custom_field.c.object,
    custom_field.c.key,
    unique=True,
    sqlite_where=_ALIVE,
    postgresql_where=_ALIVE,
)


@dataclass(slots=True)
class CustomField:
    """The definition of a custom field; `key` names it for programs, once an object."""

    id: UUID
    practice_id: UUID
    object: str
    kind: str
    key: str
    name: str
    group_name: str
    description: str | None
    options: dict[str, Any]
    version: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None

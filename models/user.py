"""The staff of a practice, and what each may do."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, Boolean, Column, String, Table, UniqueConstraint

from models.base import Key, UtcDateTime, id_column, metadata, practice_column
from models.practice import of_practice

user = Table(
    "user",
    metadata,
    id_column(),
    practice_column(),
    Column("name", String(200), nullable=False),
    Column("email", String(254), nullable=False),
    Column("email_key", Key, nullable=False),
    Column("role", String(10), nullable=False),
    Column("only_assigned_data", Boolean(), nullable=False),
    Column("permissions", JSON(), nullable=False),
    Column("active", Boolean(), nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    UniqueConstraint("practice_id", "id"),
    UniqueConstraint("practice_id", "email_key"),
    of_practice(),
)


@dataclass(slots=True)
class User:
    """A member of the staff; `permissions` are names of the API's Permission enum."""

    id: UUID
    practice_id: UUID
    name: str
    email: str
    role: str
    only_assigned_data: bool
    permissions: list[str]
    active: bool
    created_at: datetime

"""The staff of a practice, and what each may do."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, Boolean, Column, Index, String, Table, UniqueConstraint

from models.base import Id, Key, UtcDateTime, id_column, metadata, practice_column, within_practice
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
    # Tokens issued before are refused.
    Column("signed_out_at", UtcDateTime()),
    UniqueConstraint("practice_id", "id"),
    UniqueConstraint("practice_id", "email_key"),
    of_practice(),
)

# Tokens that are refused although their time is not over (R38, P7).
revoked_token = Table(
    "revoked_token",
    metadata,
    Column("token_id", Id(), primary_key=True),
    practice_column(),
    Column("user_id", Id(), nullable=False),
    Column("expires_at", UtcDateTime(), nullable=False),
    within_practice("user_id", "user"),
    Index("ix_revoked_token_expires", "expires_at"),
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

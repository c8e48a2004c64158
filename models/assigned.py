"""The one relation behind permission: who owns and who follows a record (C4)."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

from models.base import Id, Key, UtcDateTime, metadata, practice_column, within_practice

OWNER_SLOT = 0
MAX_FOLLOWERS = 10


class Assignment(NamedTuple):
    """One user of one record: its owner in slot 0, its followers in slots 1 to 10."""

    record_id: UUID
    user_id: UUID
    slot: int
    source: str
    added_by: UUID | None
    added_at: datetime


def assigned_table(kind: str, *extra: Any) -> Table:
    """Return the table `assigned` of a record kind.

    The keys declare the rules: a user once a record, so an owner never follows (R44); a slot
    once a record, so one owner and at most ten followers (R40).
    """
    return Table(
        f"{kind}_assigned",
        metadata,
        practice_column(),
        Column("record_id", Id(), primary_key=True),
        Column("user_id", Id(), primary_key=True),
        Column("slot", SmallInteger(), nullable=False),
        Column("source", String(10), nullable=False),
        Column("added_by", Id()),
        Column("added_at", UtcDateTime(), nullable=False),
        *extra,
        UniqueConstraint("record_id", "slot"),
        CheckConstraint(f"slot BETWEEN {OWNER_SLOT} AND {MAX_FOLLOWERS}", name="slot"),
        within_practice("record_id", kind),
        within_practice("user_id", "user"),
        Index(f"ix_{kind}_assigned_user", "user_id", "record_id"),
        sqlite_with_rowid=False,
    )


def word_table(kind: str) -> Table:
    """Return the table of the words under which records of a kind are found."""
    return Table(
        f"{kind}_word",
        metadata,
        practice_column(primary_key=True),
        Column("word", Key, primary_key=True),
        Column("record_id", Id(), primary_key=True),
        within_practice("record_id", kind),
        Index(f"ix_{kind}_word_record", "record_id"),
        sqlite_with_rowid=False,
    )

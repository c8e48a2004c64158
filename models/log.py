"""The event log, applied idempotency keys and external identities."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Column, Index, String, Table

from models.base import Id, UtcDateTime, metadata, practice_column
from models.practice import of_practice

# Ordered by `seq`, one number a practice, taken as the last statement before commit (C3).
event = Table(
    "event",
    metadata,
    practice_column(primary_key=True),
    Column("seq", BigInteger(), primary_key=True, autoincrement=False),
    Column("at", UtcDateTime(), nullable=False),
    Column("actor_id", Id()),
    Column("kind", String(20), nullable=False),
    Column("record_id", Id(), nullable=False),
    Column("action", String(60), nullable=False),
    Column("changed", JSON(), nullable=False),
    Column("before", JSON()),
    Column("cards", JSON(), nullable=False),
    Column("key", String(200)),
    Column("request_id", String(64)),
    of_practice(),
)

idempotency_key = Table(
    "idempotency_key",
    metadata,
    practice_column(primary_key=True),
    Column("actor_id", Id(), primary_key=True),
    Column("field", String(60), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("outcome", JSON()),
    Column("created_at", UtcDateTime(), nullable=False),
    of_practice(),
    Index("ix_idempotency_key_created", "created_at"),
)

# What an imported record is called elsewhere: importing it again changes nothing (C12).
external_id = Table(
    "external_id",
    metadata,
    practice_column(primary_key=True),
    Column("system", String(60), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("external_id", String(200), primary_key=True),
    Column("record_id", Id(), nullable=False),
    of_practice(),
    Index("ix_external_id_record", "record_id"),
)


@dataclass(slots=True)
class Event:
    """One record's change in one commit.

    `changed` names the facts that changed, `before` are the board facts before (None where the
    record did not exist), `cards` the opportunities that show the record, `key` the caller's
    idempotency key.
    """

    seq: int
    at: datetime
    actor_id: UUID | None
    kind: str
    record_id: UUID
    action: str
    changed: list[str]
    before: dict[str, Any] | None
    cards: list[str]
    key: str | None

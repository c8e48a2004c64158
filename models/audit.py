"""The audit trail: one chain of rows a practice, only ever added to (P21, R97).

Each row's hash covers the row and the hash before it, and `audit_head` holds the last one: a row
that was changed, removed or slipped in shows. The databases refuse changes by `audit_rules`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import DDL, JSON, BigInteger, Column, ForeignKey, Index, String, Table, event
from sqlalchemy.schema import ExecutableDDLElement

from models.audit_rules import POSTGRES, SQLITE
from models.base import Id, UtcDateTime, metadata, practice_column
from models.practice import of_practice

# What stands before the first row.
GENESIS = "0" * 64

audit = Table(
    "audit",
    metadata,
    practice_column(primary_key=True),
    Column("number", BigInteger(), primary_key=True, autoincrement=False),
    Column("at", UtcDateTime(), nullable=False),
    Column("actor_kind", String(10), nullable=False),
    Column("actor_id", Id()),
    Column("action", String(60), nullable=False),
    Column("record_kind", String(20), nullable=False),
    Column("record_id", Id()),
    Column("changes", JSON(), nullable=False),
    Column("request_id", String(64)),
    Column("hash", String(64), nullable=False),
    of_practice(),
    Index("ix_audit_record", "practice_id", "record_id", "number"),
    Index("ix_audit_actor", "practice_id", "actor_id", "number"),
    Index("ix_audit_at", "practice_id", "at"),
)

# The last row of each practice, and where what is kept begins: at `kept_from`, after `kept_hash`.
audit_head = Table(
    "audit_head",
    metadata,
    Column("practice_id", Id(), ForeignKey("practice.id"), primary_key=True),
    Column("number", BigInteger(), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("kept_from", BigInteger(), nullable=False),
    Column("kept_hash", String(64), nullable=False),
)
audit_head.add_is_dependent_on(audit)
for _dialect, _rules in (("sqlite", SQLITE), ("postgresql", POSTGRES)):
    for _rule in _rules:
        _made: ExecutableDDLElement = DDL(_rule)  # type: ignore[no-untyped-call]
        event.listen(audit_head, "after_create", _made.execute_if(dialect=_dialect))


def empty_head(practice_id: UUID) -> dict[str, Any]:
    """Return the head of a chain without rows."""
    return {
        "practice_id": practice_id,
        "number": 0,
        "hash": GENESIS,
        "kept_from": 1,
        "kept_hash": GENESIS,
    }


def content_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row says, in plain values: equal for what is written and what is read back.

    Ids are hexadecimal digits, the time is in UTC with six decimals. What is null is left out, so
    a column that comes later leaves the rows of before as they are.
    """
    content = {
        "practice_id": row["practice_id"].hex,
        "at": written(row["at"]),
        "actor_kind": row["actor_kind"],
        "action": row["action"],
        "record_kind": row["record_kind"],
        "changes": row["changes"],
    }
    for name in ("actor_id", "record_id"):
        if row[name] is not None:
            content[name] = row[name].hex
    if row["request_id"] is not None:
        content["request_id"] = row["request_id"]
    return content


def written(moment: datetime) -> str:
    """Return a moment as the chain spells it.

    >>> written(datetime(2026, 1, 1, tzinfo=UTC))
    '2026-01-01T00:00:00.000000Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def encoded(content: Mapping[str, Any]) -> bytes:
    """Return content as JSON: UTF-8, keys sorted, no spaces."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def chained(previous: str, number: int, content: bytes) -> str:
    """Return the hash of row `number`, in hexadecimal digits.

    It is the SHA-256 of three lines: the hash before, the number, the encoded content.
    """
    return sha256(b"%b\n%d\n%b" % (previous.encode(), number, content)).hexdigest()

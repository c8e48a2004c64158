"""The log's tables in the first version: events, audit, idempotency keys, external identities."""

import sqlalchemy as sa
from alembic import op

from migrations.parts import identity, in_practice, keys, needed, optional
from models.base import UtcDateTime


def make_tables() -> None:
    """Make the tables, as revision 0001 does."""
    _event()
    make_audit()
    _idempotency_key()
    _external_id()


def _event() -> None:
    op.create_table(
        "event",
        *keys(("practice_id", sa.Uuid()), ("seq", sa.BigInteger())),
        *needed(("at", UtcDateTime())),
        *optional(("actor_id", sa.Uuid())),
        *needed(("kind", 20), ("record_id", sa.Uuid()), ("action", 60), ("changed", sa.JSON())),
        *optional(("before", sa.JSON())),
        *needed(("cards", sa.JSON())),
        *optional(("key", 200), ("request_id", 64)),
        in_practice(),
    )


def make_audit() -> None:
    """Make the audit trail, as it was before it was chained."""
    op.create_table(
        "audit",
        *identity(),
        *needed(("at", UtcDateTime()), ("actor_kind", 10)),
        *optional(("actor_id", sa.Uuid())),
        *needed(("action", 60), ("record_kind", 20)),
        *optional(("record_id", sa.Uuid())),
        *needed(("changes", sa.JSON())),
        *optional(("request_id", 64)),
        in_practice(),
    )
    op.create_index("ix_audit_record", "audit", ["practice_id", "record_id", "at"])
    op.create_index("ix_audit_at", "audit", ["practice_id", "at"])


def _idempotency_key() -> None:
    op.create_table(
        "idempotency_key",
        *keys(("practice_id", sa.Uuid()), ("actor_id", sa.Uuid()), ("field", 60), ("key", 200)),
        *needed(("fingerprint", 64)),
        *optional(("outcome", sa.JSON())),
        *needed(("created_at", UtcDateTime())),
        in_practice(),
    )
    op.create_index("ix_idempotency_key_created", "idempotency_key", ["created_at"])


def _external_id() -> None:
    op.create_table(
        "external_id",
        *keys(("practice_id", sa.Uuid()), ("system", 60), ("kind", 20), ("external_id", 200)),
        *needed(("record_id", sa.Uuid())),
        in_practice(),
    )
    op.create_index("ix_external_id_record", "external_id", ["record_id"])

"""The audit trail as a chain that the database itself protects.

The rows that exist are chained in the order of their times. Going down drops the numbers and
hashes; the rows get new ids then.

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-22
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from migrations.initial_log import make_audit
from migrations.parts import in_practice, keys, needed, optional
from models.audit import audit, audit_head, chained, content_of, empty_head, encoded
from models.audit_rules import POSTGRES, POSTGRES_GONE, SQLITE
from models.base import Id, UtcDateTime
from models.seams import new_id

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BATCH = 2000
_TOLD = ("at", "actor_kind", "actor_id", "action", "record_kind", "record_id")
_COLUMNS = ("id", "practice_id", *_TOLD, "changes", "request_id")
_TYPES: dict[str, Any] = {
    **dict.fromkeys(("id", "practice_id", "actor_id", "record_id"), Id()),
    "at": UtcDateTime(),
    "changes": sa.JSON(),
}


def upgrade() -> None:
    before = _put_aside("audit_unchained")
    _make_tables()
    _chain_all(before)
    op.drop_table(before.name)
    _make_indexes()
    for rule in POSTGRES if _on_postgres() else SQLITE:
        op.execute(rule)


def downgrade() -> None:
    for name in ("ix_audit_record", "ix_audit_actor", "ix_audit_at"):
        op.drop_index(name, "audit")
    before = _put_aside("audit_chained")
    make_audit()
    after = _table("audit")
    connection = op.get_bind()
    for practice_id in _practices():
        for rows in _batches(before, practice_id, "number"):
            told = [{name: row[name] for name in _COLUMNS if name != "id"} for row in rows]
            connection.execute(sa.insert(after), [{**row, "id": new_id()} for row in told])
    op.drop_table(before.name)
    op.drop_table("audit_head")
    for statement in POSTGRES_GONE if _on_postgres() else ():
        op.execute(statement)


def _on_postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _put_aside(name: str) -> sa.TableClause:
    """Rename the table, and free the name of its key."""
    op.rename_table("audit", name)
    if _on_postgres():
        op.execute(f"ALTER TABLE {name} DROP CONSTRAINT pk_audit")
    return _table(name)


def _table(name: str) -> sa.TableClause:
    columns = [sa.column(column, _TYPES.get(column)) for column in (*_COLUMNS, "number")]
    return sa.table(name, *columns)


def _make_tables() -> None:
    op.create_table(
        "audit",
        *keys(("practice_id", sa.Uuid()), ("number", sa.BigInteger())),
        *needed(("at", UtcDateTime()), ("actor_kind", 10)),
        *optional(("actor_id", sa.Uuid())),
        *needed(("action", 60), ("record_kind", 20)),
        *optional(("record_id", sa.Uuid())),
        *needed(("changes", sa.JSON())),
        *optional(("request_id", 64)),
        *needed(("hash", 64)),
        in_practice(),
    )
    op.create_table(
        "audit_head",
        *keys(("practice_id", sa.Uuid())),
        *needed(("number", sa.BigInteger()), ("hash", 64)),
        *needed(("kept_from", sa.BigInteger()), ("kept_hash", 64)),
        in_practice(),
    )


def _make_indexes() -> None:
    op.create_index("ix_audit_record", "audit", ["practice_id", "record_id", "number"])
    op.create_index("ix_audit_actor", "audit", ["practice_id", "actor_id", "number"])
    op.create_index("ix_audit_at", "audit", ["practice_id", "at"])


def _practices() -> list[UUID]:
    practices = sa.table("practice", sa.column("id", Id()))
    return list(op.get_bind().scalars(sa.select(practices.c.id).order_by(practices.c.id)))


def _chain_all(before: sa.TableClause) -> None:
    connection = op.get_bind()
    for practice_id in _practices():
        head = empty_head(practice_id)
        for rows in _batches(before, practice_id, "at", "id"):
            for row in rows:
                row.pop("id")
                head["number"] += 1
                content = encoded(content_of(row))
                head["hash"] = chained(head["hash"], head["number"], content)
                row |= {"number": head["number"], "hash": head["hash"]}
            connection.execute(sa.insert(audit), rows)
        connection.execute(sa.insert(audit_head), head)


def _batches(
    table: sa.TableClause, practice_id: UUID, *order: str
) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of a practice in an order that is unique, 2,000 at a time."""
    names = _COLUMNS if "number" not in order else (*_COLUMNS[1:], "number")
    by = [table.c[name] for name in order]
    first = sa.select(*(table.c[name] for name in names)).where(table.c.practice_id == practice_id)
    statement = first
    last: dict[str, Any] | None = None
    while True:
        if last is not None:
            place = sa.tuple_(*(sa.literal(last[column.name], column.type) for column in by))
            statement = first.where(sa.tuple_(*by) > place)
        found = op.get_bind().execute(statement.order_by(*by).limit(_BATCH))
        rows = [dict(row._mapping) for row in found]
        if not rows:
            return
        last = dict(rows[-1])
        yield rows

"""All tables of the first version.

Revision ID: 0001
Revises:
Create Date: 2026-11-22
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations import initial_log
from migrations.parts import (
    history,
    identity,
    in_practice,
    keys,
    needed,
    optional,
    partial_index,
    unique,
    within,
)
from models.base import Amount, Key, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    *("practice", "practice_head", "pipeline", "stage", "contact_type", "tag", "user"),
    *("contact", "contact_tag", "contact_assigned", "contact_word"),
    *("opportunity", "opportunity_assigned", "opportunity_word", "opportunity_total"),
    *("event", "audit", "idempotency_key", "external_id"),
)
_ALIVE = "deleted_at IS NULL"


def upgrade() -> None:
    _practice()
    _pipeline()
    _vocabulary()
    _user()
    _contact()
    _contact_tag()
    _relations("contact")
    _opportunity()
    _relations("opportunity", *_board_columns())
    op.create_index(
        "ix_opportunity_assigned_board",
        "opportunity_assigned",
        ["user_id", "stage_id", "status", "created_at", "record_id"],
    )
    _opportunity_total()
    initial_log.make_tables()


def downgrade() -> None:
    for name in reversed(_TABLES):
        op.drop_table(name)


def _practice() -> None:
    op.create_table(
        "practice",
        *keys(("id", sa.Uuid())),
        *needed(("name", 200), ("name_key", Key), ("currency", 3), ("time_zone", 64)),
        *needed(("country", 2), ("allow_different_owners", sa.Boolean())),
        *needed(("make_opportunity_owner_follower_of_contact", sa.Boolean())),
        *needed(("make_contact_owner_follower_of_opportunity", sa.Boolean())),
        *needed(("created_at", UtcDateTime())),
        unique("name_key"),
    )
    op.create_table(
        "practice_head",
        *keys(("practice_id", sa.Uuid())),
        *needed(("seq", sa.BigInteger())),
        in_practice(),
    )


def _pipeline() -> None:
    op.create_table(
        "pipeline",
        *identity(),
        *needed(("name", 200), ("locked", sa.Boolean())),
        unique("practice_id", "id"),
        unique("practice_id", "name"),
        in_practice(),
    )
    op.create_table(
        "stage",
        *identity(),
        *needed(("pipeline_id", sa.Uuid()), ("name", 200), ("position", sa.Integer())),
        unique("practice_id", "id"),
        unique("practice_id", "pipeline_id", "id"),
        unique("pipeline_id", "position"),
        within("pipeline", "pipeline_id"),
    )


def _vocabulary() -> None:
    for name, longest in (("contact_type", 50), ("tag", 200)):
        op.create_table(
            name,
            *identity(),
            *needed(("name", longest), ("name_key", Key), ("system", sa.Boolean())),
            unique("practice_id", "id"),
            unique("practice_id", "name_key"),
            in_practice(),
        )


def _user() -> None:
    op.create_table(
        "user",
        *identity(),
        *needed(("name", 200), ("email", 254), ("email_key", Key), ("role", 10)),
        *needed(("only_assigned_data", sa.Boolean()), ("permissions", sa.JSON())),
        *needed(("active", sa.Boolean()), ("created_at", UtcDateTime())),
        unique("practice_id", "id"),
        unique("practice_id", "email_key"),
        in_practice(),
    )


def _contact() -> None:
    op.create_table(
        "contact",
        *identity(),
        *optional(("first_name", 200), ("last_name", 200)),
        *needed(("name", 401), ("name_key", Key)),
        *optional(("email", 254), ("email_key", Key), ("phone", Key)),
        *needed(("type_id", sa.Uuid())),
        *optional(("source", 200), ("source_key", Key)),
        *needed(("do_not_disturb_all", sa.Boolean()), ("blocked_channels", sa.JSON())),
        *optional(("owner_id", sa.Uuid())),
        *history(),
        unique("practice_id", "id"),
        within("contact_type", "type_id"),
        within("user", "owner_id"),
    )
    op.create_index("ix_contact_type", "contact", ["type_id"])
    op.create_index("ix_contact_created", "contact", ["practice_id", "created_at", "id"])
    op.create_index("ix_contact_name", "contact", ["practice_id", "name_key", "id"])
    for key in ("email_key", "phone"):
        where = f"{_ALIVE} AND {key} IS NOT NULL"
        partial_index(f"uq_contact_{key}", "contact", ["practice_id", key], where, unique=True)


def _contact_tag() -> None:
    op.create_table(
        "contact_tag",
        *needed(("practice_id", sa.Uuid())),
        *keys(("contact_id", sa.Uuid()), ("tag_id", sa.Uuid())),
        within("contact", "contact_id"),
        within("tag", "tag_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_contact_tag_tag", "contact_tag", ["tag_id", "contact_id"])


def _board_columns() -> list[Any]:
    return needed(("stage_id", sa.Uuid()), ("status", 10), ("created_at", UtcDateTime()))


def _relations(kind: str, *repeated: Any) -> None:
    """Make the tables of a kind's owners and followers, and of its search words."""
    op.create_table(
        f"{kind}_assigned",
        *needed(("practice_id", sa.Uuid())),
        *keys(("record_id", sa.Uuid()), ("user_id", sa.Uuid())),
        *needed(("slot", sa.SmallInteger()), ("source", 10)),
        *optional(("added_by", sa.Uuid())),
        *needed(("added_at", UtcDateTime())),
        *repeated,
        unique("record_id", "slot"),
        sa.CheckConstraint("slot BETWEEN 0 AND 10", name="slot"),
        within(kind, "record_id"),
        within("user", "user_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{kind}_assigned_user", f"{kind}_assigned", ["user_id", "record_id"])
    op.create_table(
        f"{kind}_word",
        *keys(("practice_id", sa.Uuid()), ("word", Key), ("record_id", sa.Uuid())),
        within(kind, "record_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(f"ix_{kind}_word_record", f"{kind}_word", ["record_id"])


def _opportunity() -> None:
    op.create_table(
        "opportunity",
        *identity(),
        *needed(("contact_id", sa.Uuid()), ("pipeline_id", sa.Uuid()), ("stage_id", sa.Uuid())),
        *needed(("name", 401), ("name_key", Key), ("follows_contact_name", sa.Boolean())),
        *needed(("status", 10)),
        *optional(("lost_reason", 200)),
        *needed(("value", Amount()), ("value_source", 10)),
        *optional(("source", 200), ("source_key", Key), ("treatment_of_interest", 200)),
        *optional(("owner_id", sa.Uuid())),
        *needed(("stage_entered_at", UtcDateTime()), ("status_changed_at", UtcDateTime())),
        *history(),
        unique("practice_id", "id"),
        within("contact", "contact_id"),
        within("stage", "pipeline_id", "stage_id"),
        within("user", "owner_id"),
    )
    one = ["contact_id", "pipeline_id"]
    partial_index("uq_opportunity_contact_pipeline", "opportunity", one, _ALIVE, unique=True)
    for order, key in (("board", "created_at"), ("value", "value")):
        columns = ["stage_id", "status", key, "id"]
        partial_index(f"ix_opportunity_{order}", "opportunity", columns, _ALIVE)
    op.create_index("ix_opportunity_created", "opportunity", ["practice_id", "created_at", "id"])


def _opportunity_total() -> None:
    op.create_table(
        "opportunity_total",
        *keys(("practice_id", sa.Uuid()), ("user_id", sa.Uuid()), ("stage_id", sa.Uuid())),
        *keys(("status", 10)),
        *needed(("count", sa.BigInteger()), ("value", Amount(digits=30))),
        in_practice(),
        sqlite_with_rowid=False,
    )

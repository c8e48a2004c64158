"""Documents: stored files and uploads, custom fields, agreements.

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

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
from models.base import Key, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = (
    *("stored_file", "custom_field", "upload"),
    *("document", "document_link", "document_word"),
    *("agreement_template", "agreement", "agreement_recipient"),
)
_ALIVE = "deleted_at IS NULL"


def upgrade() -> None:
    _stored_file()
    _custom_field()
    _upload()
    _document()
    _relations()
    _agreement_template()
    _agreement()
    _recipient()


def downgrade() -> None:
    for name in reversed(_TABLES):
        op.drop_table(name)


def _stored_file() -> None:
    op.create_table(
        "stored_file",
        *identity(),
        *needed(("key", 32)),
        *optional(("segments", sa.JSON())),
        *needed(("media_type", 100), ("size", sa.BigInteger())),
        *optional(("sha256", 64), ("pages", sa.Integer())),
        *needed(("words", sa.JSON()), ("created_at", UtcDateTime())),
        *optional(("remove_after", UtcDateTime())),
        in_practice(),
        unique("practice_id", "id"),
    )
    op.create_index("uq_stored_file_key", "stored_file", ["key"], unique=True)
    op.create_index("ix_stored_file_remove", "stored_file", ["remove_after"])


def _custom_field() -> None:
    op.create_table(
        "custom_field",
        *identity(),
        *needed(("object", 20), ("kind", 20), ("key", Key), ("name", 200), ("group_name", 200)),
        *optional(("description", 2000)),
        *needed(("options", sa.JSON())),
        *history(),
        in_practice(),
        unique("practice_id", "id"),
    )
    partial_index(
        "uq_custom_field_key",
        "custom_field",
        ["practice_id", "object", "key"],
        _ALIVE,
        unique=True,
    )


def _upload() -> None:
    op.create_table(
        "upload",
        *identity(),
        *needed(("user_id", sa.Uuid()), ("file_id", sa.Uuid())),
        *_records(),
        *needed(("name", 200), ("created_at", UtcDateTime())),
        *optional(("opened_at", UtcDateTime())),
        within("user", "user_id"),
        within("stored_file", "file_id"),
        *_of_records(),
        unique("file_id"),
    )


def _records() -> list[sa.Column[object]]:
    return optional(
        ("contact_id", sa.Uuid()), ("opportunity_id", sa.Uuid()), ("field_id", sa.Uuid())
    )


def _of_records() -> list[sa.ForeignKeyConstraint]:
    return [
        within("contact", "contact_id"),
        within("opportunity", "opportunity_id"),
        within("custom_field", "field_id"),
    ]


def _document() -> None:
    op.create_table(
        "document",
        *identity(),
        *needed(("kind", 20), ("status", 20), ("name", 200), ("folder", 200), ("folder_key", Key)),
        *_records(),
        *needed(("file_id", sa.Uuid())),
        *optional(("created_by", sa.Uuid()), ("source_channel", 20)),
        *optional(("source_message", 200), ("source_attachment", 200)),
        *history(),
        unique("practice_id", "id"),
        *_of_records(),
        within("stored_file", "file_id"),
        within("user", "created_by"),
    )
    _document_indexes()


def _document_indexes() -> None:
    op.create_index("ix_document_created", "document", ["practice_id", "created_at", "id"])
    op.create_index("ix_document_file", "document", ["file_id"])
    op.create_index("ix_document_deleted", "document", ["deleted_at"])
    partial_index("ix_document_field", "document", ["field_id"], "field_id IS NOT NULL")
    partial_index(
        "uq_document_source",
        "document",
        ["practice_id", "source_channel", "source_message", "source_attachment"],
        f"{_ALIVE} AND source_message IS NOT NULL",
        unique=True,
    )


def _relations() -> None:
    op.create_table(
        "document_link",
        *needed(("practice_id", sa.Uuid())),
        *keys(("document_id", sa.Uuid()), ("record_id", sa.Uuid())),
        *needed(("record_kind", 20), ("created_at", UtcDateTime())),
        within("document", "document_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_document_link_record", "document_link", ["record_id", "created_at", "document_id"]
    )
    op.create_table(
        "document_word",
        *keys(("practice_id", sa.Uuid()), ("word", Key), ("record_id", sa.Uuid())),
        within("document", "record_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_document_word_record", "document_word", ["record_id"])


def _agreement_template() -> None:
    op.create_table(
        "agreement_template",
        *identity(),
        *needed(("name", 200), ("body", sa.Text())),
        *history(),
        in_practice(),
        unique("practice_id", "id"),
    )


def _agreement() -> None:
    op.create_table(
        "agreement",
        *keys(("document_id", sa.Uuid())),
        *needed(("practice_id", sa.Uuid())),
        *optional(("template_id", sa.Uuid())),
        *needed(("revision", sa.Integer()), ("body", sa.Text())),
        *optional(*((f"{name}_at", UtcDateTime()) for name in ("sent", "viewed", "expires"))),
        *optional(("completed_at", UtcDateTime()), ("declined_at", UtcDateTime())),
        *optional(("decline_reason", 2000), ("signed_file_id", sa.Uuid())),
        within("document", "document_id"),
        within("agreement_template", "template_id"),
        within("stored_file", "signed_file_id"),
    )
    op.create_index("ix_agreement_expires", "agreement", ["expires_at"])
    signed = "signed_file_id IS NOT NULL"
    partial_index("ix_agreement_signed_file", "agreement", ["signed_file_id"], signed)


def _recipient() -> None:
    op.create_table(
        "agreement_recipient",
        *identity(),
        *needed(("document_id", sa.Uuid()), ("contact_id", sa.Uuid())),
        *needed(("position", sa.SmallInteger()), ("is_primary", sa.Boolean()), ("role", 10)),
        *optional(*((f"{name}_at", UtcDateTime()) for name in ("viewed", "completed"))),
        *optional(("declined_at", UtcDateTime()), ("signed_name", 200)),
        *optional(("signed_address", 64), ("signed_sha256", 64)),
        within("document", "document_id"),
        within("contact", "contact_id"),
        unique("document_id", "contact_id"),
    )
    op.create_index(
        "ix_agreement_recipient_contact", "agreement_recipient", ["contact_id", "document_id"]
    )
    partial_index(
        "uq_agreement_recipient_primary",
        "agreement_recipient",
        ["document_id"],
        "is_primary",
        unique=True,
    )

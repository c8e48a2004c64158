"""Tokens that are refused before their time is over.

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

from migrations.parts import keys, needed, optional, within
from models.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user", *optional(("signed_out_at", UtcDateTime())))
    op.create_table(
        "revoked_token",
        *keys(("token_id", sa.Uuid())),
        *needed(("practice_id", sa.Uuid()), ("user_id", sa.Uuid()), ("expires_at", UtcDateTime())),
        within("user", "user_id"),
    )
    op.create_index("ix_revoked_token_expires", "revoked_token", ["expires_at"])


def downgrade() -> None:
    op.drop_table("revoked_token")
    op.drop_column("user", "signed_out_at")

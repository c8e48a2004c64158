"""Revisions of what cards show: of each card, and of the practice's vocabulary.

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_COLUMNS = {"opportunity": "revision", "practice_head": "vocabulary"}


def upgrade() -> None:
    for table, name in _COLUMNS.items():
        op.add_column(table, sa.Column(name, sa.BigInteger(), nullable=False, server_default="1"))
    op.execute("UPDATE opportunity SET revision = version")


def downgrade() -> None:
    for table, name in _COLUMNS.items():
        op.drop_column(table, name)

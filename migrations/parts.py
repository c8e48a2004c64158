"""How revisions write columns and keys; `models.metadata` names the constraints.

Revisions stay as they are for ever, so what a function here returns never changes either.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

Kind = Any


def needed(*columns: tuple[str, Kind]) -> list[sa.Column[Any]]:
    """Return columns that are never null; a number as type is the longest text."""
    return [_column(name, kind, nullable=False) for name, kind in columns]


def optional(*columns: tuple[str, Kind]) -> list[sa.Column[Any]]:
    """Return columns that may be null; a number as type is the longest text."""
    return [_column(name, kind, nullable=True) for name, kind in columns]


def _column(name: str, kind: Kind, *, nullable: bool) -> sa.Column[Any]:
    return sa.Column(name, sa.String(kind) if isinstance(kind, int) else kind, nullable=nullable)


def keys(*columns: tuple[str, Kind]) -> list[sa.Column[Any]]:
    """Return the columns of the primary key; a number as type is the longest text."""
    return [
        sa.Column(
            name,
            sa.String(kind) if isinstance(kind, int) else kind,
            primary_key=True,
            autoincrement=False,
        )
        for name, kind in columns
    ]


def identity() -> list[sa.Column[Any]]:
    """Return the columns that a record of a practice begins with."""
    return [*keys(("id", sa.Uuid())), *needed(("practice_id", sa.Uuid()))]


def history() -> list[sa.Column[Any]]:
    """Return the columns of a record's version and times."""
    return [
        *needed(("version", sa.Integer()), ("created_at", UtcDateTime())),
        *needed(("updated_at", UtcDateTime())),
        *optional(("deleted_at", UtcDateTime())),
    ]


def in_practice() -> sa.ForeignKeyConstraint:
    """Return the foreign key of a row to its practice."""
    return sa.ForeignKeyConstraint(["practice_id"], ["practice.id"])


def within(target: str, *columns: str) -> sa.ForeignKeyConstraint:
    """Return a foreign key to `target` that also holds the practice equal (P24)."""
    names = (*columns[:-1], "id")
    return sa.ForeignKeyConstraint(
        ["practice_id", *columns], [f"{target}.{name}" for name in ("practice_id", *names)]
    )


def unique(*columns: str) -> sa.UniqueConstraint:
    """Return a constraint: no two rows are equal in these columns."""
    return sa.UniqueConstraint(*columns)


def partial_index(
    name: str, table: str, columns: list[str], where: str, *, unique: bool = False
) -> None:
    """Make an index of the rows that meet a condition."""
    condition = sa.text(where)
    op.create_index(
        name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition
    )

"""Names and words with vowel signs are folded again: 0.1.0 cut words at them.

Only records whose texts hold a mark of combining class 0 are written.

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-22
"""

import unicodedata
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.base import Id
from models.text import fold, phone_words, search_words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BATCH = 2000
_OTHER_TEXT = {"contact": "email", "opportunity": "treatment_of_interest"}


def upgrade() -> None:
    connection = op.get_bind()
    for kind, other in _OTHER_TEXT.items():
        phone = sa.column("phone") if kind == "contact" else sa.null().label("phone")
        columns = (*map(sa.column, ("name", other)), phone)
        for row in _rows(connection, kind, columns):
            name, second, number = row[2:]
            if _was_cut(name) or _was_cut(second or ""):
                words = search_words(name, second) | phone_words(number)
                _fold_again(connection, kind, row, words)


def downgrade() -> None:
    """Leave the words whole: the first version finds them as well."""


def _rows(connection: sa.Connection, kind: str, columns: Any) -> Iterator[Any]:
    """Yield the rows of a table by id, 2,000 at a time."""
    key = sa.column("id", Id())
    statement = sa.select(key, sa.column("practice_id", Id()), *columns)
    statement = statement.select_from(sa.table(kind)).order_by(key).limit(_BATCH)
    rows = connection.execute(statement).all()
    while rows:
        yield from rows
        rows = connection.execute(statement.where(key > rows[-1][0])).all()


def _was_cut(text: str) -> bool:
    """Return whether the first version saw the end of a word where a mark stands."""
    return not text.isascii() and any(
        unicodedata.category(one)[0] == "M" and not unicodedata.combining(one)
        for one in unicodedata.normalize("NFKD", text)
    )


def _fold_again(connection: sa.Connection, kind: str, row: Any, words: frozenset[str]) -> None:
    record, practice, name = row[:3]
    table = sa.table(kind, sa.column("id", Id()), sa.column("name_key"))
    ours = table.update().where(table.c.id == record)
    connection.execute(ours.values(name_key=fold(name)))
    ids = sa.column("practice_id", Id()), sa.column("record_id", Id())
    found = sa.table(f"{kind}_word", *ids, sa.column("word"))
    connection.execute(found.delete().where(found.c.record_id == record))
    new = [{"practice_id": practice, "record_id": record, "word": word} for word in words]
    if new:
        connection.execute(found.insert(), new)

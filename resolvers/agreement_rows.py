"""Writing what an agreement is besides a document: its row, and its recipients' rows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, update

from models.agreement import Agreement, Recipient, agreement, agreement_recipient

# What a recipient did with an agreement.
UNDONE: dict[str, Any] = dict.fromkeys(
    (
        *("viewed_at", "completed_at", "declined_at"),
        *("signed_name", "signed_address", "signed_sha256"),
    )
)
_OF_ROW = tuple(name for name in Agreement.__slots__ if name in agreement.c)


def add(connection: Connection, new: Agreement) -> None:
    """Write a new agreement and its recipients; its document is there."""
    row = {name: getattr(new, name) for name in _OF_ROW}
    connection.execute(insert(agreement), row)
    add_recipients(connection, new.recipients)


def add_recipients(connection: Connection, people: Sequence[Recipient]) -> None:
    """Write recipients."""
    rows = [{name: getattr(one, name) for name in one.__slots__} for one in people]
    connection.execute(insert(agreement_recipient), rows)


def replace_recipients(connection: Connection, key: UUID, people: Sequence[Recipient]) -> None:
    """Write other recipients in the place of all of an agreement's."""
    ours = agreement_recipient.c.document_id == key
    connection.execute(delete(agreement_recipient).where(ours))
    add_recipients(connection, people)


def set_agreement(connection: Connection, key: UUID, **values: Any) -> None:
    """Write values of an agreement."""
    if values:
        ours = agreement.c.document_id == key
        connection.execute(update(agreement).where(ours).values(values))


def set_recipient(connection: Connection, key: UUID, **values: Any) -> None:
    """Write what a recipient did."""
    ours = agreement_recipient.c.id == key
    connection.execute(update(agreement_recipient).where(ours).values(values))


def undo(connection: Connection, key: UUID) -> None:
    """Forget what all recipients of an agreement did."""
    ours = agreement_recipient.c.document_id == key
    connection.execute(update(agreement_recipient).where(ours).values(UNDONE))

"""What readers were shown, as rows of the audit trail: noted in memory, written soon (P21, C11)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from resolvers.audit import Actor, Row, append, row


class Sight(NamedTuple):
    """Something that an operation shows: one record, or (without an id) records of a kind."""

    action: str
    kind: str
    record_id: UUID | None = None


# What one operation showed; of lists and boards, how many records.
Sights = dict[Sight, int | None]


class Read(NamedTuple):
    """One operation's sights: who was shown them, when, and in which request."""

    practice_id: UUID
    user_id: UUID
    at: datetime
    request_id: str | None
    sights: Sights


def write_reads(connection: Connection, practice_id: UUID, reads: Sequence[Read]) -> None:
    """Add the rows of reads in one practice, in their order."""
    append(connection, practice_id, [one for read in reads for one in _rows(read)])


def _rows(read: Read) -> list[Row]:
    actor = Actor(read.practice_id, read.user_id, read.at, read.request_id)
    return [
        row(actor, sight.action, sight.kind, sight.record_id, _changes(count))
        for sight, count in read.sights.items()
    ]


def _changes(count: int | None) -> dict[str, Any]:
    return {} if count is None else {"count": count}

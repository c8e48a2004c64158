"""Keeping the audit trail for a time: what is older goes, and a row tells so."""

from datetime import datetime, timedelta
from itertools import takewhile
from uuid import UUID

from sqlalchemy import Connection, delete, select, update

from models.audit import audit, audit_head
from models.practice import practice
from resolvers.audit import Actor, append, row
from resolvers.audit_proof import PRUNED

LEAST_DAYS = 60
MOST_AT_ONCE = 1000


def prune(connection: Connection, now: datetime, days: int) -> int:
    """Remove rows older than `days` days; return how many. 0 days keep every row for ever.

    It removes at most 1,000 rows: where it did, there may be more. Raises ValueError for less
    than 60 days.
    """
    if not days:
        return 0
    if days < LEAST_DAYS:
        raise ValueError(f"audit rows are kept for at least {LEAST_DAYS} days")
    before, left = now - timedelta(days=days), MOST_AT_ONCE
    for practice_id in connection.scalars(select(practice.c.id).order_by(practice.c.id)).all():
        if left and _old(connection, practice_id, before, 1):
            left -= _prune(connection, practice_id, now, before, left)
    return MOST_AT_ONCE - left


def _prune(
    connection: Connection, practice_id: UUID, now: datetime, before: datetime, most: int
) -> int:
    # Of two sweeps at once, the second one finds behind the lock what the first one left.
    ours = audit_head.c.practice_id == practice_id
    connection.execute(select(audit_head.c.number).where(ours).with_for_update())
    old = _old(connection, practice_id, before, most)
    if not old:
        return 0
    last, kept_hash = old[-1]
    moved = update(audit_head).where(ours).values(kept_from=last + 1, kept_hash=kept_hash)
    connection.execute(moved)
    gone = delete(audit).where(audit.c.practice_id == practice_id, audit.c.number <= last)
    count = connection.execute(gone).rowcount
    changes = {"count": count, "kept_from": last + 1}
    told = row(Actor(practice_id, None, now), PRUNED, "Practice", practice_id, changes)
    append(connection, practice_id, [told])
    return count


def _old(
    connection: Connection, practice_id: UUID, before: datetime, most: int
) -> list[tuple[int, str]]:
    """Return number and hash of the first rows, up to the first that is young enough to stay."""
    statement = (
        select(audit.c.number, audit.c.hash, audit.c.at)
        .where(audit.c.practice_id == practice_id)
        .order_by(audit.c.number)
        .limit(most)
    )
    rows = takewhile(lambda one: one.at < before, connection.execute(statement))
    return [(one.number, one.hash) for one in rows]

"""Which rows are past their time; each function removes at most a batch and returns how many."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Select, delete, select, tuple_

from models.log import event, idempotency_key
from models.practice import practice_head
from models.user import revoked_token
from resolvers.idempotency import KEY_LIFE

BATCH = 1000


def long_logs(connection: Connection, kept: int) -> list[UUID]:
    """Return the practices that had more than `kept` events so far."""
    heads = practice_head.c
    statement = select(heads.practice_id).where(heads.seq > kept).order_by(heads.practice_id)
    return list(connection.scalars(statement))


def remove_events(connection: Connection, practice_id: UUID, *, kept: int, before: datetime) -> int:
    """Remove the oldest events that are neither among the newest `kept` nor of `before` or later.

    What stays has no holes, whatever the clock did: the first event that may not go holds all
    later ones. So whoever reads on from before the oldest one can tell that he missed something.
    """
    rows = connection.execute(_oldest(practice_id, kept)).all()
    last = None
    for row in rows:
        if row.at >= before:
            break
        last = row.seq
    if last is None:
        return 0
    ours = event.c.practice_id == practice_id
    return connection.execute(delete(event).where(ours, event.c.seq <= last)).rowcount


def _oldest(practice_id: UUID, kept: int) -> Select[tuple[int, datetime]]:
    """Return the select of the oldest events that are not among the newest `kept`."""
    head = select(practice_head.c.seq).where(practice_head.c.practice_id == practice_id)
    statement = select(event.c.seq, event.c.at).where(
        event.c.practice_id == practice_id, event.c.seq <= head.scalar_subquery() - kept
    )
    return statement.order_by(event.c.seq).limit(BATCH)


def remove_keys(connection: Connection, *, now: datetime) -> int:
    """Remove idempotency keys that no repeated call may use any more (C10)."""
    columns = idempotency_key.c
    stale = select(*idempotency_key.primary_key).where(columns.created_at < now - KEY_LIFE)
    ours = tuple_(*idempotency_key.primary_key).in_(stale.limit(BATCH))
    return connection.execute(delete(idempotency_key).where(ours)).rowcount


def remove_revoked_tokens(connection: Connection, *, now: datetime) -> int:
    """Remove revoked tokens whose time is over by now on any clock."""
    key = revoked_token.c.token_id
    stale = select(key).where(revoked_token.c.expires_at < now - KEY_LIFE).limit(BATCH)
    return connection.execute(delete(revoked_token).where(key.in_(stale))).rowcount

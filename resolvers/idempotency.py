"""Idempotency keys: a call is applied once, and a repeat gets the first answer (P13, C10)."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from models.conflicts import insert_or
from models.log import idempotency_key
from resolvers import outcome as outcomes
from resolvers.change import Change
from resolvers.enums import ErrorCode
from resolvers.outcome import Outcome
from resolvers.problems import refuse

KEY_LIFE = timedelta(hours=24)


def remembered(change: Change, key: str, form: Any) -> Outcome | None:
    """Return the outcome of the first call under this key; None if this is the first.

    Of two at once the second waits here until the first one is committed. Refused for other
    arguments than those of the first call.
    """
    fingerprint = sha256(repr(form).encode()).hexdigest()
    if _take(change, key, fingerprint):
        return None
    columns = (idempotency_key.c.fingerprint, idempotency_key.c.outcome)
    statement = select(*columns).where(*_row_of(change, key))
    row = change.connection.execute(statement).one()
    if row.fingerprint != fingerprint:
        message = "This key was used with other arguments. Take a new key for a new change."
        raise refuse(ErrorCode.IDEMPOTENCY_KEY_REUSED, message)
    return outcomes.from_json(row.outcome)


def _take(change: Change, key: str, fingerprint: str) -> bool:
    """Return whether the key was free, or was used more than 24 hours ago."""
    connection = change.connection
    stale = idempotency_key.c.created_at < change.now - KEY_LIFE
    connection.execute(delete(idempotency_key).where(*_row_of(change, key), stale))
    row = {
        "practice_id": change.viewer.practice_id,
        "actor_id": change.viewer.user_id,
        "field": change.action,
        "key": key,
        "fingerprint": fingerprint,
        "created_at": change.now,
    }
    adding = (
        insert_or(connection.dialect.name, idempotency_key).values(row).on_conflict_do_nothing()
    )
    return bool(connection.execute(adding).rowcount)


def remember(change: Change, key: str, outcome: Outcome) -> None:
    """Keep the outcome of the first call."""
    change.connection.execute(
        update(idempotency_key)
        .where(*_row_of(change, key))
        .values(outcome=outcomes.to_json(outcome))
    )


def _row_of(change: Change, key: str) -> tuple[ColumnElement[bool], ...]:
    columns = idempotency_key.c
    return (
        columns.practice_id == change.viewer.practice_id,
        columns.actor_id == change.viewer.user_id,
        columns.field == change.action,
        columns.key == key,
    )

"""Performing a mutation: its one transaction, from the viewer's rights to the log (P12, P13)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.log import idempotency_key
from models.seams import Seams
from resolvers import outcome as outcomes
from resolvers import vocabulary
from resolvers.change import Change
from resolvers.enums import ErrorCode
from resolvers.flush import flush
from resolvers.journal import Author, write
from resolvers.outcome import Outcome
from resolvers.problems import Problem, Refused

Form = TypeVar("Form")
_KEY_LIFE = timedelta(hours=24)


class Unauthenticated(Exception):
    """The user behind the request is no longer active."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """Who calls which mutation, and under which idempotency key."""

    user_id: UUID
    action: str
    key: str | None = None
    request_id: str | None = None


def perform(
    connection: Connection,
    seams: Seams,
    call: Call,
    work: Callable[[Change, Form], Outcome],
    form: Form,
) -> Outcome:
    """Run `work` and write what it changed; return what it did and its place in the log.

    Raises Refused, or Unauthenticated: then nothing is changed. A repeat under the same key
    changes nothing and returns the first outcome (C10).
    """
    viewer = vocabulary.load_viewer(connection, call.user_id)
    if viewer is None:
        raise Unauthenticated
    change = Change(connection, viewer, seams, call.action)
    first = _remembered(change, call, form) if call.key else None
    if first is not None:
        return first
    outcome = work(change, form)
    outcome.warnings = change.warnings
    notes = [*flush(change), *change.notes]
    for statement in change.last_statements:
        connection.execute(statement)
    author = Author(
        practice_id=viewer.practice_id,
        user_id=viewer.user_id,
        at=change.now,
        key=call.key,
        request_id=call.request_id,
    )
    outcome.number = write(connection, author, notes, seams.new_id) or change.start
    if call.key:
        _remember(change, call, outcome)
    return outcome


def _remembered(change: Change, call: Call, form: Any) -> Outcome | None:
    """Return the outcome of the first call under this key; None if this is the first.

    Of two at once the second waits here until the first one is committed.
    """
    connection = change.connection
    fingerprint = sha256(repr(form).encode()).hexdigest()
    stale = idempotency_key.c.created_at < change.now - _KEY_LIFE
    connection.execute(delete(idempotency_key).where(*_row_of(change, call), stale))
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    taken = connection.execute(
        dialect.insert(idempotency_key)
        .values(
            practice_id=change.viewer.practice_id,
            actor_id=change.viewer.user_id,
            field=call.action,
            key=call.key,
            fingerprint=fingerprint,
            created_at=change.now,
        )
        .on_conflict_do_nothing()
    )
    if taken.rowcount:
        return None
    columns = (idempotency_key.c.fingerprint, idempotency_key.c.outcome)
    row = connection.execute(select(*columns).where(*_row_of(change, call))).one()
    if row.fingerprint != fingerprint:
        message = "This key was used with other arguments. Take a new key for a new change."
        problem = Problem(ErrorCode.IDEMPOTENCY_KEY_REUSED, message)
        problem.path = []
        raise Refused(problem)
    return outcomes.from_json(row.outcome)


def _remember(change: Change, call: Call, outcome: Outcome) -> None:
    change.connection.execute(
        update(idempotency_key)
        .where(*_row_of(change, call))
        .values(outcome=outcomes.to_json(outcome))
    )


def _row_of(change: Change, call: Call) -> tuple[ColumnElement[bool], ...]:
    columns = idempotency_key.c
    return (
        columns.practice_id == change.viewer.practice_id,
        columns.actor_id == change.viewer.user_id,
        columns.field == call.action,
        columns.key == call.key,
    )

"""Performing a mutation: its one transaction, from the viewer's rights to the log (P12, P13)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection

from models.seams import Seams
from permissions.viewer import Credential
from resolvers import vocabulary
from resolvers.change import Change
from resolvers.flush import flush
from resolvers.idempotency import remember, remembered
from resolvers.journal import Author, write
from resolvers.limits import USUAL, Limits
from resolvers.outcome import Outcome
from resolvers.papers import Paper

Form = TypeVar("Form")


class Unauthenticated(Exception):
    """The access behind the request has ended."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """Whose access calls which mutation, under which idempotency key, and with which paper."""

    credential: Credential
    action: str
    key: str | None = None
    request_id: str | None = None
    limits: Limits = USUAL
    paper: Paper | None = None


def perform(
    connection: Connection,
    seams: Seams,
    call: Call,
    work: Callable[[Change, Form], Outcome],
    form: Form,
) -> Outcome:
    """Run `work` and write what it changed; return what it did and its place in the log.

    Raises Refused, Unauthenticated or PaperNeeded: then nothing is changed. A repeat under the
    same key changes nothing and returns the first outcome (C10).
    """
    viewer = vocabulary.load_viewer(connection, call.credential)
    if viewer is None:
        raise Unauthenticated
    change = Change(connection, viewer, seams, call.action, call.limits)
    change.paper = call.paper
    first = remembered(change, call.key, form) if call.key else None
    if first is not None:
        return first
    outcome = work(change, form)
    outcome.warnings = change.warnings
    notes = [*flush(change), *change.notes]
    for statement in change.last_statements:
        connection.execute(statement)
    outcome.written = frozenset(note.record_id for note in notes if not note.derived)
    last = write(connection, _author(change, call), notes)
    outcome.number = last or vocabulary.head(connection, viewer.practice_id)
    if call.key:
        remember(change, call.key, outcome)
    return outcome


def _author(change: Change, call: Call) -> Author:
    return Author(
        practice_id=change.viewer.practice_id,
        user_id=change.viewer.user_id,
        at=change.now,
        key=call.key,
        request_id=call.request_id,
    )

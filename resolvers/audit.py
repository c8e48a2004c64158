"""Adding to the audit trail: rows get the next numbers of their practice, and their hashes."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, bindparam, insert, select, update

from models.audit import audit, audit_head, chained, content_of, encoded
from resolvers.enums import ActorKind

Row = dict[str, Any]

# Built once: every change runs them.
_OURS = audit_head.c.practice_id == bindparam("of_practice")
_LOCKED = select(audit_head.c.number, audit_head.c.hash).where(_OURS).with_for_update()
_ADDED = insert(audit)
MOVED = (
    update(audit_head)
    .where(_OURS)
    .values(number=bindparam("last_number"), hash=bindparam("last_hash"))
)


class Actor(NamedTuple):
    """Who did something, when, and in which request.

    `kind` says who it was where no user did; unless given, the program itself.
    """

    practice_id: UUID
    user_id: UUID | None
    at: datetime
    request_id: str | None = None
    kind: ActorKind = ActorKind.SYSTEM


def row(
    actor: Actor, action: str, record_kind: str, record_id: UUID | None, changes: dict[str, Any]
) -> Row:
    """Return a row to add: `changes` are plain values, a change of one is [before, after]."""
    kind = ActorKind.USER if actor.user_id else actor.kind
    return {
        "practice_id": actor.practice_id,
        "at": actor.at,
        "actor_kind": kind.value.lower(),
        "actor_id": actor.user_id,
        "action": action,
        "record_kind": record_kind,
        "record_id": record_id,
        "changes": changes,
        "request_id": actor.request_id,
    }


def append(connection: Connection, practice_id: UUID, rows: list[Row]) -> None:
    """Add rows to the practice's chain, in their order."""
    if rows:
        connection.execute(MOVED, add(connection, practice_id, rows))


def add(connection: Connection, practice_id: UUID, rows: list[Row]) -> dict[str, Any]:
    """Add rows, and return what the caller must run MOVED with: the new head.

    The chain is locked until commit, so its numbers have no gaps; all that does not depend on the
    row before is computed before that. After it only the log's number is locked (C3).
    """
    contents = [encoded(content_of(one)) for one in rows]
    ours = {"of_practice": practice_id}
    head = connection.execute(_LOCKED, ours).first()
    if head is None:
        raise LookupError("the practice has no audit trail")
    number, last = head
    for one, content in zip(rows, contents, strict=True):
        number += 1
        last = chained(last, number, content)
        one.update(number=number, hash=last)
    connection.execute(_ADDED, rows)
    return ours | {"last_number": number, "last_hash": last}

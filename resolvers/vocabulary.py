"""Reads of what everybody of a practice may read: users, types, tags, pipelines (C5)."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from sqlalchemy import Connection, Select, Table, bindparam, exists, select

from models.among import among_given
from models.base import columns_of
from models.practice import (
    ContactType,
    Pipeline,
    Practice,
    Stage,
    Tag,
    contact_type,
    pipeline,
    practice,
    practice_head,
    stage,
    tag,
)
from models.user import User, revoked_token, user
from permissions.viewer import Credential, Viewer, viewer_of

USER_COLUMNS = columns_of(user, User)
PRACTICE_COLUMNS = columns_of(practice, Practice)
NO_TOKEN = UUID(int=0)
# Built once: every round of a relay runs these, and to build one takes longer than to run it.
_PRACTICE = bindparam("practice_id", type_=practice.c.id.type)
_KINDS: dict[str, tuple[Table, type[Any]]] = {
    "ContactType": (contact_type, ContactType),
    "Pipeline": (pipeline, Pipeline),
    "Stage": (stage, Stage),
    "User": (user, User),
}
_LOG_END = select(practice_head.c.seq, practice_head.c.vocabulary).where(
    practice_head.c.practice_id == _PRACTICE
)
_USERS = select(*USER_COLUMNS).where(user.c.practice_id == _PRACTICE, among_given(user.c.id))
_TAGS = select(*columns_of(tag, Tag)).where(tag.c.practice_id == _PRACTICE).order_by(tag.c.name_key)
_TAGS_BY_ID = _TAGS.where(among_given(tag.c.id))
_TYPES = (
    select(*columns_of(contact_type, ContactType))
    .where(contact_type.c.practice_id == _PRACTICE)
    .order_by(contact_type.c.system.desc(), contact_type.c.name_key)
)
_PIPELINES = (
    select(*columns_of(pipeline, Pipeline))
    .where(pipeline.c.practice_id == _PRACTICE)
    .order_by(pipeline.c.name)
)
_STAGES = (
    select(*columns_of(stage, Stage))
    .where(stage.c.practice_id == _PRACTICE)
    .order_by(stage.c.pipeline_id, stage.c.position)
)


def load_viewer(connection: Connection, credential: Credential) -> Viewer | None:
    """Return the viewer that a credential makes, with the rights of now.

    None where the user is not active, was signed out after the token was issued, or the token is
    revoked (R38).
    """
    row = connection.execute(_SIGN_IN, _signs(credential)).first()
    if row is None:
        return None
    width = len(USER_COLUMNS)
    viewer = viewer_of(User(*row[:width]), Practice(*row[width:]), credential)
    known = _VIEWERS.get(credential)
    if known != viewer:
        known = _VIEWERS[credential] = viewer
    return known


# A connection and its live boards hold one viewer, as long as his rights stay the same.
_VIEWERS: WeakValueDictionary[Credential, Viewer] = WeakValueDictionary()

_SIGN_IN = (
    select(*USER_COLUMNS, *PRACTICE_COLUMNS)
    .join_from(user, practice, practice.c.id == user.c.practice_id)
    .where(
        user.c.id == bindparam("user_id", type_=user.c.id.type),
        user.c.active.is_(True),
        user.c.signed_out_at.is_(None)
        | (user.c.signed_out_at < bindparam("issued_at", type_=user.c.signed_out_at.type)),
        ~exists().where(
            revoked_token.c.token_id == bindparam("token_id", type_=revoked_token.c.token_id.type)
        ),
    )
)
_FOR_EVER = datetime.max.replace(tzinfo=UTC)


def _signs(credential: Credential) -> dict[str, Any]:
    return {
        "user_id": credential.user_id,
        "issued_at": credential.issued_at or _FOR_EVER,
        "token_id": credential.token_id or NO_TOKEN,
    }


@cache
def _finding(kind: str, lock: str) -> Select[Any]:
    table, record = _KINDS[kind]
    statement = select(*columns_of(table, record)).where(
        table.c.practice_id == _PRACTICE, table.c.id == bindparam("asked", type_=table.c.id.type)
    )
    return statement.with_for_update(read=lock == "share") if lock else statement


def find(
    connection: Connection, kind: str, practice_id: UUID, key: UUID, lock: str = ""
) -> Any | None:
    """Return a row of the practice's vocabulary, locked against deletion ("share") or "update"."""
    asked = {"practice_id": practice_id, "asked": key}
    row = connection.execute(_finding(kind, lock), asked).first()
    return _KINDS[kind][1](*row) if row else None


def head(connection: Connection, practice_id: UUID) -> int:
    """Return the number of the last event of the practice."""
    return log_end(connection, practice_id)[0]


def log_end(connection: Connection, practice_id: UUID) -> tuple[int, int]:
    """Return the number of the practice's last event, and its vocabulary's revision (ADR-0022)."""
    row = connection.execute(_LOG_END, {"practice_id": practice_id}).first()
    return (row[0], row[1]) if row else (0, 0)


def users(connection: Connection, practice_id: UUID, keys: Iterable[UUID]) -> dict[UUID, User]:
    """Return the users of the practice with these ids, by id."""
    asked = {"practice_id": practice_id, "keys": list(set(keys))}
    return {row.id: User(*row) for row in connection.execute(_USERS, asked)}


def staff(connection: Connection, practice_id: UUID, *, active_only: bool) -> list[User]:
    """Return the users of the practice by name."""
    statement = select(*USER_COLUMNS).where(user.c.practice_id == practice_id)
    if active_only:
        statement = statement.where(user.c.active.is_(True))
    found = [User(*row) for row in connection.execute(statement)]
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def contact_types(connection: Connection, practice_id: UUID) -> list[ContactType]:
    """Return the contact types of the practice: system types first, then by name."""
    return [ContactType(*row) for row in connection.execute(_TYPES, {"practice_id": practice_id})]


def tags(
    connection: Connection, practice_id: UUID, keys: Iterable[UUID] | None = None
) -> list[Tag]:
    """Return the tags of the practice by name: all, or those with these ids."""
    asked: dict[str, Any] = {"practice_id": practice_id}
    if keys is None:
        return [Tag(*row) for row in connection.execute(_TAGS, asked)]
    asked["keys"] = list(set(keys))
    return [Tag(*row) for row in connection.execute(_TAGS_BY_ID, asked)]


def pipelines(connection: Connection, practice_id: UUID) -> list[Pipeline]:
    """Return the pipelines of the practice by name."""
    return [Pipeline(*row) for row in connection.execute(_PIPELINES, {"practice_id": practice_id})]


def stages(connection: Connection, practice_id: UUID) -> list[Stage]:
    """Return the stages of all pipelines of the practice, each pipeline's in order."""
    return [Stage(*row) for row in connection.execute(_STAGES, {"practice_id": practice_id})]

"""Reading and holding the definitions of custom fields."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, select

from models.base import columns_of
from models.custom_field import CustomField, custom_field
from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers.change import Change
from resolvers.enums import CustomFieldObject
from resolvers.ids import Ref
from resolvers.problems import Problem, not_found

KIND = "CustomField"
OBJECTS = {
    CONTACT.name: CustomFieldObject.CONTACT.value,
    OPPORTUNITY.name: CustomFieldObject.OPPORTUNITY.value,
}


def _present(practice_id: UUID) -> Select[Any]:
    columns = custom_field.c
    return select(*columns_of(custom_field, CustomField)).where(
        columns.practice_id == practice_id, columns.deleted_at.is_(None)
    )


def fields_of(
    connection: Connection, practice_id: UUID, of: str | None = None
) -> list[CustomField]:
    """Return the custom fields of a practice, or of one object, by object, group and name."""
    statement = _present(practice_id)
    if of is not None:
        statement = statement.where(custom_field.c.object == of)
    return sorted((CustomField(*row) for row in connection.execute(statement)), key=_place)


def _place(one: CustomField) -> tuple[Any, ...]:
    return one.object, one.group_name.casefold(), one.group_name, one.name.casefold(), one.id


def find(connection: Connection, practice_id: UUID, key: UUID) -> CustomField | None:
    """Return a custom field of the practice."""
    row = connection.execute(_present(practice_id).where(custom_field.c.id == key)).first()
    return CustomField(*row) if row else None


def keys_like(change: Change, of: str, key: str) -> frozenset[str]:
    """Return the keys of an object's fields that begin with `key`."""
    columns = custom_field.c
    statement = select(columns.key).where(
        columns.practice_id == change.viewer.practice_id,
        columns.object == of,
        columns.deleted_at.is_(None),
        columns.key.startswith(key, autoescape=True),
    )
    return frozenset(change.connection.scalars(statement))


def hold(change: Change, ref: Ref, *path: str, shared: bool = False) -> CustomField | Problem:
    """Return a field, held until commit against changes, or (`shared`) for several at once.

    The NOT_FOUND problem otherwise. A field is held before any record is (C3); foreign keys to it
    are not kept waiting.
    """
    if ref.kind != KIND:
        return not_found(*path)
    statement = _present(change.viewer.practice_id).where(custom_field.c.id == ref.id)
    statement = statement.with_for_update(read=shared, key_share=not shared)
    row = change.connection.execute(statement).first()
    return CustomField(*row) if row else not_found(*path)

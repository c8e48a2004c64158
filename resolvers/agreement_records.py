"""Reads of templates and recipients; agreements themselves are read with their documents."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, select

from models.agreement import AgreementTemplate, Recipient, agreement_recipient, agreement_template
from models.base import columns_of
from permissions.rights import Permission
from permissions.viewer import Viewer

_COLUMNS = columns_of(agreement_template, AgreementTemplate)
_RECIPIENT_COLUMNS = columns_of(agreement_recipient, Recipient)


def templates(connection: Connection, viewer: Viewer) -> list[AgreementTemplate]:
    """Return the practice's templates by name; none without DOCUMENTS_READ."""
    found = _read(connection, _here(viewer)) if _reads(viewer) else []
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def templates_of(
    connection: Connection, viewer: Viewer, keys: Iterable[UUID]
) -> dict[UUID, AgreementTemplate]:
    """Return those of the templates with these ids that are there for the viewer, by id."""
    wanted = set(keys)
    if not wanted or not _reads(viewer):
        return {}
    statement = _here(viewer).where(agreement_template.c.id.in_(wanted))
    return {one.id: one for one in _read(connection, statement)}


def hold_template(
    connection: Connection, viewer: Viewer, key: UUID, *, change: bool = False
) -> AgreementTemplate | None:
    """Return a template that is held until commit, against everybody if it is to `change`."""
    statement = _here(viewer).where(agreement_template.c.id == key)
    found = _read(connection, statement.with_for_update(read=not change))
    return found[0] if found and _reads(viewer) else None


def recipient(connection: Connection, key: UUID) -> Recipient | None:
    """Return the recipient with this id, of whatever practice."""
    statement = select(*_RECIPIENT_COLUMNS).where(agreement_recipient.c.id == key)
    row = connection.execute(statement).first()
    return Recipient(*row) if row else None


def _reads(viewer: Viewer) -> bool:
    return viewer.may(Permission.DOCUMENTS_READ)


def _here(viewer: Viewer) -> Select[Any]:
    columns = agreement_template.c
    here = (columns.practice_id == viewer.practice_id, columns.deleted_at.is_(None))
    return select(*_COLUMNS).where(*here)


def _read(connection: Connection, statement: Select[Any]) -> list[AgreementTemplate]:
    return [AgreementTemplate(*row) for row in connection.execute(statement)]

"""What a viewer sees: one rule, for lists in SQL and for a record in hand (R10-R14, R95)."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, and_, false, select

from models.contact import contact, contact_assigned
from models.opportunity import opportunity, opportunity_assigned
from permissions.rights import Permission
from permissions.viewer import Viewer


class HasAudience(Protocol):
    """A record's owner and followers."""

    @property
    def owner(self) -> UUID | None:
        """The owner's id."""

    @property
    def followers(self) -> frozenset[UUID]:
        """The followers' ids."""


@dataclass(frozen=True)
class Guarded:
    """A record kind whose rows are cut to what a viewer may see."""

    name: str
    table: Table
    assigned: Table
    read: Permission
    write: Permission
    delete: Permission


CONTACT = Guarded(
    "Contact",
    contact,
    contact_assigned,
    Permission.CONTACTS_READ,
    Permission.CONTACTS_WRITE,
    Permission.CONTACTS_DELETE,
)
OPPORTUNITY = Guarded(
    "Opportunity",
    opportunity,
    opportunity_assigned,
    Permission.OPPORTUNITIES_READ,
    Permission.OPPORTUNITIES_WRITE,
    Permission.OPPORTUNITIES_DELETE,
)


def present(kind: Guarded, viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition for the rows of the viewer's practice, if he may read the kind."""
    if not viewer.may(kind.read):
        return false()
    columns = kind.table.c
    return and_(columns.practice_id == viewer.practice_id, columns.deleted_at.is_(None))


def visible(kind: Guarded, viewer: Viewer, *, often: bool = False) -> ColumnElement[bool]:
    """Return the condition under which `viewer` sees a row of `kind`.

    Where he sees rows `often`, it asks of each row in its turn, and does not begin at his records.
    """
    here = present(kind, viewer)
    if not viewer.restricted:
        return here
    mine = assigned_to(kind, viewer)
    if often:
        return and_(here, mine.where(kind.assigned.c.record_id == kind.table.c.id).exists())
    return and_(here, kind.table.c.id.in_(mine))


def assigned_to(kind: Guarded, viewer: Viewer) -> Select[tuple[UUID]]:
    """Return the select of the ids of the records that `viewer` owns or follows."""
    mine = kind.assigned.c
    return select(mine.record_id).where(mine.user_id == viewer.user_id)


def sees(kind: Guarded, viewer: Viewer, record: HasAudience) -> bool:
    """Return whether `viewer` sees a present record of his practice with this audience."""
    if not viewer.may(kind.read):
        return False
    if not viewer.restricted:
        return True
    return record.owner == viewer.user_id or viewer.user_id in record.followers

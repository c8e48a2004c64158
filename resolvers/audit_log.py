"""Reading the audit trail: newest first, page by page (R97)."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select
from typing_extensions import override

from models.audit import audit
from permissions.rights import Permission
from permissions.viewer import Viewer
from resolvers.audit_seen import STANDS_FOR, SeenEntry, number_of
from resolvers.ids import BadId, Ref
from resolvers.inputs import DateTimeRange
from resolvers.lens import Lens
from resolvers.loading import Wants, need_users
from resolvers.orders import Order
from resolvers.pages import Cut, Keyset, Page, Paging, Window
from resolvers.problems import BadRequest, Forbidden
from resolvers.seal import Seal

_ORDER = "NUMBER"


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Which rows of the audit trail to list; fields are joined by AND."""

    record_id: Ref | None = None
    actor_id: Ref | None = None
    actions: list[str] | None = None
    at: DateTimeRange | None = None


class _Paging(Paging):
    """A reader's way through the audit trail: places are numbers."""

    @override
    def cursor_of(self, record: Any) -> str:
        """Return the cursor of a row."""
        return self.seal.page(self.viewer.user_id, [_ORDER, record.number])

    @override
    def place(self, text: str | None) -> tuple[Any, Any] | None:
        """Return the place a cursor names; BadRequest for one of another list or viewer."""
        if text is None:
            return None
        try:
            name, number = self.seal.open_page(self.viewer.user_id, text)
        except (BadId, ValueError) as error:
            raise BadRequest("This is no cursor of this list.") from error
        if name != _ORDER:
            raise BadRequest("This is no cursor of this list.")
        return number, number


@dataclass(frozen=True)
class _Listing(Keyset):
    """The rows of the viewer's practice under some conditions."""

    paging: Paging
    conditions: tuple[ColumnElement[bool], ...]

    @override
    def select(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        """Return the statement for the rows that meet the conditions."""
        ours = audit.c.practice_id == self.paging.viewer.practice_id
        return select(audit).where(ours, *conditions)

    @override
    def records_of(self, rows: Iterable[Row[Any]]) -> list[Any]:
        """Return the rows."""
        return list(rows)

    def count(self, connection: Connection) -> int:
        """Return how many rows there are."""
        counted = select(func.count()).select_from(self.select(*self.conditions).subquery())
        return connection.scalar(counted) or 0


def entries(
    connection: Connection, lens: Lens, seal: Seal, asked: tuple[AuditFilter, Window], wants: Wants
) -> Page:
    """Return a page of the audit trail; Forbidden for who may not read it."""
    wanted, window = asked
    if not _may_read(lens.viewer):
        raise Forbidden("You may not read the audit trail.")
    number = audit.c.number
    paging = _Paging(lens.viewer, seal, Order(_ORDER, True, number, number, attrgetter("number")))
    listing = _Listing(paging, tuple(_conditions(wanted)))
    rows, has_next, has_previous = listing.page(connection, window)
    total = listing.count(connection) if "totalCount" in wants else 0
    return Page(_shown(connection, lens, rows), paging, Cut(has_next, has_previous, total))


def find_entry(connection: Connection, lens: Lens, key: UUID) -> SeenEntry | None:
    """Return the row that an id names, or None for who may not read it."""
    practice_id = lens.viewer.practice_id
    number = number_of(practice_id, key)
    if number is None or not _may_read(lens.viewer):
        return None
    rows = connection.execute(select(audit).filter_by(practice_id=practice_id, number=number))
    return next(iter(_shown(connection, lens, rows.all())), None)


def _may_read(viewer: Viewer) -> bool:
    """Return whether he may read the trail: it is not cut to what is assigned to somebody."""
    return viewer.may(Permission.AUDIT_READ) and not viewer.restricted


def _shown(connection: Connection, lens: Lens, rows: Iterable[Row[Any]]) -> list[SeenEntry]:
    found = list(rows)
    need_users(connection, lens, (row.actor_id for row in found))
    return [SeenEntry(row, lens) for row in found]


def _conditions(asked: AuditFilter) -> Iterable[ColumnElement[bool]]:
    columns = audit.c
    if asked.record_id:
        kind = asked.record_id.kind
        kinds = [kind, *(one for one, other in STANDS_FOR.items() if other == kind)]
        yield columns.record_kind.in_(kinds)
        yield columns.record_id == asked.record_id.id
    if asked.actor_id:
        yield columns.actor_id == asked.actor_id.id
        yield columns.actor_kind == asked.actor_id.kind.lower()
    if asked.actions:
        yield columns.action.in_(asked.actions)
    span = asked.at or DateTimeRange()
    if span.from_ and span.to and span.from_ >= span.to:
        raise BadRequest("A range must begin before it ends.")
    if span.from_:
        yield columns.at >= span.from_
    if span.to:
        yield columns.at < span.to

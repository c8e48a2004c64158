"""Pages of lists by keyset: stable while rows move, counted within what the viewer sees."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select
from typing_extensions import override

from permissions.viewer import Viewer
from permissions.visibility import Guarded
from resolvers import records
from resolvers.ids import BadId
from resolvers.limits import USUAL, Limits
from resolvers.orders import Order, restored
from resolvers.problems import BadRequest
from resolvers.seal import Seal

DEFAULT_SIZE = 50


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list: `size` records after or before a place, or from one end."""

    size: int
    backward: bool = False
    after: str | None = None
    before: str | None = None


def window(
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    limits: Limits = USUAL,
) -> Window:
    """Return the window that a connection's arguments ask for.

    Raises BadRequest for both ends at once, and for sizes below 0 or above the limit.
    """
    if first is not None and last is not None:
        raise BadRequest("Ask for `first` or for `last`, not for both.")
    asked = first if last is None else last
    return Window(page_size(asked, DEFAULT_SIZE, limits), last is not None, after, before)


def page_size(asked: int | None, usual: int, limits: Limits) -> int:
    """Return how many records a page has; BadRequest for a size below 0 or above the limit.

    The usual size may be asked for even where the limit is lower: the schema writes it down as a
    default.
    """
    if asked is None or asked == usual:
        return min(usual, limits.page_size)
    if not 0 <= asked <= limits.page_size:
        raise BadRequest(f"A page has 0 to {limits.page_size} records.")
    return asked


class PageInfo:
    """Where a page lies in its list."""

    def __init__(
        self, edges: Sequence["Edge"], *, has_next_page: bool, has_previous_page: bool
    ) -> None:
        """Tell the ends of a page."""
        self.has_next_page = has_next_page
        self.has_previous_page = has_previous_page
        self._edges = edges

    @property
    def start_cursor(self) -> str | None:
        """The cursor of the first record, None on an empty page."""
        return self._edges[0].cursor if self._edges else None

    @property
    def end_cursor(self) -> str | None:
        """The cursor of the last record, None on an empty page."""
        return self._edges[-1].cursor if self._edges else None


class Edge:
    """One record of a page, with its place in the list."""

    __slots__ = ("node", "paging")

    def __init__(self, node: Any, paging: "Paging") -> None:
        """Show a record at its place."""
        self.node = node
        self.paging = paging

    @property
    def cursor(self) -> str:
        """The cursor of this record, for this viewer and this order only."""
        return self.paging.cursor_of(self.node)

    @property
    def sort_key(self) -> str:
        """A text by which the list is sorted, ascending as plain strings."""
        return self.paging.order.sort_key(self.node)


class Page:
    """One page: its records, where it lies, and how many the viewer sees in all."""

    def __init__(self, nodes: Sequence[Any], paging: "Paging", cut: "Cut") -> None:
        """Show the records of a page."""
        self.nodes = nodes
        self.total_count = cut.total
        self._paging = paging
        self._cut = cut

    @cached_property
    def edges(self) -> list[Edge]:
        """The records, each at its place."""
        return [Edge(node, self._paging) for node in self.nodes]

    @property
    def page_info(self) -> PageInfo:
        """Where the page lies in its list."""
        cut = self._cut
        return PageInfo(self.edges, has_next_page=cut.has_next, has_previous_page=cut.has_previous)


@dataclass(frozen=True, slots=True)
class Cut:
    """What a page was cut out of."""

    has_next: bool
    has_previous: bool
    total: int


@dataclass(frozen=True)
class Paging:
    """A viewer's way through one list: its order, and his cursors."""

    viewer: Viewer
    seal: Seal
    order: Order

    def cursor_of(self, record: Any) -> str:
        """Return the cursor of a record."""
        return self.seal.page(self.viewer.user_id, self.order.place_of(record))

    def place(self, text: str | None) -> tuple[Any, UUID] | None:
        """Return the place a cursor names; BadRequest for one of another list or viewer."""
        if text is None:
            return None
        try:
            name, descending, value, key = self.seal.open_page(self.viewer.user_id, text)
        except (BadId, ValueError) as error:
            raise BadRequest("This is no cursor of this list.") from error
        if (name, descending) != (self.order.name, self.order.descending):
            raise BadRequest("This cursor belongs to another order of the list.")
        return restored(self.order, value), UUID(key)


class Keyset(ABC):
    """A list in one order, cut into pages by the places of its records."""

    paging: Paging
    conditions: tuple[ColumnElement[bool], ...]

    @abstractmethod
    def select(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        """Return the statement for what the list's viewer sees under the conditions."""

    @abstractmethod
    def records_of(self, rows: Iterable[Row[Any]]) -> list[Any]:
        """Return the records that rows of `select` hold."""

    def page(self, connection: Connection, asked: Window) -> tuple[list[Any], bool, bool]:
        """Return the records of a window, and whether there are more after and before it."""
        order, conditions = self.paging.order, list(self.conditions)
        after, before = self.paging.place(asked.after), self.paging.place(asked.before)
        if after:
            conditions.append(order.after(*after))
        if before:
            conditions.append(order.before(*before))
        statement = (
            self.select(*conditions)
            .order_by(*(order.reversed_by if asked.backward else order.by))
            .limit(asked.size + 1)
        )
        found = self.records_of(connection.execute(statement))
        more, found = len(found) > asked.size, found[: asked.size]
        if asked.backward:
            found.reverse()
            has_next = before is not None and self._has(connection, order.since(*before))
            return found, has_next, more
        has_previous = after is not None and self._has(connection, order.until(*after))
        return found, more, has_previous

    def _has(self, connection: Connection, side: ColumnElement[bool]) -> bool:
        """Return whether the list has records on this side of a place."""
        statement = self.select(*self.conditions, side).limit(1)
        return connection.execute(statement).first() is not None


@dataclass(frozen=True)
class Listing(Keyset):
    """A list of what a viewer sees under some conditions, in one order."""

    kind: Guarded
    paging: Paging
    conditions: tuple[ColumnElement[bool], ...]
    often: bool = False

    @cached_property
    def viewer(self) -> Viewer:
        """Whose list it is."""
        return self.paging.viewer

    @override
    def select(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        """Return the statement for the records that the viewer sees under the conditions."""
        return records.select_visible(self.kind, self.viewer, *conditions, often=self.often)

    @override
    def records_of(self, rows: Iterable[Row[Any]]) -> list[Any]:
        """Return the records that rows of `select` hold."""
        return records.records_of(self.kind, rows)

    def count(self, connection: Connection) -> int:
        """Return how many records the list has for this viewer."""
        return records.count_visible(connection, self.kind, self.viewer, *self.conditions)

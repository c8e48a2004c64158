"""The keys of the cards on a board: all columns in one statement, no card read (ADR-0022).

A key is the card's id and revision, and for a restricted viewer whether he sees its contact.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, Self
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Integer, Row, Select, bindparam, func, select
from typing_extensions import override

from models.base import Id, id_of
from models.practice import practice_head, stage
from permissions.rights import Permission
from permissions.viewer import Viewer
from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers import records
from resolvers.columns import sees_often, select_cards
from resolvers.enums import OpportunityStatus
from resolvers.filters import BoardFilter, asks_only_status, board_statuses
from resolvers.inputs import OpportunityOrder
from resolvers.orders import opportunity_order
from resolvers.pages import Keyset, Paging
from resolvers.views import BoardView


class Outline(NamedTuple):
    """A board without its cards: where the log is, the vocabulary's revision, and all keys."""

    number: int
    vocabulary: int
    columns: dict[UUID, list[str]]


def card_of(key: str) -> UUID:
    """Return the id of a key's card."""
    return id_of(key.partition(".")[0])


def read_outline(
    connection: Connection, viewer: Viewer, view: BoardView, most: int
) -> Outline | None:
    """Return the keys of the first `most` cards of each column; None where there is no column."""
    asked = {
        "practice_id": viewer.practice_id,
        "user_id": viewer.user_id,
        "pipeline_id": view.pipeline_id,
        "most": most,
    }
    rows = connection.execute(_statement(connection, viewer, view), asked).all()
    if not rows:
        return None
    columns = {row[2]: row[3].split(" ") if row[3] else [] for row in rows}
    return Outline(rows[0][0], rows[0][1], columns)


@dataclass(frozen=True)
class Keys(Keyset):
    """The keys of the cards of a list, in its order."""

    paging: Paging
    conditions: tuple[ColumnElement[bool], ...]
    cards: Keyset

    @classmethod
    def of(cls, cards: Keyset) -> Self:
        """Return the keys of a list of cards."""
        return cls(cards.paging, cards.conditions, cards)

    @override
    def select(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        """Return the statement for the keys of cards under the conditions."""
        key = records.card_key(self.paging.viewer)
        return self.cards.select(*conditions).with_only_columns(key)

    @override
    def records_of(self, rows: Iterable[Row[Any]]) -> list[Any]:
        """Return the keys that rows of `select` hold."""
        return [key for (key,) in rows]


class _Anybody(NamedTuple):
    """A viewer as far as statements tell viewers apart; his ids are given when they are run."""

    restricted: bool
    permissions: frozenset[Permission]
    practice_id: Any = bindparam("practice_id", type_=Id())
    user_id: Any = bindparam("user_id", type_=Id())

    def may(self, permission: Permission) -> bool:
        """Return whether he has `permission`."""
        return permission in self.permissions


def _statement(connection: Connection, viewer: Viewer, view: BoardView) -> Select[Any]:
    often = sees_often(connection, viewer, view)
    if not asks_only_status(view.filter):
        return _outline(viewer, view.filter, view.order_by, often=often)
    reads = frozenset(one for one in (CONTACT.read, OPPORTUNITY.read) if viewer.may(one))
    order = (view.order_by.field, view.order_by.direction)
    if viewer.may(Permission.OPPORTUNITY_VALUE_READ):
        reads |= {Permission.OPPORTUNITY_VALUE_READ}
    statuses = tuple(board_statuses(view.filter))
    return _known(viewer.restricted, reads, statuses, *order, often=often)


@lru_cache(maxsize=512)
def _known(
    restricted: bool,
    reads: frozenset[Permission],
    statuses: tuple[OpportunityStatus, ...],
    field: Any,
    direction: Any,
    *,
    often: bool,
) -> Select[Any]:
    """Return the statement of a board without other filters: built once for all its viewers."""
    anybody: Any = _Anybody(restricted, reads)
    order_by = OpportunityOrder(field=field, direction=direction)
    return _outline(anybody, BoardFilter(statuses=list(statuses)), order_by, often=often)


def _outline(
    viewer: Viewer, wanted: BoardFilter, order_by: OpportunityOrder, *, often: bool
) -> Select[Any]:
    order = opportunity_order(order_by, viewer)
    statement, order = select_cards(viewer, wanted, order, stage.c.id, often=often)
    page = statement.with_only_columns(records.card_key(viewer).label("key"))
    page = page.order_by(*order.by).limit(bindparam("most", type_=Integer())).correlate(stage)
    keys = select(func.aggregate_strings(page.subquery("cards").c.key, " ")).scalar_subquery()
    head = practice_head.c
    return (
        select(head.seq, head.vocabulary, stage.c.id, keys)
        .join_from(stage, practice_head, head.practice_id == stage.c.practice_id)
        .where(
            stage.c.practice_id == bindparam("practice_id", type_=Id()),
            stage.c.pipeline_id == bindparam("pipeline_id", type_=Id()),
        )
        .order_by(stage.c.position)
    )

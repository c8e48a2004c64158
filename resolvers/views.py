"""A board view: a pipeline under a filter in an order; what board ids and cursors stand for."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson

from models.base import from_microseconds, to_microseconds
from permissions.viewer import Viewer
from resolvers.enums import OpportunityOrderField, OpportunityStatus, OrderDirection
from resolvers.filters import BoardFilter, board_terms
from resolvers.ids import Ref, follower_id, global_id, parse
from resolvers.inputs import DateTimeRange, DecimalRange, OpportunityOrder
from resolvers.orders import Order, opportunity_order
from resolvers.seal import Seal, fingerprint
from resolvers.terms import Term

_RANGES: dict[str, type[DateTimeRange] | type[DecimalRange]] = {
    "value": DecimalRange,
    "created_at": DateTimeRange,
    "updated_at": DateTimeRange,
    "stage_entered_at": DateTimeRange,
    "status_changed_at": DateTimeRange,
}
_REFS = frozenset(("owner_ids", "follower_ids", "tag_ids"))


@dataclass(frozen=True)
class BoardView:
    """What somebody asked to see of a pipeline."""

    pipeline_id: UUID
    filter: BoardFilter
    order_by: OpportunityOrder

    @cached_property
    def described_filter(self) -> dict[str, Any]:
        """The filter as plain values: equal for equal filters."""
        plain = {field.name: _plain(getattr(self.filter, field.name)) for field in _FILTER_FIELDS}
        return {
            name: value
            for name, value in plain.items()
            if value is not None and (value != [] or name == "statuses")
        }

    @cached_property
    def fingerprint(self) -> bytes:
        """What a resume cursor remembers: pipeline and filter; the order may differ (C2)."""
        return fingerprint(
            orjson.dumps([self.pipeline_id.hex, self.described_filter], option=orjson.OPT_SORT_KEYS)
        )

    def terms(self, viewer: Viewer) -> list[Term]:
        """Return the filter's terms for `viewer`; Forbidden for a value he may not see."""
        return board_terms(self.filter, viewer)

    def order(self, viewer: Viewer) -> Order:
        """Return the order of the columns; Forbidden for a value he may not see."""
        return opportunity_order(self.order_by, viewer)

    def id(self, seal: Seal, part: str, stage_id: UUID | None = None) -> str:
        """Return the id of the board, or of a stage's column or totals (`part`)."""
        order = [self.order_by.field.value, self.order_by.direction.value]
        stage = stage_id.hex if stage_id else None
        return seal.view_id([part, self.pipeline_id.hex, stage, self.described_filter, order])


def default_order() -> OpportunityOrder:
    """Return the order of a board where none is asked for: newest first."""
    return OpportunityOrder(field=OpportunityOrderField.CREATED_AT)


def restored_view(description: list[Any]) -> tuple[str, BoardView, UUID | None]:
    """Return the part, the view and the stage that an id of a view stands for."""
    part, pipeline_id, stage_id, described, (field, direction) = description
    values = {name: _restored(name, value) for name, value in described.items()}
    order = OpportunityOrder(
        field=OpportunityOrderField(field), direction=OrderDirection(direction)
    )
    view = BoardView(UUID(pipeline_id), BoardFilter(**values), order)
    return part, view, UUID(stage_id) if stage_id else None


_FILTER_FIELDS = fields(BoardFilter)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return sorted({_plain(one) for one in value})
    if isinstance(value, (DateTimeRange, DecimalRange)):
        ends = [_plain(getattr(value, field.name)) for field in fields(value)]
        return ends if any(end is not None for end in ends) else None
    return _PLAIN.get(type(value), lambda same: same)(value)


def _plain_ref(ref: Ref) -> str:
    if ref.user_id is None:
        return global_id(ref.kind, ref.id)
    return follower_id(ref.kind.removesuffix("Follower"), ref.id, ref.user_id)


_PLAIN: dict[type[Any], Callable[[Any], Any]] = {
    Ref: _plain_ref,
    OpportunityStatus: lambda status: status.value,
    datetime: to_microseconds,
    Decimal: str,
}


def _restored(name: str, value: Any) -> Any:
    if name == "statuses":
        return [OpportunityStatus(one) for one in value]
    if name in _REFS:
        return [parse(one) for one in value]
    if name == "value":
        low, high = (None if end is None else Decimal(end) for end in value)
        return DecimalRange(min=low, max=high)
    if name in _RANGES:
        start, end = (None if at is None else from_microseconds(at) for at in value)
        return DateTimeRange(from_=start, to=end)
    return value

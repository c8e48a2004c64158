"""Counts and values of a board's columns, of what one viewer sees under one filter (P10)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select

from models.among import among_given
from models.opportunity import EVERYBODY, opportunity, opportunity_total
from models.practice import Stage
from permissions.viewer import Viewer
from permissions.visibility import OPPORTUNITY, visible
from resolvers.filters import asks_only_status, board_statuses
from resolvers.views import BoardView


@dataclass(frozen=True, slots=True)
class Sum:
    """How many cards, and what they are worth together."""

    count: int
    value: Decimal


_TOTAL = opportunity_total.c
_KEPT = select(_TOTAL.stage_id, _TOTAL.status, _TOTAL.count, _TOTAL.value).where(
    _TOTAL.practice_id == bindparam("practice_id"),
    _TOTAL.user_id == bindparam("user_id"),
    among_given(_TOTAL.stage_id),
)
ZERO = Sum(0, Decimal("0.00"))


@dataclass(frozen=True)
class Totals:
    """The sums of each stage, and how many visible cards the filter leaves out."""

    stages: Mapping[UUID, Sum]
    hidden_by_filter: int

    def of(self, stage_id: UUID) -> Sum:
        """Return the sum of a stage."""
        return self.stages.get(stage_id, ZERO)


def read_totals(
    connection: Connection, viewer: Viewer, view: BoardView, stages: Sequence[Stage]
) -> Totals:
    """Return the totals of `viewer`'s board.

    Kept sums answer a board filtered by nothing but the status, however many cards there are;
    any other filter is summed over what the viewer sees.
    """
    kept = _kept_sums(connection, viewer, [stage.id for stage in stages])
    seen = sum(total.count for total in kept.values())
    if asks_only_status(view.filter):
        wanted = {status.value for status in board_statuses(view.filter)}
        chosen = ((key, total) for key, total in kept.items() if key[1] in wanted)
        sums = _by_stage((stage_id, total) for (stage_id, _), total in chosen)
    else:
        sums = _summed(connection, viewer, view)
    return Totals(sums, seen - sum(total.count for total in sums.values()))


def _kept_sums(
    connection: Connection, viewer: Viewer, stage_ids: Sequence[UUID]
) -> dict[tuple[UUID, str], Sum]:
    if not viewer.may(OPPORTUNITY.read):
        return {}
    asked = {
        "practice_id": viewer.practice_id,
        "user_id": viewer.user_id if viewer.restricted else EVERYBODY,
        "keys": list(stage_ids),
    }
    rows = connection.execute(_KEPT, asked).all()
    return {(stage_id, status): Sum(count, value) for stage_id, status, count, value in rows}


def _by_stage(sums: Iterable[tuple[UUID, Sum]]) -> dict[UUID, Sum]:
    stages: dict[UUID, Sum] = {}
    for stage_id, total in sums:
        so_far = stages.get(stage_id, ZERO)
        stages[stage_id] = Sum(so_far.count + total.count, so_far.value + total.value)
    return stages


def _summed(connection: Connection, viewer: Viewer, view: BoardView) -> dict[UUID, Sum]:
    columns = opportunity.c
    statement = (
        select(columns.stage_id, func.count(), func.sum(columns.value))
        .where(
            visible(OPPORTUNITY, viewer),
            columns.pipeline_id == view.pipeline_id,
            *(term.sql() for term in view.terms(viewer)),
        )
        .group_by(columns.stage_id)
    )
    return {stage: Sum(count, value) for stage, count, value in connection.execute(statement)}

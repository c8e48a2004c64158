"""The roots of listening."""

from collections.abc import AsyncGenerator

import strawberry

from resolvers.problems import NotFound
from schema.board import BoardEvent
from schema.context import Info
from schema.inputs import BoardFilterInput, OpportunityOrderInput
from schema.kind import kind
from schema.listening import Source
from schema.queries import board_view


@kind()
class Subscription:
    """What can be listened to."""

    @strawberry.subscription
    async def board_events(
        self,
        info: Info,
        pipeline_id: strawberry.ID,
        filter: BoardFilterInput | None = None,
        order_by: OpportunityOrderInput | None = None,
        after: str | None = None,
    ) -> AsyncGenerator[BoardEvent, None]:
        """Deltas after `after`; a snapshot first where it is absent."""
        view = board_view(info, pipeline_id, filter, order_by)
        if view is None:
            raise NotFound("There is no such pipeline.")
        return Source(view, after)  # type: ignore[return-value]

"""The board and its live events."""

import strawberry

from resolvers import boards
from resolvers.pages import window
from schema.ahead import read_cards_of
from schema.context import Info
from schema.enums import SnapshotReason
from schema.kind import Node, interface, kind
from schema.loaders import column_cards
from schema.records import Opportunity, OpportunityConnection
from schema.vocabulary import Money, Pipeline, Stage
from subscriptions import events


@kind(boards.StageTotals)
class StageTotals:
    """Count and value of a column: of what this viewer sees under this filter."""

    global_id: strawberry.ID = strawberry.field(name="id")
    stage: Stage
    count: int
    value: Money | None


@kind(boards.BoardColumn)
class BoardColumn(Node):
    """One stage of a board."""

    stage: Stage
    totals: StageTotals

    @strawberry.field
    async def cards(
        self, info: Info, first: int | None = 50, after: str | None = None
    ) -> OpportunityConnection:
        """The cards in the board's order."""
        return await column_cards(info, self, window(first, after, limits=info.context.limits))


@kind(boards.Board)
class Board(Node):
    """The cards of a pipeline that the viewer sees, by stage."""

    pipeline: Pipeline
    cursor: str = strawberry.field(
        description="Resume point: the state includes every event up to here, and none after."
    )
    columns: list[BoardColumn]
    hidden_by_filter: int = strawberry.field(
        description="Visible to the viewer, left out by the filter."
    )


@interface
class BoardEvent:
    """One change of the board as this viewer sees it.

    `totals` holds the columns whose totals changed; `hiddenByFilter` is as of this event.
    """

    cursor: str
    totals: list[StageTotals]
    hidden_by_filter: int
    own_keys: list[str]


@kind(events.BoardSnapshot)
class BoardSnapshot(BoardEvent):
    """Replace everything: sent first, and whenever deltas cannot tell the whole truth."""

    reason: SnapshotReason

    @strawberry.field
    async def board(self, info: Info) -> Board:
        """The viewer's board as of `cursor`."""
        return await read_cards_of(info, self.board)  # type: ignore[arg-type, return-value]


@kind(events.CardEntered, exactly=True)
class CardEntered(BoardEvent):
    """A card this viewer did not hold: put it into its column by `sortKey`."""

    sort_key: str
    opportunity: Opportunity


@kind(events.CardUpdated)
class CardUpdated(BoardEvent):
    """A card this viewer holds has changed: replace it, and place it by `sortKey`."""

    sort_key: str
    opportunity: Opportunity
    changed_fields: list[str]
    previous_stage: Stage | None


@kind(events.CardLeft)
class CardLeft(BoardEvent):
    """The card is no longer this viewer's to see, or no longer matches: the id, nothing else."""

    opportunity_id: strawberry.ID


@kind(events.Heartbeat)
class Heartbeat(BoardEvent):
    """Sent after every 15 s without another event; `totals` is empty."""

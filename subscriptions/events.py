"""What a live board tells its viewer: the rows behind the events of the API."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from resolvers.boards import Board, StageTotals
from resolvers.lens import SeenStage
from resolvers.seen import SeenOpportunity


@dataclass(kw_only=True)
class BoardEvent:
    """What every event tells."""

    cursor: str
    hidden_by_filter: int
    totals: Sequence[StageTotals] = ()
    own_keys: Sequence[str] = field(default_factory=list)


@dataclass(kw_only=True)
class BoardSnapshot(BoardEvent):
    """The whole board, and why it is sent."""

    reason: str
    board: Board


@dataclass(kw_only=True)
class CardEntered(BoardEvent):
    """A card the viewer did not hold."""

    sort_key: str
    opportunity: SeenOpportunity


@dataclass(kw_only=True)
class CardUpdated(CardEntered):
    """A card the viewer holds, as it is now."""

    changed_fields: list[str]
    previous_stage: SeenStage | None


@dataclass(kw_only=True)
class CardLeft(BoardEvent):
    """A card the viewer must drop."""

    opportunity_id: str


@dataclass(kw_only=True)
class Heartbeat(BoardEvent):
    """The stream is alive."""

"""The board of a viewer: its columns, their cards and totals, and the place in the log."""

from dataclasses import dataclass

from sqlalchemy import Connection

from permissions.viewer import Viewer
from permissions.visibility import OPPORTUNITY
from resolvers import vocabulary
from resolvers.lens import Lens, Money, SeenPipeline, SeenStage
from resolvers.loading import need_pipelines
from resolvers.seal import Cursor, CursorKind, Seal
from resolvers.totals import Totals, read_totals
from resolvers.views import BoardView


@dataclass(frozen=True)
class StageTotals:
    """Count and value of one column."""

    global_id: str
    stage: SeenStage
    count: int
    value: Money | None


@dataclass(frozen=True)
class BoardColumn:
    """One stage of a board; its cards are read on demand."""

    board: "Board"
    stage: SeenStage

    @property
    def global_id(self) -> str:
        """The column's id: of its stage, filter and order."""
        return self.board.view.id(self.board.seal, "column", self.stage.id)

    @property
    def totals(self) -> StageTotals:
        """Count and value of the column."""
        board = self.board
        return stage_totals(board.seal, board.lens, board.view, self.stage, board.totals)


@dataclass(frozen=True)
class Board:
    """A viewer's board as of one moment: event `number` of the log is the last it includes.

    `boardEvents(after: cursor)` goes on from this state.
    """

    view: BoardView
    lens: Lens
    seal: Seal
    number: int
    totals: Totals
    cursor: str

    @property
    def global_id(self) -> str:
        """The board's id: of its pipeline, filter and order."""
        return self.view.id(self.seal, "board")

    @property
    def pipeline(self) -> SeenPipeline:
        """The pipeline."""
        return self.lens.pipelines[self.view.pipeline_id]

    @property
    def columns(self) -> list[BoardColumn]:
        """The columns in the order of the stages."""
        return [BoardColumn(self, stage) for stage in self.pipeline.stages]

    @property
    def hidden_by_filter(self) -> int:
        """How many cards the viewer sees that the filter leaves out."""
        return self.totals.hidden_by_filter


def stream_cursor(
    seal: Seal, viewer: Viewer, view: BoardView, number: int, base: int | None = None
) -> str:
    """Return a resume cursor of a board; `base` where a batch is not wholly delivered yet."""
    since = number if base is None else base
    place = Cursor(viewer.practice_id, number, since, CursorKind.STREAM, view.fingerprint)
    return seal.cursor(viewer.user_id, place)


def stage_totals(
    seal: Seal, lens: Lens, view: BoardView, stage: SeenStage, totals: Totals
) -> StageTotals:
    """Return the totals of one column as the viewer may see them."""
    total = totals.of(stage.id)
    return StageTotals(
        view.id(seal, "totals", stage.id), stage, total.count, lens.money(total.value)
    )


def find_board(connection: Connection, lens: Lens, seal: Seal, view: BoardView) -> Board | None:
    """Return the viewer's board, or None where he sees no such pipeline.

    The log's number is read first, so that the state includes every event up to it (P2).
    Raises Forbidden for an order or filter by a value he may not see.
    """
    number = vocabulary.head(connection, lens.viewer.practice_id)
    view.order(lens.viewer)
    view.terms(lens.viewer)
    need_pipelines(connection, lens)
    pipeline = lens.pipelines.get(view.pipeline_id)
    if pipeline is None or not lens.viewer.may(OPPORTUNITY.read):
        return None
    stages = [stage.row for stage in pipeline.stages]
    totals = read_totals(connection, lens.viewer, view, stages)
    cursor = stream_cursor(seal, lens.viewer, view, number)
    return Board(view, lens, seal, number, totals, cursor)

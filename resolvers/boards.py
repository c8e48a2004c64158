"""The board of a viewer: its columns, their cards and totals, and the place in the log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from sqlalchemy import Connection

from permissions.viewer import Viewer
from permissions.visibility import OPPORTUNITY
from resolvers import vocabulary
from resolvers.lens import Lens, Money, SeenPipeline, SeenStage
from resolvers.loading import need_pipelines
from resolvers.pages import Page, Paging
from resolvers.seal import Cursor, CursorKind, Seal
from resolvers.totals import Totals, read_totals
from resolvers.views import BoardView


@dataclass(frozen=True)
class StageTotals:
    """Count and value of one column."""

    view: BoardView
    seal: Seal
    stage: SeenStage
    count: int
    value: Money | None

    @property
    def global_id(self) -> str:
        """The id of these totals: of the stage, the filter and the order."""
        return self.view.id(self.seal, "totals", self.stage.id)


@dataclass(frozen=True)
class BoardColumn:
    """One stage of a board; its cards are read on demand."""

    board: "Board"
    stage: SeenStage

    @property
    def global_id(self) -> str:
        """The column's id: of its stage, filter and order."""
        return self.board.view.id(self.board.seal, "column", self.stage.id)

    def page_ahead(self, place: int) -> Page | None:
        """Return the page for a place in the document; None where none was read ahead."""
        return self.board.ahead.get(place, {}).get(self.stage.id)

    @property
    def totals(self) -> StageTotals:
        """Count and value of the column."""
        board = self.board
        return stage_totals(board.seal, board.lens, board.view, self.stage, board.totals)


@dataclass(frozen=True)
class Board:
    """A viewer's board as of one moment: event `number` of the log is the last it includes.

    `ahead` holds the pages that were read with it, by place in the document and stage; `resume`
    is its cursor where that is not of this moment.
    """

    view: BoardView
    lens: Lens
    seal: Seal
    number: int
    totals: Totals
    resume: str | None = None
    ahead: Mapping[int, Mapping[UUID, Page]] = field(default_factory=dict)

    @cached_property
    def cursor(self) -> str:
        """The resume point: `boardEvents(after:)` goes on from this state."""
        if self.resume is not None:
            return self.resume
        return stream_cursor(self.seal, self.lens.viewer, self.view, self.number)

    @cached_property
    def paging(self) -> Paging:
        """The viewer's way through each column."""
        viewer = self.lens.viewer
        return Paging(viewer, self.seal, self.view.order(viewer))

    @property
    def cards_ahead(self) -> int:
        """How many cards were read with the board."""
        return sum(len(page.nodes) for pages in self.ahead.values() for page in pages.values())

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
    return StageTotals(view, seal, stage, total.count, lens.money(total.value))


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
    return Board(view, lens, seal, number, totals)

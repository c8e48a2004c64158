"""How reading a board grows with the number of opportunities, without HTTP, on both databases."""

import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection

from benchmarks.documents import WANTS
from benchmarks.places import Place, Places
from benchmarks.plans import explained
from benchmarks.report import Report
from benchmarks.serving import SECRET
from models.database import Database
from permissions.viewer import Credential, Viewer
from resolvers import vocabulary
from resolvers.boards import Board, find_board
from resolvers.card_keys import read_outline
from resolvers.columns import ColumnRequest, column_pages
from resolvers.enums import OpportunityOrderField
from resolvers.filters import BoardFilter
from resolvers.inputs import OpportunityOrder
from resolvers.lens import Lens
from resolvers.pages import Page, Window
from resolvers.seal import Seal
from resolvers.totals import read_totals
from resolvers.views import BoardView, default_order

SIZES = (2_000, 20_000, 200_000, 1_000_000)
USUAL = 20_000
_SEAL = Seal(SECRET)
_BY_VALUE = OpportunityOrder(field=OpportunityOrderField.VALUE)
_NO_WANTS = frozenset[str]()


@dataclass(frozen=True)
class Look:
    """A viewer at a board, and what he reads of it."""

    connection: Connection
    viewer: Viewer
    pipeline: UUID

    def board(self, order: OpportunityOrder | None = None) -> Board:
        """Return the board: the log's head, its stages and totals."""
        view = BoardView(self.pipeline, BoardFilter(), order or default_order())
        found = find_board(self.connection, Lens(self.viewer), _SEAL, view)
        assert found is not None
        return found

    def pages(
        self, board: Board, wants: frozenset[str] = _NO_WANTS, after: str | None = None
    ) -> list[Page]:
        """Return the pages of all columns; of the first column alone where `after` is given."""
        columns = board.columns[:1] if after else board.columns
        asked = [ColumnRequest(one, Window(50, after=after), wants) for one in columns]
        return column_pages(self.connection, asked)


def _totals(look: Look) -> Callable[[], object]:
    board = look.board()
    stages = [stage.row for stage in board.pipeline.stages]
    return lambda: read_totals(look.connection, look.viewer, board.view, stages)


def _outline(look: Look) -> Callable[[], object]:
    view = look.board().view
    return lambda: read_outline(look.connection, look.viewer, view, 51)


def _first(look: Look) -> Callable[[], object]:
    board = look.board()
    return lambda: look.pages(board)


def _whole(look: Look) -> Callable[[], object]:
    return lambda: look.pages(look.board(), WANTS)


def _next(look: Look) -> Callable[[], object]:
    board = look.board()
    place = look.pages(board)[0].page_info.end_cursor
    return lambda: look.pages(board, after=place)


def _by_value(look: Look) -> Callable[[], object]:
    board = look.board(_BY_VALUE)
    return lambda: look.pages(board)


_KEYS = "keys of the board"
_READS: dict[str, Callable[[Look], Callable[[], object]]] = {
    "totals": _totals,
    _KEYS: _outline,
    "first pages": _first,
    "board and all around it": _whole,
    "next page of a column": _next,
    "first pages by value": _by_value,
}
T = TypeVar("T")
_VIEWERS = ("everything", "assigned")


def measure(places: Places, report: Report, *, quick: bool, explain: bool = False) -> None:
    """Measure every size on every database."""
    sizes = SIZES[:2] if quick else SIZES
    report.section(
        "Growth",
        "Median ms through the resolver layer, one reader, warm; a viewer who sees everything and"
        f" one who sees about a fifth. Growth is {sizes[-1]:,} over {USUAL:,} opportunities.",
    )
    for kind in places.kinds:
        found = {size: asyncio.run(_times(places.filled(kind, size), quick)) for size in sizes}
        report.table(
            (kind, *(f"{size:,}" for size in sizes), "growth"),
            [_row(name, {size: found[size][name] for size in sizes}) for name in found[USUAL]],
        )
        keys = [f"{_KEYS}, {viewer}" for viewer in _VIEWERS]
        lines = {key: [found[size][key] for size in sizes] for key in keys}
        report.lines(f"Keys of a board on {kind}, ms", [f"{size:,}" for size in sizes], lines)
        if explain:
            report.text(asyncio.run(_plans(places.filled(kind, sizes[-1]))))


def _row(name: str, times: dict[int, float]) -> tuple[str, ...]:
    growth = times[max(times)] / times[USUAL]
    return (name, *(f"{one:.2f}" for one in times.values()), f"{growth:.1f}")


def _looks(connection: Connection, place: Place) -> dict[str, Look]:
    users = (place.staff.unrestricted[1], place.staff.restricted[0])
    looks = {}
    for name, user in zip(_VIEWERS, users, strict=True):
        viewer = vocabulary.load_viewer(connection, Credential(UUID(user)))
        assert viewer is not None
        looks[name] = Look(connection, viewer, UUID(place.staff.pipeline))
    return looks


async def _times(place: Place, quick: bool) -> dict[str, float]:
    return await _reading(place, _timed, 0.3 if quick else 1.0)


def _timed(connection: Connection, place: Place, seconds: float) -> dict[str, float]:
    found = {}
    for viewer, look in _looks(connection, place).items():
        for name, prepare in _READS.items():
            found[f"{name}, {viewer}"] = _median(prepare(look), seconds)
    return found


def _median(read: Callable[[], object], seconds: float) -> float:
    for _ in range(3):
        read()
    times: list[float] = []
    until = time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < until:
        began = time.perf_counter()
        read()
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)


async def _plans(place: Place) -> str:
    return await _reading(place, _explained)


def _explained(connection: Connection, place: Place) -> str:
    parts = []
    for viewer, look in _looks(connection, place).items():
        for name, prepare in _READS.items():
            if name != "board and all around it":
                plans = explained(connection, prepare(look))
                parts.append(f"== {place.kind}, {place.cards:,}: {name}, {viewer}\n{plans}")
    return "\n".join(parts)


async def _reading(place: Place, job: Callable[..., T], *args: object) -> T:
    database = Database(place.url)
    try:
        async with database.reader() as reader:
            return await reader.run(job, place, *args)
    finally:
        await database.close()

"""Live boards over WebSocket: the product, a frame that never changes, and the stock spelling."""

import asyncio
from dataclasses import dataclass
from itertools import cycle, islice
from uuid import UUID

from sqlalchemy import Connection, select

from benchmarks.documents import LIVE, MOVE, STOCK_MOVE
from benchmarks.listening import Audience, Heard, listen
from benchmarks.load import elsewhere, post
from benchmarks.places import Place, Places
from benchmarks.report import Report
from benchmarks.serving import Served, serving
from models.database import Database
from models.opportunity import opportunity
from resolvers.ids import global_id

CARDS = 20_000
_PATIENCE = 60.0
_FIRST = 2  # moves that only warm the server up
_PACED = 20
_SIZES = {100: 400, 1000: 200, 5000: 40}  # subscribers, and how many moves they hear of
_QUICK_SIZES = {100: 200, 1000: 60}
_STOCK_PART = 5  # stock takes as much longer, and hears of a part of them
_HEAD = (
    *("", "deliveries", "missing", "deliveries/s", "CPU us/delivery", "frame B"),
    *("RSS KiB/subscriber", "after burst", "p50 ms", "p99 ms", "x stock", "% of constant"),
)


@dataclass(frozen=True)
class _Variant:
    """One way to listen and to move."""

    name: str
    path: str
    move: str = MOVE
    moved_at: str | None = None


_CONSTANT = "constant, transport.write"
_STOCK = "stock"
_VARIANTS = (
    _Variant("product", "/graphql"),
    _Variant(_CONSTANT, "/constant/direct"),
    _Variant("constant, websocket.send", "/constant"),
    _Variant("constant without moves", "/constant/direct", moved_at="/constant/alone"),
    _Variant(_STOCK, "/", STOCK_MOVE),
)
_AGAIN = _VARIANTS[:3]


def measure(places: Places, report: Report, *, quick: bool) -> None:
    """Measure each variant on a server and a database of its own (SQLite)."""
    report.section(
        "Fan-out",
        "Subscribers of one board (unrestricted) hear of moves, one after another over HTTP; a"
        " delivery is one event received by one of them. The constant frame is sent to everybody"
        " when the product has done and answered the same move; without moves, at a bare POST. x"
        " stock compares deliveries a second, % of constant the CPU of a delivery with that of the"
        " constant frame by transport.write, each of the better of two runs. Then"
        f" {_PACED} moves at 10 a second: from a move's request to each receipt.",
    )
    by_size = {}
    for subscribers, moves in (_QUICK_SIZES if quick else _SIZES).items():
        report.line(f"{subscribers:,} subscribers, {moves} moves ({moves // _STOCK_PART} stock):")
        found = by_size[subscribers] = _found(places, subscribers, moves)
        report.table(_HEAD, [_row(name, found) for name in found])
    cpu = {name: heard.cpu_us for name, heard in by_size[1000].items() if name != _STOCK}
    report.bars("A delivery to one of 1,000, CPU us", cpu)
    report.line("What one more subscriber adds to a move, from the fewest to 1,000:")
    few, many = by_size[min(by_size)], by_size[1000]
    more = {name: _more(few[name], many[name]) for name in few}
    rows = [(name, f"{us:.1f}", f"{100 * more[_CONSTANT] / us:.0f}") for name, us in more.items()]
    report.table(("", "CPU us", "% of constant"), rows)


def _found(places: Places, subscribers: int, moves: int) -> dict[str, Heard]:
    found: dict[str, Heard] = {}
    for number, variant in enumerate((*_VARIANTS, *_AGAIN)):
        place = places.copy("SQLite", CARDS, f"fanout_{subscribers}_{number}")
        with serving(place, stock=variant.name == _STOCK) as served:
            told = moves // _STOCK_PART if variant.name == _STOCK else moves
            audience = _audience(place, served, variant, subscribers, told)
            heard = elsewhere(listen, audience)
        known = found.setdefault(variant.name, heard)
        found[variant.name] = min(known, heard, key=lambda one: one.cpu_us)
    return found


def _more(few: Heard, many: Heard) -> float:
    """Return the CPU in microseconds of a delivery to one subscriber more."""
    return 1e6 * (many.cpu_a_move - few.cpu_a_move) / (many.listeners - few.listeners)


def _audience(
    place: Place, served: Served, variant: _Variant, subscribers: int, moves: int
) -> Audience:
    tokens = [served.token(user) for user in place.staff.unrestricted]
    variables = {"pipeline": global_id("Pipeline", UUID(place.staff.pipeline))}
    path = variant.moved_at or variant.path
    moved = [
        post(path, tokens[0], {"query": variant.move, "variables": {"id": card, "stage": stage}})
        for card, stage in moves_of(place, _FIRST + moves + _PACED)
    ]
    return Audience(
        port=served.port,
        pid=served.pid,
        path=variant.path,
        payload={"query": LIVE, "variables": variables},
        tokens=list(islice(cycle(tokens), subscribers)),
        first_moves=moved[:_FIRST],
        moves=moved[_FIRST:-_PACED],
        paced_moves=moved[-_PACED:],
        seconds=_PATIENCE,
        snapshots=variant.path == "/graphql",
    )


def moves_of(place: Place, count: int) -> list[tuple[str, str]]:
    """Return open cards of the first stage and stages to move them to."""
    first, *others = (UUID(key) for key in place.staff.stages)

    def read(connection: Connection) -> list[UUID]:
        where = {"stage_id": first, "status": "OPEN"}
        statement = select(opportunity.c.id).filter_by(**where).limit(count)
        return list(connection.scalars(statement))

    keys = asyncio.run(_read(place.url, read))
    turns = zip(keys, cycle(others), strict=False)
    return [(global_id("Opportunity", key), global_id("Stage", stage)) for key, stage in turns]


async def _read(url: str, job: object) -> list[UUID]:
    database = Database(url)
    async with database.reader() as reader:
        found: list[UUID] = await reader.run(job)  # type: ignore[arg-type]
    await database.close()
    return found


def _row(name: str, found: dict[str, Heard]) -> tuple[str, ...]:
    heard, stock, constant = found[name], found[_STOCK], found[_CONSTANT]
    return (
        name,
        f"{heard.deliveries:,}",
        f"{heard.expected - heard.deliveries:,}",
        f"{heard.per_second:,.0f}",
        f"{heard.cpu_us:.1f}",
        f"{heard.frame_bytes:.0f}",
        f"{heard.rss_kib:.1f}",
        f"{heard.peak_kib:.1f}",
        f"{heard.p50_ms:.1f}",
        f"{heard.p99_ms:.1f}",
        f"{heard.per_second / stock.per_second:.1f}",
        f"{100 * constant.cpu_us / heard.cpu_us:.0f}",
    )

"""A thousand live boards over WebSocket: the product and the stock spelling."""

import asyncio
from dataclasses import dataclass
from itertools import cycle, islice
from uuid import UUID

from sqlalchemy import Connection, select

from benchmarks.documents import LIVE, LIVE_WITHOUT_CURSOR, MOVE, STOCK_MOVE
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
_HEAD = (
    *("", "deliveries", "missing", "deliveries/s", "CPU us/delivery", "frame B"),
    *("RSS KiB/subscriber", "after burst", "x stock"),
)


@dataclass(frozen=True)
class _Variant:
    """One way to listen and to move."""

    name: str
    path: str
    move: str
    live: str = LIVE


_VARIANTS = (
    _Variant("product", "/graphql", MOVE),
    _Variant("product, no cursor asked", "/graphql", MOVE, LIVE_WITHOUT_CURSOR),
    _Variant("stock", "/stock/", STOCK_MOVE),
)


def measure(places: Places, report: Report, *, quick: bool) -> None:
    """Measure each variant on a server and a database of its own (SQLite)."""
    subscribers, moves = (200, 20) if quick else (1000, 40)
    report.section(
        "Fan-out",
        f"{subscribers:,} subscribers of one board (unrestricted), {moves} moves one after"
        " another over HTTP; a delivery is one event received by one of them. x stock compares"
        " deliveries a second.",
    )
    found = {}
    for place_number, variant in enumerate(_VARIANTS):
        place = places.copy("SQLite", CARDS, f"fanout_{place_number}")
        with serving(place) as served:
            audience = _audience(place, served, variant, subscribers, moves)
            found[variant.name] = elsewhere(listen, audience)
    report.table(_HEAD, [_row(name, found[name], found["stock"]) for name in found])


def _audience(
    place: Place, served: Served, variant: _Variant, subscribers: int, moves: int
) -> Audience:
    tokens = [served.token(user) for user in place.staff.unrestricted]
    variables = {"pipeline": global_id("Pipeline", UUID(place.staff.pipeline))}
    payload = {"query": variant.live, "variables": variables}
    path = variant.path
    moved = [
        post(path, tokens[0], {"query": variant.move, "variables": {"id": card, "stage": stage}})
        for card, stage in moves_of(place, _FIRST + moves)
    ]
    everybody = list(islice(cycle(tokens), subscribers))
    return Audience(
        port=served.port,
        pid=served.pid,
        path=path,
        payload=payload,
        tokens=everybody,
        first_moves=moved[:_FIRST],
        moves=moved[_FIRST:],
        seconds=_PATIENCE,
        snapshots=variant.move == MOVE,
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


def _row(name: str, heard: Heard, stock: Heard) -> tuple[str, ...]:
    per_second = heard.deliveries / heard.seconds
    return (
        name,
        f"{heard.deliveries:,}",
        f"{heard.expected - heard.deliveries:,}",
        f"{per_second:,.0f}",
        f"{1e6 * heard.cpu_seconds / max(1, heard.deliveries):.1f}",
        f"{heard.frame_bytes:.0f}",
        f"{heard.rss_kib:.1f}",
        f"{heard.peak_kib:.1f}",
        f"{per_second / (stock.deliveries / stock.seconds):.1f}",
    )

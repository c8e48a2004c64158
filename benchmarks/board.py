"""The canonical board over HTTP: the product, raw SQL and the stock spelling, on one server."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

import orjson

from benchmarks.documents import BOARD
from benchmarks.load import Load, Rate, elsewhere, fetch, hammer, post
from benchmarks.places import Place, Places
from benchmarks.report import Report
from benchmarks.serving import Served, serving
from resolvers.ids import global_id

CARDS = 20_000
_PACKED = "raw SQL, rows as JSON"
_PATHS = {
    "product, warm": "/graphql",
    "product, cold": "/cold/graphql",
    "raw SQL": "/raw",
    _PACKED: "/raw?packed",
    "stock": "/",
    "constant bytes": "/board-bytes",
}
_RAW = ("raw SQL", _PACKED)
_SAME = ("product, cold", *_RAW, "stock")
_HEAD = ("", "requests/s", "CPU ms/request", "p50 ms", "p99 ms", "KiB", "x stock", "% of best raw")


@dataclass(frozen=True)
class _Case:
    """One database, measured for some seconds a variant."""

    place: Place
    ours: Served
    stock: Served
    seconds: float

    def served(self, name: str) -> Served:
        """Return the server of a variant."""
        return self.stock if name == "stock" else self.ours

    def requests(self, name: str, users: list[str]) -> list[bytes]:
        """Return the request of each user to a variant."""
        return board_requests(self.place, self.served(name), _PATHS[name], users)

    def answers(self, name: str, users: list[str]) -> list[bytes]:
        """Return what each user sees, one after another."""
        return [fetch(self.served(name).port, one) for one in self.requests(name, users)]

    def rate(self, name: str, users: list[str]) -> Rate:
        """Return how fast a variant answers."""
        served, requests = self.served(name), self.requests(name, users)
        return elsewhere(hammer, Load(served.port, served.pid, requests, self.seconds))


def board_requests(
    place: Place, served: Served, path: str = "/graphql", users: Sequence[str] = ()
) -> list[bytes]:
    """Return a request for the board from each user, by default from all."""
    variables = {"pipeline": global_id("Pipeline", UUID(place.staff.pipeline))}
    body = {"query": BOARD, "variables": variables}
    every = users or (*place.staff.unrestricted, *place.staff.restricted)
    return [post(path, served.token(user), body) for user in every]


def measure(places: Places, report: Report, *, quick: bool) -> None:
    """Measure every variant on every database."""
    report.section(
        "Board",
        f"5 stages, 50 cards each, {CARDS:,} opportunities; 4 connections; viewers take turns:"
        " 25 see everything, 25 only what is assigned to them. x stock and % of raw compare CPU."
        " One raw statement that makes the JSON is not among them: SQLite cannot make these ids."
        " Warm: cards are kept, their keys are read by every request; cold: no card is kept, only"
        " the names of stages, users and tags.",
    )
    for kind in places.kinds:
        place = places.filled(kind, CARDS)
        with serving(place) as ours, serving(place, stock=True) as stock:
            case = _Case(place, ours, stock, 2 if quick else 6)
            _check(case)
            staff = place.staff
            turns = list(
                chain.from_iterable(zip(staff.unrestricted, staff.restricted, strict=True))
            )
            case.answers("product, warm", turns)  # now their cards are kept
            names = [one for one in _PATHS if one != _PACKED or kind == "SQLite"]
            found = {name: case.rate(name, turns) for name in names}
        report.table((kind, *_HEAD[1:]), [_row(name, found) for name in found])
        cpu = {name: rate.cpu_ms for name, rate in found.items() if name != "stock"}
        stock_ms = f"{found['stock'].cpu_ms:.0f}"
        report.bars(f"A board on {kind}, CPU ms a request (stock: {stock_ms})", cpu)


def _row(name: str, found: dict[str, Rate]) -> tuple[str, ...]:
    rate = found[name]
    best = min(found[one].cpu_ms for one in _RAW if one in found)
    return (
        name,
        f"{rate.per_second:,.1f}",
        f"{rate.cpu_ms:.2f}",
        f"{rate.p50_ms:.1f}",
        f"{rate.p99_ms:.1f}",
        f"{rate.sizes / 1024:.0f}",
        f"{found['stock'].cpu_ms / rate.cpu_ms:.1f}",
        f"{100 * best / rate.cpu_ms:.0f}",
    )


def _check(case: _Case) -> None:
    """See that all variants tell the same, to whoever asks."""
    for user in (*case.place.staff.unrestricted[:2], *case.place.staff.restricted[:2]):
        bodies = {}
        for name in ("product, warm", *_SAME):
            (answer,) = case.answers(name, [user])
            bodies[name] = _sorted(orjson.loads(answer)["data"])
        for name, body in bodies.items():
            if body != bodies["product, warm"] or len(body["board"]["columns"]) != 5:
                raise RuntimeError(f"{name} answers otherwise on {case.place.kind}")


def _sorted(value: Any) -> Any:
    """Return JSON with the tags and followers of each card in one order."""
    if isinstance(value, dict):
        return {
            key: sorted(map(_sorted, one), key=repr)
            if key in ("tags", "followers")
            else _sorted(one)
            for key, one in value.items()
        }
    return [_sorted(one) for one in value] if isinstance(value, list) else value

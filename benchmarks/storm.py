"""A restart under load: every client comes back at once, with its cursor or without (P16)."""

import asyncio
import time
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any
from uuid import UUID

import psutil
import uvloop
from sqlalchemy import Connection as Database

from app.tokens import Tokens
from benchmarks.documents import MOVE
from benchmarks.fanout import moves_of
from benchmarks.frames import Crowd, Subscriber
from benchmarks.load import Connection, elsewhere, more_files, post
from benchmarks.places import Place, Places, changed
from benchmarks.report import Report
from benchmarks.serving import SECRET, serving
from benchmarks.staff import RESTRICTED_FROM, USERS, add_user
from resolvers.ids import global_id

CARDS = 20_000
_PATIENCE = 120.0
_KIB = 1024
LIVE = """
subscription Live($pipeline: ID!, $after: String) {
  boardEvents(pipelineId: $pipeline, after: $after) {
    __typename cursor totals { count }
    ... on BoardSnapshot { board { columns { cards(first: 10) { nodes { id name } } } } }
    ... on CardUpdated { opportunity { id name stage { id } } }
  }
}
"""


@dataclass(frozen=True)
class Storm:
    """Who comes back, and where."""

    port: int
    pid: int
    pipeline: str
    tokens: list[str]
    cursors: list[str | None]
    move: bytes
    hearing: int


@dataclass(frozen=True)
class Calm:
    """What came of it: seconds until everybody was served, and until all heard of a change."""

    back: float
    told: float
    lost: int
    kib: float
    cursors: list[str | None]


def measure(places: Places, report: Report, *, quick: bool) -> None:
    """Measure first openings, and coming back to a new process, on every database."""
    sockets, users = (500, 50) if quick else (5000, 500)
    hard = more_files()
    report.section(
        "Storm",
        f"{sockets:,} sockets of {users} users, {CARDS:,} cards; the server is started anew and all"
        f" connect at once. Open files allowed: {hard:,}. Asked: back within 60 s (P16).",
    )
    rows = []
    for kind in places.kinds:
        place = places.copy(kind, CARDS, "storm")
        people = _people(place, users)
        tokens = list(islice(cycle(people), sockets))
        first = _calm(place, tokens, [None] * sockets, 0)
        again = _calm(place, tokens, first.cursors, 1)
        rows += [_row(f"{kind}, first snapshots", first), _row(f"{kind}, by cursor", again)]
    head = ("", "all served s", "all told of a move s", "lost", "RSS KiB/socket")
    report.table(head, rows)


def _people(place: Place, count: int) -> list[str]:
    """Return tokens of so many users, who are added where they are missing."""

    def add(connection: Database) -> list[str]:
        practice = UUID(place.staff.practice)
        return [add_user(connection, practice, number) for number in range(USERS, count)]

    keys = (place.staff.users + asyncio.run(changed(place.url, add)))[:count]
    return [Tokens(SECRET).make(UUID(key)) for key in keys]


def _calm(place: Place, tokens: list[str], cursors: list[str | None], turn: int) -> Calm:
    card, stage = moves_of(place, turn + 1)[turn]
    body = {"query": MOVE, "variables": {"id": card, "stage": stage}}
    pipeline = global_id("Pipeline", UUID(place.staff.pipeline))
    with serving(place) as served:
        move = post("/graphql", served.token(place.staff.users[0]), body)
        # Whoever is restricted may not see the card that moves.
        hearing = len(tokens) * (len(set(tokens)) - USERS + RESTRICTED_FROM) // len(set(tokens))
        storm = Storm(served.port, served.pid, pipeline, tokens, cursors, move, hearing)
        return elsewhere(weather, storm)


def weather(storm: Storm) -> Calm:
    """Let everybody connect at once, and wait until all are served."""
    more_files()
    return uvloop.run(_weather(storm))


async def _weather(storm: Storm) -> Calm:
    crowd, loop = Crowd(), asyncio.get_running_loop()
    server = psutil.Process(storm.pid)
    empty, began = server.memory_info().rss, time.perf_counter()
    everybody = [
        Subscriber(crowd, "/graphql", token, _payload(storm.pipeline, cursor))
        for token, cursor in zip(storm.tokens, storm.cursors, strict=True)
    ]
    async with asyncio.TaskGroup() as group:
        for one in everybody:
            group.create_task(_connect(loop, one, storm.port))
    wanted = "snapshots" if storm.cursors[0] is None else "ready"
    await crowd.until(wanted, len(everybody), _PATIENCE)
    back = time.perf_counter() - began
    mover = await Connection.open(storm.port)
    await mover.ask(storm.move)
    mover.close()
    await crowd.until("deltas", storm.hearing, _PATIENCE)
    told, size = time.perf_counter() - began, server.memory_info().rss
    kib = (size - empty) / len(everybody) / _KIB
    calm = Calm(back, told, crowd.lost, kib, [one.cursor for one in everybody])
    for one in everybody:
        one.close()
    return calm


async def _connect(loop: asyncio.AbstractEventLoop, one: Subscriber, port: int) -> None:
    await loop.create_connection(lambda: one, "127.0.0.1", port)


def _payload(pipeline: str, cursor: str | None) -> dict[str, Any]:
    return {"query": LIVE, "variables": {"pipeline": pipeline, "after": cursor}}


def _row(name: str, calm: Calm) -> tuple[str, ...]:
    return (name, f"{calm.back:.1f}", f"{calm.told:.1f}", str(calm.lost), f"{calm.kib:.1f}")

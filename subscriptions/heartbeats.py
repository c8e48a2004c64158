"""Heartbeats of the live boards of one practice: one timer for all, drawn once for all alike."""

import asyncio
from collections import defaultdict
from collections.abc import Hashable, Iterable

import structlog

from models.database import Database, Reader
from models.errors import described, is_unavailable
from subscriptions import metrics
from subscriptions.drawing import draw_heartbeat
from subscriptions.room import AT_ONCE, Room
from subscriptions.stream import Stream

HEARTBEAT_SECONDS = 15.0
_LEAST_PAUSE = 0.02  # of HEARTBEAT_SECONDS: so late may a heartbeat be
_log = structlog.get_logger(__name__)


async def beat(room: Room, database: Database) -> None:
    """Tell every stream that was told nothing for HEARTBEAT_SECONDS that all is well (C1)."""
    clock = asyncio.get_running_loop().time
    while True:
        since = clock() - HEARTBEAT_SECONDS
        due = [one for one in room.streams if one.told_at <= since and one.idle]
        if due:
            try:
                await _tell_all(room, due, database)
            except Exception as error:  # there is a next time
                metrics.failures.inc()
                if not is_unavailable(error):  # which is told where the database is asked
                    _log.error("no heartbeats", **described(error))
        first = min((one.told_at for one in room.streams), default=clock())
        pause = first + HEARTBEAT_SECONDS - clock()
        await asyncio.sleep(max(pause, HEARTBEAT_SECONDS * _LEAST_PAUSE))


async def _tell_all(room: Room, due: Iterable[Stream], database: Database) -> None:
    groups: defaultdict[Hashable, list[Stream]] = defaultdict(list)
    for stream in due:
        groups[stream.likeness, stream.position].append(stream)
    async with database.reader() as reader:
        for group in groups.values():
            try:
                await _tell(room, group, reader)
            except Exception as error:  # one board's trouble is not the others'
                if is_unavailable(error):
                    raise
                metrics.failures.inc()
                _log.error("no heartbeats", **described(error))


async def _tell(room: Room, group: list[Stream], reader: Reader) -> None:
    clock = asyncio.get_running_loop().time
    position = group[0].position
    frame = await draw_heartbeat(group[0], reader)
    for start in range(0, len(group), AT_ONCE):
        for stream in group[start : start + AT_ONCE]:
            if stream in room.streams and stream.idle and stream.position == position:
                stream.told_at = clock()
                metrics.sent.events(stream.beat(frame), None)
        await asyncio.sleep(0)

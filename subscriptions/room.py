"""The live boards of one practice in this process: they follow its log together (C1)."""

import asyncio
import random
from collections.abc import Callable, Hashable, Iterable, Mapping
from contextlib import suppress
from uuid import UUID

import structlog

from models.database import Database, Reader
from models.errors import described, is_unavailable
from permissions.viewer import Credential
from resolvers import vocabulary
from resolvers.enums import SnapshotReason
from resolvers.lens import Lens
from resolvers.log import LogSlice, read_slice
from resolvers.seal import Seal
from subscriptions import metrics
from subscriptions.delta import Item, Judge, net_changes
from subscriptions.drawing import Batch, Palette, draw, touched
from subscriptions.stream import Frame, Stream

UNTAKEN_SECONDS = 0.02
MOST_WAITING = 500
_log = structlog.get_logger(__name__)


class Session:
    """A signed-in connection; `revoke` is called when its access has ended."""

    __slots__ = ("credential", "position", "revoke")

    def __init__(self, credential: Credential, position: int, revoke: Callable[[], None]) -> None:
        """Begin as of event `position`, when the access was good."""
        self.credential = credential
        self.position = position
        self.revoke = revoke


class Room:
    """Reads the log once for all its streams, a batch at a time."""

    def __init__(
        self, practice_id: UUID, database: Database, seal: Seal, poll_seconds: float
    ) -> None:
        """Begin without streams."""
        self.practice_id = practice_id
        self.streams: set[Stream] = set()
        self.sessions: set[Session] = set()
        self._database = database
        self._seal = seal
        self._poll_seconds = poll_seconds
        self._dirty = asyncio.Event()

    def wake(self) -> None:
        """Look at the log soon."""
        self._dirty.set()

    def attach(self, stream: Stream) -> None:
        """Follow the log for a stream, from its position."""
        self.streams.add(stream)
        self.wake()

    async def run(self) -> None:
        """Follow the log for as long as somebody is here."""
        while self.streams or self.sessions:
            try:
                await self._round()
            except Exception as error:  # the next round finds what this one missed
                metrics.failures.inc()
                if not is_unavailable(error):  # which is told where the database is asked
                    _log.error("live boards not advanced", **described(error))
                await asyncio.sleep(self._poll_seconds)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_seconds * random.uniform(0.8, 1.0)):
                    await self._dirty.wait()

    async def _round(self) -> None:
        self._dirty.clear()
        # A snapshot that was not taken yet is taken first.
        streams = {one for one in self.streams if None not in one.waiting}
        if len(streams) < len(self.streams):
            asyncio.get_running_loop().call_later(UNTAKEN_SECONDS, self.wake)
        sessions = set(self.sessions)
        positions = [one.position for one in streams] + [one.position for one in sessions]
        if not positions:
            return
        asks_activity = any(one.asks_activity for one in streams)
        async with self._database.reader() as reader:
            log = await reader.run(
                read_slice, self.practice_id, min(positions), with_users=asks_activity
            )
            if log.head > min(positions):
                await self._end_revoked(log, sessions, reader)
                await self._tell_all(log, self._restart_changed(log, streams), reader)

    def _restart_changed(self, log: LogSlice, streams: set[Stream]) -> set[Stream]:
        """Restart streams that were opened under rights of before; return the others (R93)."""
        kept = set()
        for stream in streams & self.streams:
            reason = restart_reason(log, stream, stream.position)
            if reason is None:
                kept.add(stream)
            else:
                self._restart(stream, reason)
        return kept

    def _restart(self, stream: Stream, reason: SnapshotReason) -> None:
        self.streams.discard(stream)
        stream.interrupt(reason)

    async def _end_revoked(self, log: LogSlice, sessions: set[Session], reader: Reader) -> None:
        """End the streams and sessions whose access has ended, before anything is told (P7)."""
        ended = await self._ended(log, sessions, reader)
        for stream in [one for one in self.streams if one.viewer.credential in ended]:
            self.streams.discard(stream)
            stream.end()
        for session in sessions:
            if session.credential in ended:
                session.revoke()
            session.position = log.head

    async def _ended(
        self, log: LogSlice, sessions: set[Session], reader: Reader
    ) -> frozenset[Credential]:
        """Return the credentials used here that are good no more; ask where the log is cut."""
        asked = {
            one.credential
            for one in sessions
            if one.credential.user_id in log.signed_out or one.position + 1 < log.oldest
        }
        if log.signed_out:
            used = (one.viewer.credential for one in self.streams)
            asked |= {one for one in used if one.user_id in log.signed_out}
        return frozenset(
            [one for one in asked if await reader.run(vocabulary.load_viewer, one) is None]
        )

    async def _tell_all(self, log: LogSlice, streams: set[Stream], reader: Reader) -> None:
        if not streams:
            return
        palette = await reader.run(Palette.read, self.practice_id, log)
        keyed = {one.actor_id for one in log.events if one.key}
        for group in _groups(streams, keyed):
            try:
                await self._tell(log, group, palette, reader)
            except Exception as error:  # one board's trouble is not the others'
                _log.error("live board not advanced", **described(error))
                for stream in group:
                    self._restart(stream, SnapshotReason.FELL_BEHIND)
            await asyncio.sleep(0)

    async def _tell(
        self, log: LogSlice, group: list[Stream], palette: Palette, reader: Reader
    ) -> None:
        """Tell streams that hold the same what they must hold now."""
        leader = group[0]
        judge = Judge(
            leader.viewer, leader.request.view.pipeline_id, leader.terms, log.active_users
        )
        items, totals = net_changes(judge, log, leader.position, leader.totals)
        if not items:
            for stream in group:
                stream.advance(log.head, totals)
            return
        # Nothing can be taken while the batch is drawn: what waited is part of it.
        waited, leader.waiting = leader.waiting, {}
        items = _joined(waited, items)
        if not items and not leader.partly_taken:
            leader.advance(log.head, totals)
            return
        if len(items) > MOST_WAITING or not items:
            # Too much to tell, or only totals, which have no message of their own.
            for stream in group:
                self._restart(stream, SnapshotReason.FELL_BEHIND)
            return
        batch = Batch(totals, touched(items) | leader.owed)
        frames = await self._drawn(group, items, batch, palette.lens(leader.viewer), reader)
        for stream in group:
            if stream in self.streams:
                stream.tell(log.head, totals, frames, batch.owed)

    async def _drawn(
        self, group: list[Stream], items: list[Item], batch: Batch, lens: Lens, reader: Reader
    ) -> list[Frame]:
        for stream in group:
            stream.drawing = True
        try:
            return await draw(group[0], items, batch, lens, reader)
        finally:
            for stream in group:
                stream.drawing = False


def restart_reason(log: LogSlice, stream: Stream, position: int) -> SnapshotReason | None:
    """Return why no delta from `position` can tell the whole truth; None if deltas can."""
    if position + 1 < log.oldest:
        return SnapshotReason.CURSOR_EXPIRED
    if log.users_changed.get(stream.viewer.user_id, 0) > position:
        return SnapshotReason.ACCESS_CHANGED
    if log.many > position or (stream.asks_activity and log.activity_changed > position):
        return SnapshotReason.FELL_BEHIND
    return None


def _groups(streams: Iterable[Stream], keyed: set[UUID | None]) -> list[list[Stream]]:
    """Return the streams by what they are told; one whose reader lags stands alone."""
    groups: dict[Hashable, list[Stream]] = {}
    for stream in streams:
        user_id = stream.viewer.user_id
        own = user_id if user_id in keyed else None
        alone = id(stream) if stream.waiting else None
        groups.setdefault((stream.group, own, alone), []).append(stream)
    return list(groups.values())


def _joined(waited: Mapping[UUID | None, Frame], items: list[Item]) -> list[Item]:
    """Return the new changes joined to those that wait, one a card, in order."""
    waiting = {frame.item.card.id: frame.item for frame in waited.values() if frame.item}
    for item in items:
        earlier = waiting.pop(item.card.id, None)
        joined = item.after(earlier) if earlier else item
        if joined.held is not None or joined.now is not None:
            waiting[item.card.id] = joined
    return sorted(waiting.values(), key=lambda item: item.number)

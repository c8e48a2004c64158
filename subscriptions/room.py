"""The live boards of one practice in this process: they follow its log together (C1)."""

import asyncio
import random
from collections.abc import Hashable
from contextlib import suppress
from itertools import chain
from uuid import UUID

import structlog

from models.database import Database, Reader
from models.errors import described, is_unavailable
from permissions.viewer import Credential
from resolvers import vocabulary
from resolvers.enums import SnapshotReason
from resolvers.known import Latest
from resolvers.lens import Lens
from resolvers.log import LogSlice, read_slice
from subscriptions import metrics
from subscriptions.delta import Item, Judge, joined, net_changes
from subscriptions.drawing import Palette, draw, touched
from subscriptions.grouping import follows, groups, restart_reason
from subscriptions.sessions import Session, Sessions
from subscriptions.stream import Batch, Stream

UNTAKEN_SECONDS = 0.02
MOST_WAITING = 500
AT_ONCE = 200  # readers that are told before others get their turn (P19)
_log = structlog.get_logger(__name__)


class Room:
    """Reads the log once for all its streams, a batch at a time."""

    def __init__(self, practice_id: UUID, database: Database, poll_seconds: float) -> None:
        """Begin without streams."""
        self.practice_id = practice_id
        self.streams: set[Stream] = set()
        self.sessions = Sessions()
        self._arrived: list[Stream] = []
        self._alike: dict[Hashable, set[Stream]] = {}
        self._database = database
        self._poll_seconds = poll_seconds
        self._dirty = asyncio.Event()
        self._vocabulary = Latest()

    def wake(self) -> None:
        """Look at the log soon."""
        self._dirty.set()

    def attach(self, stream: Stream) -> None:
        """Follow the log for a stream, from its position."""
        self.streams.add(stream)
        self._arrived.append(stream)
        self.wake()

    def detach(self, stream: Stream) -> None:
        """Follow the log for a stream no more."""
        if stream in self.streams:
            self.streams.discard(stream)
            alike = self._alike.get(stream.likeness, set())
            alike.discard(stream)
            if not alike:
                self._alike.pop(stream.likeness, None)

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
        self._let_in()
        # A snapshot that was not taken yet is taken first.
        positions = [one.position for one in self.streams if None not in one.waiting]
        if len(positions) < len(self.streams):
            asyncio.get_running_loop().call_later(UNTAKEN_SECONDS, self.wake)
        newcomers = self.sessions.newcomers
        first = min((*positions, *self.sessions.positions), default=None)
        if first is None:
            return
        asks_activity = any(next(iter(alike)).asks_activity for alike in self._alike.values())
        async with self._database.reader() as reader:
            log = await reader.run(read_slice, self.practice_id, first, with_users=asks_activity)
            if log.head > first:
                await self._end_revoked(log, newcomers, reader)
                self._drop_untaken(log)
                self._restart_changed(log, first)
                await self._tell_all(log, first, reader)

    def _let_in(self) -> None:
        """Let those who came follow the log from this round on: it looks at their access, too."""
        arrived, self._arrived = self._arrived, []
        for stream in arrived:
            if stream in self.streams:
                alike = self._alike.setdefault(stream.likeness, set())
                if alike:
                    stream.share(next(iter(alike)))
                alike.add(stream)

    def _drop_untaken(self, log: LogSlice) -> None:
        """Draw snapshots anew that nobody takes: they show what may be seen no more (P7)."""
        for stream in list(chain.from_iterable(self._alike.values())):
            untaken = None in stream.waiting and not stream.sink.ready
            if untaken and stream.position < log.head:
                self._restart(stream, stream.reason)

    def _restart_changed(self, log: LogSlice, first: int) -> None:
        """Restart streams that were opened under rights of before (R93)."""
        if not log.users_changed and log.many <= first and log.oldest <= first + 1:
            return
        for stream in list(chain.from_iterable(self._alike.values())):
            reason = restart_reason(log, stream, stream.position)
            if reason is not None and follows(stream, first):
                self._restart(stream, reason)

    def _restart(self, stream: Stream, reason: SnapshotReason) -> None:
        self.detach(stream)
        stream.interrupt(reason)

    async def _end_revoked(
        self, log: LogSlice, newcomers: frozenset[Session], reader: Reader
    ) -> None:
        """End the streams and sessions whose access has ended, before anything is told (P7)."""
        ended = await self._ended(log, reader)
        for stream in [one for one in self.streams if ended and one.viewer.credential in ended]:
            self.detach(stream)
            stream.end()
        self.sessions.settle(newcomers, log.head, ended)

    async def _ended(self, log: LogSlice, reader: Reader) -> frozenset[Credential]:
        """Return the credentials used here that are good no more; ask where the log is cut."""
        asked = self.sessions.doubtful(log)
        if log.signed_out:
            used = (one.viewer.credential for one in self.streams)
            asked |= {one for one in used if one.user_id in log.signed_out}
        return frozenset(
            [one for one in asked if await reader.run(vocabulary.load_viewer, one) is None]
        )

    async def _tell_all(self, log: LogSlice, first: int, reader: Reader) -> None:
        if not self._alike:
            return
        known = self._vocabulary.at(log.vocabulary)
        palette = await reader.run(Palette.read, self.practice_id, log, known)
        keyed = frozenset(one.actor_id for one in log.events if one.key)
        for group in groups(self._alike, keyed, first):
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
        items = joined((one.item for one in waited.values() if one.item), items)
        if not items and not leader.partly_taken:
            leader.advance(log.head, totals)
            return
        if len(items) > MOST_WAITING or not items:
            # Too much to tell, or only totals, which have no message of their own.
            for stream in group:
                self._restart(stream, SnapshotReason.FELL_BEHIND)
            return
        batch = Batch(log.head, totals, [], touched(items) | leader.owed)
        await _draw(leader, items, batch, palette.lens(leader.viewer), reader)
        await self._hand_out(batch, group)

    async def _hand_out(self, batch: Batch, group: list[Stream]) -> None:
        """Tell a batch to those who are still here."""
        clock = asyncio.get_running_loop().time
        only = batch.frames[0] if len(batch.frames) == 1 and not group[0].partly_taken else None
        here = self.streams
        for start in range(0, len(group), AT_ONCE):
            now, passed = clock(), 0
            for stream in group[start : start + AT_ONCE]:
                if stream in here:
                    stream.told_at = now
                    if only is not None and stream.pass_on(batch, only):
                        passed += 1
                    else:
                        stream.tell(batch)
            if only is not None:
                metrics.sent.events(passed, only.changed_at)
            await asyncio.sleep(0)


async def _draw(
    leader: Stream, items: list[Item], batch: Batch, lens: Lens, reader: Reader
) -> None:
    leader.drawing = True
    try:
        await draw(leader, items, batch, lens, reader)
    finally:
        leader.drawing = False

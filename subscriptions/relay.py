"""The relay: one a process. It opens live boards and moves them along their practices' logs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import Context
from typing import Any
from uuid import UUID

from models.database import Database, Reader
from models.errors import is_unavailable
from permissions.viewer import Viewer
from resolvers import vocabulary
from resolvers.boards import Board, find_board
from resolvers.enums import SnapshotReason
from resolvers.ids import BadId
from resolvers.lens import Lens
from resolvers.log import LogSlice, oldest, read_slice
from resolvers.perform import Unauthenticated
from resolvers.problems import BadRequest, NotFound, RequestError
from resolvers.seal import Cursor, Seal
from subscriptions import metrics
from subscriptions.delta import Judge, net_changes
from subscriptions.drawing import Palette, draw, draw_snapshot, touched
from subscriptions.grouping import restart_reason
from subscriptions.heartbeats import beat
from subscriptions.ports import Sink
from subscriptions.pulling import Pull
from subscriptions.room import Room
from subscriptions.sessions import Session
from subscriptions.stream import Batch, Request, Stream
from subscriptions.wake import Wake
from subscriptions.wake_bus import State

_OPENING_AT_ONCE = 8
MOST_RESUMED = 5000
RETRY_SECONDS = 1.0


class Relay:
    """All live boards of one process."""

    def __init__(
        self, database: Database, seal: Seal, wake: Wake, poll_seconds: float = 1.0
    ) -> None:
        """Begin without boards; logs are looked at each `poll_seconds` even if nobody wakes."""
        self._database = database
        self._seal = seal
        self._wake = wake
        self._poll_seconds = poll_seconds
        self._rooms: dict[UUID, tuple[Room, asyncio.Task[None]]] = {}
        self._opening = asyncio.Semaphore(_OPENING_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to listen for wake-ups."""
        await self._wake.start(self._woken)

    @property
    def wake_state(self) -> State:
        """Whether other processes can be woken; "degraded": boards there follow by polling."""
        return self._wake.state

    async def close(self) -> None:
        """End every stream, then stop following the logs."""
        await self._wake.close()
        rooms = [task for _, task in self._rooms.values()]
        for task in (*rooms, *self._tasks):
            await _stopped(task)

    async def announce(self, practice_id: UUID) -> None:
        """Tell that the log of a practice grew."""
        await self._wake.announce(practice_id)

    def _woken(self, practice_id: UUID | None) -> None:
        """Let a practice's boards look at their log; None: all boards."""
        woken = tuple(self._rooms) if practice_id is None else (practice_id,)
        for key in woken:
            if key in self._rooms:
                self._rooms[key][0].wake()

    def _room(self, practice_id: UUID) -> Room:
        if practice_id not in self._rooms:
            room = Room(practice_id, self._database, self._poll_seconds)
            # A room is nobody's request: its log lines name none.
            task = asyncio.create_task(self._follow(room), name="room", context=Context())
            self._rooms[practice_id] = (room, task)
            self._wake.attend(here=True)
        return self._rooms[practice_id][0]

    async def _follow(self, room: Room) -> None:
        beating = asyncio.create_task(beat(room, self._database), name="heartbeats")
        try:
            await room.run()
        finally:
            del self._rooms[room.practice_id]
            self._wake.attend(here=bool(self._rooms))
            await _stopped(beating)

    def sample(self, heads: Mapping[UUID, int]) -> None:
        """Show how far the slowest live board is behind the heads of its practice's log."""
        lags = [
            heads.get(practice_id, 0) - stream.position
            for practice_id, (room, _) in self._rooms.items()
            for stream in room.streams
        ]
        metrics.behind.set(max((0, *lags)))

    @contextmanager
    def session(
        self, viewer: Viewer, position: int, revoke: Callable[[], None]
    ) -> Iterator[Session]:
        """Call `revoke` if access that was good as of event `position` ends."""
        session = Session(viewer.credential, position, revoke)
        room = self._room(viewer.practice_id)
        room.sessions.add(session)
        try:
            yield session
        finally:
            room.sessions.discard(session)

    @asynccontextmanager
    async def opened(self, viewer: Viewer, request: Request) -> AsyncIterator[Pull]:
        """Open a live board and give its messages; both raise what `listen` raises."""
        pull = Pull()
        stream = await self.listen(viewer, request, pull)
        stream.pump()
        try:
            yield pull
        finally:
            self.leave(stream)

    async def listen(self, viewer: Viewer, request: Request, sink: Sink) -> Stream:
        """Open a live board whose messages go to a sink from its first `pump` until it is left.

        Raises NotFound, Forbidden, BadRequest or Unauthenticated.
        """
        stream = Stream(request, viewer, self._seal, sink, self._restart)
        metrics.streams.inc()
        try:
            await asyncio.shield(self._task(self._open(stream, SnapshotReason.SUBSCRIBED)))
        except BaseException:
            self.leave(stream)
            raise
        return stream

    def leave(self, stream: Stream) -> None:
        """Let go of a stream that was opened: it sends nothing more."""
        metrics.streams.dec()
        stream.leave()
        if stream.viewer.practice_id in self._rooms:
            self._rooms[stream.viewer.practice_id][0].detach(stream)

    def _task(self, job: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Open a stream in a task of its own: a reader who leaves cancels no statement."""
        task = asyncio.create_task(job, name="open")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _restart(self, stream: Stream, reason: SnapshotReason) -> None:
        self._task(self._restarted(stream, reason))

    async def _restarted(self, stream: Stream, reason: SnapshotReason) -> None:
        """Open again; while the database is away, try again and again (P18)."""
        while not stream.ended:
            try:
                await self._open(stream, reason)
                stream.pump()
            except RequestError as error:
                stream.fail(error)
            except Exception as error:
                if is_unavailable(error):
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                stream.finish(error)
            return

    async def _open(self, stream: Stream, reason: SnapshotReason) -> None:
        async with self._opening, self._database.reader() as reader:
            viewer = await reader.run(vocabulary.load_viewer, stream.viewer.credential)
            if viewer is None:
                raise Unauthenticated
            view, lens = stream.request.view, Lens(viewer)
            board = await reader.run(find_board, lens, self._seal, view)
            if board is None:
                raise NotFound("There is no such pipeline.")
            stream.look_as(viewer)
            if reason is SnapshotReason.SUBSCRIBED and stream.request.after is not None:
                expired = await self._resume(stream, board, reader)
                if expired is not None:
                    await self._show(stream, expired, board, reader)
            else:
                await self._show(stream, reason, board, reader)
        stream.told_at = asyncio.get_running_loop().time()
        if not stream.ended:
            self._room(viewer.practice_id).attach(stream)

    async def _show(
        self, stream: Stream, reason: SnapshotReason, board: Board, reader: Reader
    ) -> None:
        frame = await draw_snapshot(stream, reason, board, reader)
        metrics.snapshots.labels(reason.value).inc()
        stream.reason = reason
        stream.start(board.number, Batch(board.number, board.totals, [frame]))

    async def _resume(self, stream: Stream, board: Board, reader: Reader) -> SnapshotReason | None:
        """Send what happened since the cursor; return why a snapshot is needed instead."""
        cursor, practice_id = self._cursor(stream), stream.viewer.practice_id
        if cursor is None or cursor.number > board.number:
            return SnapshotReason.CURSOR_EXPIRED
        if cursor.base + 1 < await reader.run(oldest, practice_id):
            return SnapshotReason.CURSOR_EXPIRED
        asks = stream.asks_activity
        log = await reader.run(read_slice, practice_id, cursor.base, with_users=asks)
        reason = restart_reason(log, stream, cursor.base)
        return reason or await self._catch_up(stream, cursor, log, board, reader)

    async def _catch_up(
        self, stream: Stream, cursor: Cursor, log: LogSlice, board: Board, reader: Reader
    ) -> SnapshotReason | None:
        pipeline_id = stream.request.view.pipeline_id
        judge = Judge(stream.viewer, pipeline_id, stream.terms, log.active_users)
        items, _ = net_changes(judge, log, cursor.base, board.totals, sent_until=cursor.number)
        if len(items) > MOST_RESUMED:
            return SnapshotReason.FELL_BEHIND
        # Where a batch was cut, the totals of all it touched are still to be told.
        was_cut = cursor.base < cursor.number
        every = frozenset(stage.id for stage in board.pipeline.stages)
        batch = Batch(board.number, board.totals, [], every if was_cut else touched(items))
        viewer, known = stream.viewer, board.lens.known
        palette = await reader.run(Palette.read, viewer.practice_id, log, known)
        await draw(stream, items, batch, palette.lens(viewer), reader)
        stream.start(cursor.base, batch)
        return None

    def _cursor(self, stream: Stream) -> Cursor | None:
        try:
            cursor = self._seal.open_cursor(stream.viewer.user_id, stream.request.after or "")
        except BadId as error:
            raise BadRequest("This is no cursor of a board.") from error
        if cursor is None or cursor.practice_id != stream.viewer.practice_id:
            return None
        return cursor if cursor.view == stream.request.view.fingerprint else None


async def _stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

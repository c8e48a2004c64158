"""One live board: what its reader holds, and what waits to be sent to him."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from uuid import UUID

from permissions.viewer import Viewer
from resolvers.boards import stream_cursor
from resolvers.enums import SnapshotReason
from resolvers.perform import Unauthenticated
from resolvers.problems import RequestError
from resolvers.seal import Seal
from resolvers.terms import Term
from resolvers.totals import Totals
from resolvers.views import BoardView
from subscriptions.delta import Item
from subscriptions.metrics import sent
from subscriptions.ports import Message, Operation, Sink

_NOTHING = Totals({}, 0)


@dataclass(slots=True)
class Frame:
    """A rendered event, and the change it tells (None for what tells of no card).

    The pieces are joined by the cursor of the stream it is sent on. Streams of one user share
    the joined text.
    """

    pieces: list[bytes]
    item: Item | None
    joined: dict[tuple[int, int, int], Message] = field(default_factory=dict)

    @property
    def changed_at(self) -> float | None:
        """When the newest change it tells was made, in epoch seconds."""
        return self.item.at if self.item else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What somebody subscribed to."""

    view: BoardView
    operation: Operation
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What brings streams to `position`: frames in order, the last of which tells the totals.

    `owed` are the stages whose totals it tells.
    """

    position: int
    totals: Totals
    frames: list[Frame]
    owed: frozenset[UUID] = frozenset()


Restart = Callable[["Stream", SnapshotReason], None]


class Stream:
    """A subscription to one board.

    The relay moves `position` along the log and tells frames, which go to the sink while its
    reader takes them. What waits is one frame a card: a later change replaces an earlier one that
    was not taken. `owed` are the stages whose totals the reader must still be told, since a batch
    was partly taken. `told_at` is when he was last told something, by the clock of the loop, and
    `reason` why the last snapshot was drawn.
    """

    __slots__ = (
        *("request", "viewer", "seal", "sink", "terms", "position", "base", "totals", "waiting"),
        *("partly_taken", "owed", "restart", "ended", "drawing", "likeness", "told_at"),
        *("reason", "_touched", "_restart", "_reader"),
    )

    def __init__(
        self, request: Request, viewer: Viewer, seal: Seal, sink: Sink, restart: Restart
    ) -> None:
        """Begin before the first snapshot; `restart` opens the stream again, in its own time."""
        self.request = request
        self.viewer = viewer
        self.seal = seal
        self.sink = sink
        self.terms: list[Term] = []
        self.position = 0
        self.base = 0
        self.totals = _NOTHING
        self.waiting: dict[UUID | None, Frame] = {}
        self.partly_taken = False
        self.owed: frozenset[UUID] = frozenset()
        self.restart: SnapshotReason | None = None
        self.ended = False
        self.drawing = False
        self.likeness: Hashable = None
        self.told_at = 0.0
        self.reason = SnapshotReason.SUBSCRIBED
        self._touched: frozenset[UUID] = frozenset()
        self._restart = restart
        self._reader = viewer.user_id.int  # hashed more quickly than the id

    @property
    def asks_activity(self) -> bool:
        """Whether the filter asks if owners are active, which is no fact of a record."""
        return self.request.view.filter.owner_active is not None

    @property
    def idle(self) -> bool:
        """Whether the reader holds all there is and takes more."""
        held = self.waiting or self.drawing or self.partly_taken or self.restart or self.ended
        return not held and self.sink.ready

    def look_as(self, viewer: Viewer) -> None:
        """Go on with the viewer's rights of now; Forbidden for a filter he may not use."""
        operation, view = self.request.operation, self.request.view
        self.viewer = viewer
        self.terms = view.terms(viewer)
        whose = viewer.user_id if viewer.restricted else operation.audience(viewer)
        self.likeness = whose, operation.key, view.fingerprint, view.order_by

    def share(self, other: "Stream") -> None:
        """Hold as one what is the same for a stream that is told the same: there are many."""
        asked = self.request
        self.request = Request(view=other.request.view, operation=asked.operation)
        if self.viewer is other.viewer:
            self.terms = other.terms
        if self.position == other.position:
            self.totals = other.totals

    def start(self, base: int, batch: Batch) -> None:
        """Let a batch wait to be pumped: it leads from the state at `base` to its position."""
        self.base, self.partly_taken, self.owed = base, False, frozenset()
        self._replace(batch)

    def advance(self, position: int, totals: Totals) -> None:
        """Hold the state at `position`, of which there is nothing to tell."""
        if not self.waiting:
            self.base = position
        self.position, self.totals = position, totals

    def tell(self, batch: Batch) -> None:
        """Hold the state at the batch's position; its frames replace what waits."""
        self._replace(batch)
        self.pump()

    def _replace(self, batch: Batch) -> None:
        self.position, self.totals, self._touched = batch.position, batch.totals, batch.owed
        self.waiting = {frame.item.card.id if frame.item else None: frame for frame in batch.frames}

    def interrupt(self, reason: SnapshotReason) -> None:
        """Drop what waits: the reader gets a snapshot next, with this reason."""
        self.waiting = {}
        self.restart = reason
        self.pump()

    def end(self) -> None:
        """Send nothing more: the access behind the stream has ended."""
        self.finish(Unauthenticated())

    def fail(self, error: RequestError) -> None:
        """Tell why the stream cannot go on, and end it."""
        if not self.ended:
            payload = self.request.operation.render_error(error)
            self.sink.deliver(Message(payload, self.position, self.position))
        self.finish(None)

    def finish(self, error: Exception | None) -> None:
        """End the stream, for a reader who has not left."""
        if not self.ended:
            self.leave()
            self.sink.finish(error)

    def leave(self) -> None:
        """Send nothing more: nobody listens."""
        self.waiting = {}
        self.ended = True

    def pump(self) -> None:
        """Hand on what waits while the reader takes it; open again if that is due."""
        if self.ended:
            return
        sink = self.sink
        while self.waiting and sink.ready:
            frame = self.waiting.pop(next(iter(self.waiting)))
            sink.offer(self._taken(frame))
            sent.events(1, frame.changed_at)
        if self.waiting or (self.restart is not None and not sink.ready):
            sink.hold(self.pump)
        elif self.restart is not None:
            reason, self.restart = self.restart, None
            self._restart(self, reason)

    def beat(self, heartbeat: Frame) -> bool:
        """Tell a stream that is idle that all is well; return whether its reader took it."""
        return self.sink.offer(self._message(heartbeat, self.position, self.position))

    def pass_on(self, batch: Batch, only: Frame) -> bool:
        """Do what `tell` does with a batch of one frame; return whether the reader took it.

        It is for streams in which nothing waits, of which there are many.
        """
        number = only.item.number if only.item else batch.position
        if not self.sink.offer(self._message(only, number, number)):
            return False
        self.position = self.base = batch.position
        self.totals = batch.totals
        return True

    def _taken(self, frame: Frame) -> Message:
        number = frame.item.number if frame.item else self.position
        base = self.base
        if self.waiting:
            self.partly_taken, self.owed = True, self._touched
        else:
            self.partly_taken, self.owed = False, frozenset()
            base, self.base = number, self.position
        return self._message(frame, number, base)

    def _message(self, frame: Frame, number: int, base: int) -> Message:
        key = (self._reader, number, base)
        message = frame.joined.get(key)
        if message is None:
            payload = frame.pieces[0]
            if len(frame.pieces) > 1:
                payload = self.cursor(number, base).encode().join(frame.pieces)
            message = frame.joined[key] = Message(payload, number, base)
        return message

    def cursor(self, number: int, base: int) -> str:
        """Return this viewer's cursor of a place in the log."""
        return stream_cursor(self.seal, self.viewer, self.request.view, number, base)

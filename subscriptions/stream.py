"""One live board: what its reader holds, and what waits to be sent to him."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol
from uuid import UUID

from models.database import Reader
from models.errors import is_unavailable
from permissions.viewer import Viewer
from resolvers.boards import stream_cursor
from resolvers.enums import SnapshotReason
from resolvers.lens import Lens
from resolvers.perform import Unauthenticated
from resolvers.problems import RequestError
from resolvers.seal import Seal
from resolvers.terms import Term
from resolvers.totals import Totals
from resolvers.views import BoardView
from subscriptions.delta import Item
from subscriptions.events import BoardEvent
from subscriptions.metrics import sent

HEARTBEAT_SECONDS = 15.0
RETRY_SECONDS = 1.0


class Operation(Protocol):
    """A subscription document with its variables: it turns events into what is sent."""

    @property
    def key(self) -> Hashable:
        """Equal for operations that show the same event alike."""

    def audience(self, viewer: Viewer) -> Hashable:
        """Return what viewers have in common to whom the same delta may be sent."""

    async def render(self, event: BoardEvent, lens: Lens, reader: Reader) -> bytes:
        """Return the answer for an event, as JSON."""

    def render_error(self, error: RequestError) -> bytes:
        """Return the answer that tells why the stream ends, as JSON."""


class Message(NamedTuple):
    """What is sent of a stream: an answer as JSON, and the place after it in the log."""

    payload: bytes
    number: int
    base: int


@dataclass(slots=True)
class Frame:
    """A rendered event, and the change it tells (None for a snapshot).

    The pieces are joined by the cursor of the stream it is sent on. Streams of one user share
    the joined text.
    """

    pieces: list[bytes]
    item: Item | None
    joined: dict[tuple[UUID, int, int], bytes] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What somebody subscribed to."""

    view: BoardView
    operation: Operation
    after: str | None = None


Opening = Callable[["Stream", SnapshotReason], Awaitable[None]]


class Stream:
    """A subscription to one board.

    The relay moves `position` along the log and puts frames; the reader takes them one by one.
    What waits is one frame a card: a later change replaces an earlier one that was not taken.
    `owed` are the stages whose totals the reader must still be told, since a batch was partly
    taken.
    """

    def __init__(self, request: Request, viewer: Viewer, seal: Seal) -> None:
        """Begin before the first snapshot."""
        self.request = request
        self.viewer = viewer
        self.seal = seal
        self.terms: list[Term] = []
        self.position = 0
        self.base = 0
        self.totals = Totals({}, 0)
        self.waiting: dict[UUID | None, Frame] = {}
        self.partly_taken = False
        self.owed: frozenset[UUID] = frozenset()
        self._touched: frozenset[UUID] = frozenset()
        self.restart: SnapshotReason | None = None
        self.ended = False
        self.drawing = False
        self._likeness: Hashable = None
        self._waiter: asyncio.Future[bool] | None = None

    @property
    def asks_activity(self) -> bool:
        """Whether the filter asks if owners are active, which is no fact of a record."""
        return self.request.view.filter.owner_active is not None

    @property
    def group(self) -> Hashable:
        """What streams have in common that are told the same, if nothing waits in them."""
        return self._likeness, self.position

    def look_as(self, viewer: Viewer) -> None:
        """Go on with the viewer's rights of now; Forbidden for a filter he may not use."""
        operation, view = self.request.operation, self.request.view
        self.viewer = viewer
        self.terms = view.terms(viewer)
        whose = viewer.user_id if viewer.restricted else operation.audience(viewer)
        self._likeness = whose, operation.key, view.fingerprint, view.order_by

    def start(
        self,
        base: int,
        position: int,
        totals: Totals,
        frames: list[Frame],
        touched: frozenset[UUID] = frozenset(),
    ) -> None:
        """Send `frames` first: they lead from the state at `base` to that at `position`."""
        self.base, self.partly_taken, self.owed = base, False, frozenset()
        self.tell(position, totals, frames, touched)

    def advance(self, position: int, totals: Totals) -> None:
        """Hold the state at `position`, of which there is nothing to tell."""
        if not self.waiting:
            self.base = position
        self.position, self.totals = position, totals

    def tell(
        self, position: int, totals: Totals, frames: list[Frame], touched: frozenset[UUID]
    ) -> None:
        """Hold the state at `position`; `frames` replace what waits, their last tells totals."""
        self.position, self.totals, self._touched = position, totals, touched
        self.waiting = {frame.item.card.id if frame.item else None: frame for frame in frames}
        self._wake()

    def interrupt(self, reason: SnapshotReason) -> None:
        """Drop what waits: the reader gets a snapshot next, with this reason."""
        self.waiting.clear()
        self.restart = reason
        self._wake()

    def end(self) -> None:
        """Send nothing more: the access behind the stream has ended."""
        self.waiting.clear()
        self.ended = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(True)

    def _take(self, frame: Frame) -> Message:
        number = frame.item.number if frame.item else self.position
        base = self.base
        if self.waiting:
            self.partly_taken, self.owed = True, self._touched
        else:
            self.partly_taken, self.owed = False, frozenset()
            base, self.base = number, self.position
        return Message(self._joined(frame, number, base), number, base)

    def _joined(self, frame: Frame, number: int, base: int) -> bytes:
        if len(frame.pieces) == 1:
            return frame.pieces[0]
        key = (self.viewer.user_id, number, base)
        if key not in frame.joined:
            frame.joined[key] = self.cursor(number, base).encode().join(frame.pieces)
        return frame.joined[key]

    def cursor(self, number: int, base: int) -> str:
        """Return this viewer's cursor of a place in the log."""
        return stream_cursor(self.seal, self.viewer, self.request.view, number, base)

    async def frames(
        self,
        open_again: Opening,
        heartbeat: Callable[["Stream"], Awaitable[bytes]],
    ) -> AsyncGenerator[Message, None]:
        """Yield what is to be sent; Unauthenticated when the access behind the stream ends.

        The reader comes back when he has handed it on, so that is the moment an event was sent.
        """
        while not self.ended:
            if self.restart is not None:
                reason, self.restart = self.restart, None
                try:
                    await self._restarted(open_again, reason)
                except RequestError as error:
                    yield self._here(self.request.operation.render_error(error))
                    return
            elif self.waiting:
                frame = self.waiting.pop(next(iter(self.waiting)))
                yield self._take(frame)
                sent.event(frame.item.at if frame.item else None)
            elif not await self._wait():
                yield self._here(await heartbeat(self))
                sent.event(None)
        raise Unauthenticated

    def _here(self, payload: bytes) -> Message:
        return Message(payload, self.position, self.position)

    async def _restarted(self, open_again: Opening, reason: SnapshotReason) -> None:
        """Open again; while the database is away, try again and again (P18)."""
        try:
            await open_again(self, reason)
        except Exception as error:
            if not is_unavailable(error):
                raise
            self.restart = reason
            await asyncio.sleep(RETRY_SECONDS)

    async def _wait(self) -> bool:
        """Return whether something came before the heartbeat was due."""
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        timer = loop.call_later(HEARTBEAT_SECONDS, self._beat)
        try:
            return await self._waiter
        finally:
            timer.cancel()
            self._waiter = None

    def _beat(self) -> None:
        """End the wait with a heartbeat, unless a batch is just being drawn."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(self.drawing)

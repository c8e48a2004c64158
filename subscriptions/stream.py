"""One live board: what its reader holds, and what waits to be sent to him."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from uuid import UUID

from models.database import Reader
from permissions.viewer import Viewer
from resolvers.boards import stream_cursor
from resolvers.enums import SnapshotReason
from resolvers.lens import Lens
from resolvers.problems import RequestError
from resolvers.seal import Seal
from resolvers.terms import Term
from resolvers.totals import Totals
from resolvers.views import BoardView
from subscriptions.delta import Item
from subscriptions.events import BoardEvent

HEARTBEAT_SECONDS = 15.0


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


class Frame(NamedTuple):
    """A rendered event, and the change it tells (None for snapshot and heartbeat).

    Where `slots` is set, the pieces are joined by the cursor of the stream it is sent on.
    """

    pieces: list[bytes]
    item: Item | None


@dataclass(frozen=True, kw_only=True)
class Request:
    """What somebody subscribed to."""

    user_id: UUID
    view: BoardView
    operation: Operation
    after: str | None = None


class Stream:
    """A subscription to one board.

    The relay moves `position` along the log and puts frames; the reader takes them one by one.
    What waits is one frame a card: a later change replaces an earlier one that was not taken.
    """

    def __init__(self, request: Request, viewer: Viewer, seal: Seal) -> None:
        """Begin before the first snapshot."""
        self.request = request
        self.viewer = viewer
        self.seal = seal
        self.position = 0
        self.base: int | None = None
        self.terms: list[Term] = []
        self.totals = Totals({}, 0)
        self.waiting: dict[UUID | None, Frame] = {}
        self.restart: SnapshotReason | None = None
        self.ended = False
        self._something = asyncio.Event()

    @property
    def group(self) -> Hashable:
        """What streams have in common that are told the same, if nothing waits in them."""
        operation = self.request.operation
        view = self.request.view
        return (
            self.viewer.user_id if self.viewer.restricted else None,
            operation.audience(self.viewer),
            operation.key,
            view.fingerprint,
            view.order_by,
            self.position,
        )

    @property
    def asks_activity(self) -> bool:
        """Whether the filter asks if owners are active, which is no fact of a record."""
        return self.request.view.filter.owner_active is not None

    def look_as(self, viewer: Viewer) -> None:
        """Go on with the viewer's rights of now; Forbidden for a filter he may not use."""
        self.viewer = viewer
        self.terms = self.request.view.terms(viewer)

    def start(
        self, position: int, totals: Totals, frames: list[Frame], base: int | None = None
    ) -> None:
        """Send `frames` first; together they tell the state at `position`."""
        self.base = base
        self._fill(frames)
        self.position, self.totals = position, totals

    def advance(self, position: int, totals: Totals, frames: list[Frame] | None) -> None:
        """Hold the state at `position`; `frames` (if any) replace what waits."""
        if frames is not None:
            if not self.waiting:
                self.base = self.position
            self._fill(frames)
        self.position, self.totals = position, totals

    def _fill(self, frames: list[Frame]) -> None:
        self.waiting = {frame.item.card.id if frame.item else None: frame for frame in frames}
        self._something.set()

    def interrupt(self, reason: SnapshotReason) -> None:
        """Drop what waits: the reader gets a snapshot next, with this reason."""
        self.waiting.clear()
        self.restart = reason
        self._something.set()

    def end(self) -> None:
        """Send nothing more."""
        self.waiting.clear()
        self.ended = True
        self._something.set()

    def _take(self) -> bytes:
        key = next(iter(self.waiting))
        frame = self.waiting.pop(key)
        number = frame.item.number if frame.item else self.position
        base = self.base if self.waiting and self.base is not None else number
        if len(frame.pieces) == 1:
            return frame.pieces[0]
        return self.cursor(number, base).encode().join(frame.pieces)

    def cursor(self, number: int, base: int) -> str:
        """Return this viewer's cursor of a place in the log."""
        return stream_cursor(self.seal, self.viewer, self.request.view, number, base)

    async def frames(
        self,
        open_again: Callable[["Stream", SnapshotReason], Awaitable[None]],
        heartbeat: Callable[["Stream"], Awaitable[bytes]],
    ) -> AsyncIterator[bytes]:
        """Yield what is to be sent, for as long as the stream lives."""
        while not self.ended:
            if self.restart is not None:
                reason, self.restart = self.restart, None
                try:
                    await open_again(self, reason)
                except RequestError as error:
                    yield self.request.operation.render_error(error)
                    return
            elif self.waiting:
                yield self._take()
            elif not await self._wait():
                yield await heartbeat(self)

    async def _wait(self) -> bool:
        """Return whether something came before the heartbeat was due."""
        self._something.clear()
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                await self._something.wait()
        except TimeoutError:
            return False
        return True

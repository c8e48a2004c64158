"""What a live board lies between: the operation that renders it, and the sink that takes it."""

from collections.abc import Callable, Hashable
from typing import NamedTuple, Protocol

from models.database import Reader
from permissions.viewer import Viewer
from resolvers.lens import Lens
from resolvers.problems import RequestError
from subscriptions.events import BoardEvent


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


class Sink(Protocol):
    """Where the messages of a stream go, as fast as their reader takes them."""

    @property
    def ready(self) -> bool:
        """Whether the reader takes a message now."""

    def offer(self, message: Message) -> bool:
        """Hand a message on if the reader takes one now; return whether he did."""

    def deliver(self, message: Message) -> None:
        """Hand a stream's last message on, even if it has to wait."""

    def hold(self, pump: Callable[[], None]) -> None:
        """Call `pump` as soon as the reader takes more: something waits."""

    def finish(self, error: Exception | None) -> None:
        """Hear that nothing more comes, and what went wrong if something did."""

"""A live board on a socket: written to the connection as it is told, without a task of its own."""

from collections.abc import Callable

from app.channel import END_OF_NEXT, Channel, head_of_next
from subscriptions.ports import Message


class SocketBoard:
    """The messages of one operation (a Sink): its id, what is told, and that it is over."""

    __slots__ = ("_channel", "_finished", "_head", "_writer", "error", "key", "over", "request_id")

    def __init__(
        self,
        channel: Channel,
        key: str,
        request_id: str,
        finished: Callable[["SocketBoard"], None],
    ) -> None:
        """Write to a channel under an operation's id; tell `finished` when nothing more comes."""
        self.key = key
        self.request_id = request_id
        self.over = False
        self.error: Exception | None = None
        self._channel = channel
        self._writer = channel.writer
        self._head = head_of_next(key)
        self._finished = finished

    @property
    def ready(self) -> bool:
        """Whether the client reads what he is sent."""
        return self._writer.taking

    def offer(self, message: Message) -> bool:
        """Write a message if the client reads what he is sent; return whether he does."""
        if not self._writer.taking:
            return False
        self._writer.write_text(self._head, message.payload, END_OF_NEXT)
        return True

    def deliver(self, message: Message) -> None:
        """Write the last message."""
        self._writer.write_text(self._head, message.payload, END_OF_NEXT)

    def hold(self, pump: Callable[[], None]) -> None:
        """Go on when the client reads again; he is dropped if that takes too long (P15)."""
        self._channel.hold(pump)

    def finish(self, error: Exception | None) -> None:
        """Hear that nothing more comes."""
        self.over, self.error = True, error
        self._finished(self)

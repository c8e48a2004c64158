"""A sink for a reader who asks for one message after another."""

import asyncio
from collections.abc import AsyncIterator, Callable

from typing_extensions import override

from subscriptions.ports import Message, Sink


class Pull(Sink):
    """Hands a message on when it is asked for: what nobody asked for waits in the stream."""

    def __init__(self) -> None:
        """Begin before the reader has asked."""
        self._asked: asyncio.Future[Message | None] | None = None
        self._pump: Callable[[], None] | None = None
        self._last: Message | None = None
        self._over = False
        self._error: Exception | None = None

    @property
    @override
    def ready(self) -> bool:
        return self._asked is not None and not self._asked.done()

    @override
    def offer(self, message: Message) -> bool:
        if self._asked is None or self._asked.done():
            return False
        self._asked.set_result(message)
        return True

    @override
    def deliver(self, message: Message) -> None:
        if not self.offer(message):
            self._last = message

    @override
    def hold(self, pump: Callable[[], None]) -> None:
        self._pump = pump

    @override
    def finish(self, error: Exception | None) -> None:
        self._over, self._error = True, error
        if self._asked is not None and not self._asked.done():
            self._asked.set_result(None)

    def __aiter__(self) -> AsyncIterator[Message]:
        """Yield messages until the stream is over; raise what ended it."""
        return self

    async def __anext__(self) -> Message:
        """Return the next message."""
        message, self._last = self._last, None
        if message is None and not self._over:
            message = await self._next()
        if message is not None:
            return message
        if self._error is not None:
            raise self._error
        raise StopAsyncIteration

    async def _next(self) -> Message | None:
        self._asked = asyncio.get_running_loop().create_future()
        pump, self._pump = self._pump, None
        if pump is not None:
            pump()
        try:
            return await self._asked
        finally:
            self._asked = None

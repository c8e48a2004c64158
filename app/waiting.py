"""Waiting for one connection, in little memory: asyncio's own take some 3 KiB a WebSocket.

They keep room for many who wait; here one reads, and those who write wait together.
"""

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class Inbox(Generic[T]):
    """A queue with one reader."""

    __slots__ = ("_items", "_reader")

    def __init__(self) -> None:
        """Begin empty."""
        self._items: list[T] = []
        self._reader: asyncio.Future[None] | None = None

    def put_nowait(self, item: T) -> None:
        """Add an item."""
        self._items.append(item)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def empty(self) -> bool:
        """Return whether there is nothing to get."""
        return not self._items

    async def get(self) -> T:
        """Return the oldest item, as soon as there is one."""
        while not self._items:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return self._items.pop(0)


class Gate:
    """Holds back who waits until it is set."""

    __slots__ = ("_change", "_open")

    def __init__(self) -> None:
        """Begin set."""
        self._open = True
        self._change: asyncio.Future[None] | None = None

    def is_set(self) -> bool:
        """Return whether nobody is held back."""
        return self._open

    def clear(self) -> None:
        """Hold back."""
        self._open = False

    def set(self) -> None:
        """Let everybody go on."""
        self._open = True
        change, self._change = self._change, None
        if change is not None:
            change.set_result(None)

    async def wait(self) -> None:
        """Return when nobody is held back."""
        while not self._open:
            if self._change is None:
                self._change = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._change)

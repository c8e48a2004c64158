"""One question that many ask: asked once at a time, its answer shared for a moment."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context
from typing import Generic, TypeVar

T = TypeVar("T")

FRESH_SECONDS = 1.0
_GIVEN_UP_AFTER = 5  # times the patience of one who asks


class Shared(Generic[T]):
    """An answer that is asked for anew when it is old, and never waited for too long.

    Whoever waits leaves after his patience; the question goes on without him, so that a database
    that is frozen has one question before it and not one for everybody who asked. A question
    without an answer for very long is given up, since its connection may be lost.
    """

    def __init__(self, ask: Callable[[], Awaitable[T]], patience: float) -> None:
        """Take what to ask, which must not raise, and for how many seconds one waits for it."""
        self._ask = ask
        self._patience = patience
        self._task: asyncio.Task[T] | None = None
        self._began = 0.0
        self._ended = 0.0

    async def answer(self) -> T:
        """Return an answer that is at most a second old; TimeoutError if there is none."""
        task = self._task
        if task is None or self._is_old(task):
            task = self._begin()
        done, _ = await asyncio.wait({task}, timeout=self._patience)
        if not done:
            raise TimeoutError
        return task.result()

    def _is_old(self, task: asyncio.Task[T]) -> bool:
        now = asyncio.get_running_loop().time()
        if task.done():
            return task.cancelled() or now - self._ended > FRESH_SECONDS
        return now - self._began > _GIVEN_UP_AFTER * self._patience

    def _begin(self) -> asyncio.Task[T]:
        if self._task is not None:
            self._task.cancel()
        task = asyncio.create_task(self._asked(), name="shared question", context=Context())
        self._task, self._began = task, asyncio.get_running_loop().time()
        return task

    async def _asked(self) -> T:
        try:
            return await self._ask()
        finally:
            self._ended = asyncio.get_running_loop().time()

    async def close(self) -> None:
        """Give up what is being asked."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

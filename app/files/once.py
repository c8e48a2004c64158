"""Work that several ask for at the same time, and that is done once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from app.files.refusals import busy

MOST_AT_ONCE = 32
T = TypeVar("T")


class Once(Generic[T]):
    """Work by its key; whoever comes while it is done gets the same answer.

    It goes on although who asked has left: the next one may want it, too. So it is bounded how much
    of it is done or waits at once.
    """

    def __init__(self) -> None:
        """Begin with nothing to do."""
        self._tasks: dict[Hashable, asyncio.Task[T]] = {}

    async def done(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` answers, or the same work that is being done already.

        Refused where too much is being done.
        """
        task = self._tasks.get(key) or self._begin(key, work)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Give up what is being done."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, key: Hashable, work: Callable[[], Awaitable[T]]) -> asyncio.Task[T]:
        if len(self._tasks) >= MOST_AT_ONCE:
            raise busy()

        async def working() -> T:
            return await work()

        task = self._tasks[key] = asyncio.create_task(working(), name="once")

        def ended(task: asyncio.Task[T]) -> None:
            del self._tasks[key]
            if not task.cancelled():
                task.exception()  # who asked may have left

        task.add_done_callback(ended)
        return task

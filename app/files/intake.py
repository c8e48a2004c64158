"""Who sends files to this process: a few at once a user, and some dozens at once in all (C11)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from uuid import UUID

from app.files.looks import Look
from app.files.refusals import busy, conflict, too_many

MOST_AT_ONCE = 128
WAIT_SECONDS = 5.0
_LEAVE_SECONDS = 2.0
_MOST_LOOKS = 64


class Intake:
    """Admits uploads, and keeps what is known of those that go on later."""

    def __init__(self, most_of_user: int) -> None:
        """Allow each user so many uploads at once."""
        self._most_of_user = most_of_user
        self._of_users: Counter[UUID] = Counter()
        self._places = asyncio.Semaphore(MOST_AT_ONCE)
        self._uploads: set[UUID] = set()
        self._looks: dict[UUID, Look] = {}
        self._nobody = asyncio.Event()
        self._nobody.set()

    @asynccontextmanager
    async def admitted(self, user_id: UUID) -> AsyncIterator[None]:
        """Count an upload for as long as it is received; refused where there is no place."""
        if self._of_users[user_id] >= self._most_of_user:
            raise too_many(self._most_of_user)
        self._of_users[user_id] += 1
        self._nobody.clear()
        try:
            async with self._place():
                yield
        finally:
            self._of_users -= Counter((user_id,))
            if not self._of_users:
                self._nobody.set()

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise busy() from None
        try:
            yield
        finally:
            self._places.release()

    @contextmanager
    def alone(self, upload_id: UUID, status: int = 409) -> Iterator[None]:
        """Let nobody else work on an upload; refused with `status` where somebody does."""
        if upload_id in self._uploads:
            raise conflict("This upload is being worked on. Try again in a moment.", status)
        self._uploads.add(upload_id)
        try:
            yield
        finally:
            self._uploads.discard(upload_id)

    def keep_look(self, upload_id: UUID, look: Look) -> None:
        """Keep what was seen of an upload so far; of too many, the oldest is forgotten."""
        self._looks[upload_id] = look
        if len(self._looks) > _MOST_LOOKS:
            del self._looks[next(iter(self._looks))]

    def take_look(self, upload_id: UUID) -> Look | None:
        """Return what was seen of an upload in this process; only once."""
        return self._looks.pop(upload_id, None)

    async def close(self) -> None:
        """Wait until those who were cut off have left nothing behind."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LEAVE_SECONDS):
                await self._nobody.wait()

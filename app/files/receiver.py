"""Bytes that arrive, on their way to the store: constant memory, whole segments."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from types import TracebackType
from typing import Self

from starlette.requests import ClientDisconnect, Request

from app.files.looks import Look
from app.files.refusals import conflict, too_large, too_slow
from files.segments import SEGMENT_BYTES, Segment
from files.storage_errors import AlreadyThere
from files.store import FileStore

LONGEST_SECONDS = 3600.0
GRACE_SECONDS = 30.0
LEAST_BYTES = 1024  # a second, on average, when the grace is over


async def arriving(request: Request, silence: float) -> AsyncGenerator[bytes, None]:
    """Yield the body of a request as it comes.

    ClientDisconnect if it breaks off; refused if nothing comes for `silence` seconds, or very
    little for long.
    """
    clock = asyncio.get_running_loop().time
    began, came, more = clock(), 0, True
    while more:
        try:
            async with asyncio.timeout(silence):
                message = await request.receive()
        except TimeoutError:
            raise too_slow() from None
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        if body := message.get("body"):
            came += len(body)
            yield body
        more = message.get("more_body", False)
        spent = clock() - began
        if more and spent > GRACE_SECONDS and came < spent * LEAST_BYTES:
            raise too_slow()


class Receiver:
    """Puts what arrives of a file into the store; while one segment is put, the next one fills.

    After a segment that could not be put, nothing more is: there would be a gap. With `keeps`,
    whatever came is stored in the end, however that comes. `end` is where the next segment begins;
    up to `settled` the bytes are in the store as they came, and were seen.
    """

    def __init__(
        self,
        store: FileStore,
        key: str,
        stored: Sequence[Segment] = (),
        *,
        look: Look | None,
        keeps: bool = False,
    ) -> None:
        """Go on after what is `stored`; `look` sees the bytes if it saw all before."""
        self._store, self._key = store, key
        self._look, self._keeps = look, keeps
        self._buffer = bytearray()
        self._putting: asyncio.Task[None] | None = None
        self.segments = list(stored)
        self.end = self.settled = sum(one.size for one in stored)
        self.came = 0

    async def take(self, request: Request, most: int, silence: float) -> None:
        """Take the body of a request, until the file has `most` bytes; refused if more come."""
        try:
            async with (
                asyncio.timeout(LONGEST_SECONDS),
                aclosing(arriving(request, silence)) as chunks,
            ):
                async for chunk in chunks:
                    if self.end + len(self._buffer) + len(chunk) > most:
                        raise too_large()
                    self.came += len(chunk)
                    await self._add(chunk)
                await self._flush()
        except TimeoutError:
            raise too_slow() from None

    async def _add(self, chunk: bytes) -> None:
        left = memoryview(chunk)
        while left:
            room = SEGMENT_BYTES - len(self._buffer)
            self._buffer += left[:room]
            left = left[room:]
            if len(self._buffer) == SEGMENT_BYTES:
                await self._put()

    async def _flush(self) -> None:
        """Put what is left, and wait until all is in the store."""
        if self._buffer:
            await self._put()
        await self._settled()

    async def _put(self) -> None:
        """Begin to put what is in the buffer, once the segment before is in the store."""
        await self._settled()
        data, self._buffer = self._buffer, bytearray()
        segment = Segment(self.end, len(data))
        self.segments.append(segment)
        self.end += segment.size
        self._putting = asyncio.create_task(self._kept(segment, data), name="segment")

    async def _settled(self) -> None:
        """Wait for the segment that is being put; raises what went wrong with it.

        A put is never cut off: it might still happen later, when the file is removed.
        """
        if self._putting is not None:
            await asyncio.wait({self._putting})
            self._putting.result()

    async def _kept(self, segment: Segment, data: bytearray) -> None:
        """Put a segment and look at it, both at once; neither is left running."""
        work = [self._store_once(segment, data)]
        if self._look is not None:
            work.append(asyncio.to_thread(self._look.at, data))
        for failed in await asyncio.gather(*work, return_exceptions=True):
            if failed is not None:
                raise failed
        self.settled += segment.size

    async def _store_once(self, segment: Segment, data: bytearray) -> None:
        """Put a segment; S3 may have taken it although its answer was lost."""
        try:
            await self._store.put_segment(self._key, segment.start, data)
        except AlreadyThere:
            if self._keeps or segment not in await self._store.segments(self._key):
                raise conflict("Somebody else sends this part.") from None

    async def __aenter__(self) -> Self:
        """Return the receiver itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        """Leave nothing running; keep the last bytes, too, if that is wanted."""
        if kind is None:
            return
        with suppress(Exception):
            await self._settled()
            if self._keeps:
                await self._flush()

"""The press: a process of its own that opens untrusted files and sets agreements.

A file that kills it costs the application the answer only. The process has little memory and time,
neither the environment nor the open files of the application, and writes no byte into a file. Where
the kernel allows it, it has no network and sees into no other process. It still has the
application's user, whose files it could read.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from files.formats import FileFormat
from files.press.frames import Frame
from files.press.jobs import (
    AgreementText,
    Certificate,
    Inspection,
    PressBusy,
    PressFailed,
    PressLimits,
    Source,
    Unreadable,
)
from files.press.process import Child


class Press:
    """Does one job after the other in a process that is started at the first and kept warm.

    Each job but `inspect` raises PressBusy if too many wait: who inspects would lose a whole
    upload, so he waits, and lets few wait. Each raises PressFailed if it had to be given up; its
    `seconds` count from its turn, and are those of the limits unless given.
    """

    def __init__(self, limits: PressLimits | None = None) -> None:
        """Take the limits; nothing is started yet."""
        self._limits = limits or PressLimits()
        self._turn = asyncio.Lock()
        self._jobs = 0
        self._child: Child | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The number of the process; None while there is none."""
        return self._child.pid if self._child else None

    async def inspect(
        self, source: Source, file_format: FileFormat, *, seconds: float | None = None
    ) -> Inspection:
        """Return what is in a file; Unreadable if it is broken or a bomb."""
        arguments = {"file_format": file_format.name}
        answer = await self._do("inspect", arguments, source, seconds)
        pages, width, height = (answer.facts[key] for key in ("pages", "width", "height"))
        return Inspection(pages, width, height, answer.content.decode())

    async def preview(
        self,
        source: Source,
        file_format: FileFormat,
        page: int = 1,
        *,
        seconds: float | None = None,
    ) -> bytes:
        """Return an image, or a page of a PDF, as a PNG of at most 1,024 pixels a side.

        Unreadable if the file is broken, locked, of another kind, or has no such page.
        """
        arguments = {"file_format": file_format.name, "page": page}
        return (await self._do("preview", arguments, source, seconds)).content

    async def render(
        self, agreement: AgreementText, made_at: datetime, *, seconds: float | None = None
    ) -> bytes:
        """Return an agreement as PDF: the same bytes for the same text and time.

        Unreadable if its lists and quotes are nested too deeply.
        """
        arguments = {"agreement": asdict(agreement), "made_at": made_at}
        return (await self._do("render", arguments, b"", seconds)).content

    async def certify(
        self, source: Source, certificate: Certificate, *, seconds: float | None = None
    ) -> bytes:
        """Return a signed PDF, byte for byte, followed by the certificate's pages.

        Unreadable if the PDF is not the one that the certificate names by its SHA-256.
        """
        arguments = {"certificate": asdict(certificate)}
        return (await self._do("certify", arguments, source, seconds)).content

    async def close(self) -> None:
        """End the process, and with it the job that it does; jobs that wait or come later fail."""
        self._closed = True
        if self._child is not None:
            self._child.kill()
        async with self._turn:
            await self._end_child()

    async def _do(
        self, job: str, arguments: Mapping[str, Any], source: Source, seconds: float | None
    ) -> Frame:
        """Return the answer to a job, in its turn."""
        if job != "inspect" and self._jobs > self._limits.waiting:
            raise PressBusy("The press has too much to do.")
        seconds = self._limits.seconds if seconds is None else seconds
        content = source if isinstance(source, bytes) else b""
        paths = None if isinstance(source, bytes) else [str(path) for path in source]
        facts = {"job": job, "arguments": arguments, "seconds": seconds, "paths": paths}
        self._jobs += 1
        try:
            async with self._turn:
                try:
                    return await self._done(Frame(facts, content), seconds)
                finally:
                    await self._end_spent_child()
        finally:
            self._jobs -= 1

    async def _done(self, request: Frame, seconds: float) -> Frame:
        """Return the answer to a request; a process that owes one does no further job."""
        try:
            async with asyncio.timeout(seconds):
                child = await self._ready_child()
                return await child.ask(request)
        except Unreadable:
            raise
        except TimeoutError:
            await self._end_child()
            raise PressFailed("time") from None
        except BaseException:
            await self._end_child()
            raise

    async def _ready_child(self) -> Child:
        """Return the process, a new one if there is none that lives."""
        await self._end_spent_child()
        if self._child is None and not self._closed:
            self._child = await Child.start(self._limits.memory_bytes)
        if self._child is None or self._closed:
            raise PressFailed("closed")
        return self._child

    async def _end_spent_child(self) -> None:
        if self._child is not None and self._child.is_spent:
            await self._end_child()

    async def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await child.end()

"""The press's process, as the application sees it."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import NoReturn

import orjson
import structlog

from files.press import frames
from files.press.frames import Frame
from files.press.jobs import PressFailed, Unreadable

_ROOT = Path(__file__).resolve().parent.parent.parent
# Nothing of the application's environment, which holds its secrets. One thread and one arena for
# memory: more of them would take address space by the number of processors.
_ENVIRONMENT = {
    "PATH": os.defpath,
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "1",
    "RAYON_NUM_THREADS": "1",
}
_log = structlog.get_logger(__name__)


class Child:
    """A process that opens one untrusted file after the other."""

    def __init__(self, process: Process) -> None:
        """Take a process that was just started."""
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._requests, self._answers = process.stdin, process.stdout
        self._worn = False

    @classmethod
    async def start(cls, memory_bytes: int) -> "Child":
        """Return a new process with so much address space."""
        # Its errors may quote the file, so nobody hears them. It must not write compiled files.
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-B", "-m", "files.press.child", str(memory_bytes)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            cwd=_ROOT,
            env=_ENVIRONMENT,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def is_spent(self) -> bool:
        """Whether it ended by itself, or should end, as much of its memory is used up."""
        gone = self._process.returncode is not None or self._answers.at_eof()
        return gone or self._worn

    async def ask(self, request: Frame) -> Frame:
        """Return its answer; Unreadable if it refuses the file, PressFailed if it ended."""
        try:
            self._requests.writelines((frames.packed(request), request.content))
            await self._requests.drain()
            answer = await self._answer()
        except (EOFError, OSError, ValueError) as error:
            self._fail(type(error).__name__)
        self._worn = answer.facts["worn"]
        if "unreadable" in answer.facts:
            raise Unreadable(answer.facts["unreadable"])
        if "failed" in answer.facts:
            self._fail(answer.facts["failed"])
        return answer

    def kill(self) -> None:
        """Kill it; whoever waits for its answer hears that it died."""
        if self._process.returncode is None:
            self._process.kill()

    async def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self.kill()
        self._requests.close()
        while await self._answers.read(frames.LENGTHS.size * 1024):
            pass  # what it still said: an unread pipe would not be closed
        await self._process.wait()

    async def _answer(self) -> Frame:
        prefix = await self._answers.readexactly(frames.LENGTHS.size)
        facts_bytes, content_bytes = frames.lengths(prefix)
        facts = orjson.loads(await self._answers.readexactly(facts_bytes))
        return Frame(facts, await self._answers.readexactly(content_bytes))

    def _fail(self, error: str) -> NoReturn:
        _log.warning("the press failed at a file", error=error)
        raise PressFailed("died")

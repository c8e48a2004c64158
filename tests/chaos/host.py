"""A server as a real process, with a port and a log of its own."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import psutil

from tests import processes
from tests.app.test_cli import environment

START_SECONDS = 90.0
STOP_SECONDS = 10.0
HELPERS = "resource_tracker"


async def within(seconds: float, true: Callable[[], bool], what: str) -> None:
    """Wait for a state that has no event; it is looked at in a thread."""
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(true):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.05)


class Host:
    """One `python -m app serve` on a port of its own; `up` says whether it is meant to run."""

    def __init__(
        self, folder: Path, name: str, variables: dict[str, str], workers: int = 1
    ) -> None:
        self.name = name
        self.port = processes.free_port()
        self.log = folder / f"{name}.log"
        self.workers = workers
        self.up = False
        self._folder = folder
        self._variables = variables
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def http(self) -> str:
        """Where queries and mutations go."""
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def ws(self) -> str:
        """Where live boards are."""
        return f"ws://127.0.0.1:{self.port}/graphql"

    @property
    def pid(self) -> int:
        """The process that was started last."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it; `ready` waits until it serves."""
        words = ["serve", "--port", str(self.port), "--workers", str(self.workers)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "app", *words],
                cwd=self._folder,
                env=environment(**self._variables),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def ready(self) -> None:
        """Wait until it says that it can serve."""
        await within(START_SECONDS, self._says_ready, f"{self.name} is ready")
        self.up = True

    def _says_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"{self.name} ended:\n{self.told()[-3000:]}"
        try:
            return self.get("/readyz").status_code == 200
        except httpx2.TransportError:
            return False

    def get(self, path: str) -> httpx2.Response:
        """Ask for one of its plain pages."""
        return httpx2.get(f"http://127.0.0.1:{self.port}{path}", timeout=3, trust_env=False)

    def told(self) -> str:
        """Return its whole log."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """Kill it at once, its workers too."""
        self.up = False
        processes.kill(self.pid)
        assert self._process is not None
        self._process.wait(STOP_SECONDS)

    def kill_one_worker(self) -> None:
        """Kill one worker, which its supervisor replaces; the only one is killed and started."""
        if self.workers == 1:
            self.kill()
            self.start()
            return
        os.kill(self.worker_pids()[0], signal.SIGKILL)

    def worker_pids(self) -> list[int]:
        """Return the processes that serve."""
        if self.workers == 1:
            return [self.pid]
        children = psutil.Process(self.pid).children()
        return [one.pid for one in children if HELPERS not in " ".join(one.cmdline())]

    def peers(self) -> set[int]:
        """Return the ports of the clients that it is connected to."""
        open_ones = [
            one for pid in self.worker_pids() for one in psutil.Process(pid).net_connections()
        ]
        return {one.raddr.port for one in open_ones if one.status == psutil.CONN_ESTABLISHED}

    async def stop(self) -> float:
        """Stop it as an administrator does; return how many seconds it took."""
        self.up = False
        assert self._process is not None
        began = time.monotonic()
        self._process.terminate()
        code = await asyncio.to_thread(self._process.wait, 3 * STOP_SECONDS)
        assert code in (0, -signal.SIGTERM), f"{self.name} ended with {code}"
        return time.monotonic() - began

    def end(self) -> None:
        """Leave nothing of it behind, whatever was done to it."""
        if self._process is not None and self._process.poll() is None:
            processes.thaw(self.pid)
            processes.kill(self.pid)
            self._process.wait(STOP_SECONDS)

    def freeze(self) -> None:
        """Let it answer nothing (SIGSTOP)."""
        processes.freeze(self.pid)

    def thaw(self) -> None:
        """Let it go on (SIGCONT)."""
        processes.thaw(self.pid)

    def limit_files(self, size: int | None) -> None:
        """Let no file grow beyond `size` bytes, as on a full disk; None: let them grow again."""
        soft = resource.RLIM_INFINITY if size is None else size
        for pid in self.worker_pids():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, resource.RLIM_INFINITY))

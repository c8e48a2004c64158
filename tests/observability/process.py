"""The program in a process of its own, with its real standard error."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.docs.pages import ROOT

PATIENCE = 30.0
SECRET = "a secret of observability, 32 bytes."


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def environment(**variables: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "SECRET_KEY": SECRET, **variables}


@dataclass
class Process:
    """A server that runs, and what it wrote."""

    http: str
    ws: str
    file: Path
    running: subprocess.Popen[bytes]

    @property
    def text(self) -> str:
        return self.file.read_text(encoding="utf-8")

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What was logged: every line is JSON."""
        return [json.loads(line) for line in self.text.splitlines()]

    def events(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == name]

    def get(self, path: str) -> str:
        with urllib.request.urlopen(
            self.http.removesuffix("/graphql") + path, timeout=PATIENCE
        ) as answer:
            told: bytes = answer.read()
            return told.decode()

    def stop(self) -> None:
        self.running.send_signal(signal.SIGTERM)
        assert self.running.wait(PATIENCE) in (0, -signal.SIGTERM)


@contextmanager
def serving(folder: Path, url: str, *words: str, **variables: str) -> Iterator[Process]:
    """Serve a database; standard error goes to a file, which the caller reads."""
    port = free_port()
    file = folder / "stderr.txt"
    command = [sys.executable, "-X", "dev", "-m", "app", "serve", "--port", str(port), *words]
    with file.open("wb") as errors:
        running = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(DATABASE_URL=url, **variables),
            stdout=errors,
            stderr=errors,
        )
    address = f"127.0.0.1:{port}/graphql"
    process = Process(f"http://{address}", f"ws://{address}", file, running)
    try:
        _wait(process)
        yield process
    finally:
        if running.poll() is None:
            process.stop()


def _wait(process: Process) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.running.poll() is None and time.monotonic() < deadline:
        if '"serving"' in process.text:
            return
        time.sleep(0.05)
    raise AssertionError(process.text)

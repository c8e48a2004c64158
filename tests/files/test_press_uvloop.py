"""The press works on the event loop of production, and does not outlive the application."""

import subprocess
import sys
import time
from pathlib import Path

import psutil

from tests.processes import lives

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_SECONDS = 20

UVLOOP = """
import asyncio, os, uvloop
from files.formats import FileFormat
from files.press.press import Press
from tests.files.test_press_process import SLOW

async def main():
    press = Press()
    assert (await press.inspect(b"works", FileFormat.TXT)).text == "works"
    task = asyncio.create_task(press.inspect(b"a" * 5_000_000, FileFormat.TXT))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await press.inspect(b"works", FileFormat.TXT)).text == "works"
    {end}

with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(main())
"""


def run_on_uvloop(end: str) -> str:
    """Run a program that ends so, and return what it prints."""
    command = [sys.executable, "-W", "error", "-c", UVLOOP.replace("{end}", end)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def await_end(pid: int) -> None:
    """Wait until a process is gone, or only nobody has asked after it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while psutil.pid_exists(pid) and lives(psutil.Process(pid)):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_it_works_on_uvloop() -> None:
    assert run_on_uvloop("await press.close()") == ""


def test_it_holds_nothing_that_the_application_opened() -> None:
    count = "import psutil; print(psutil.Process(press.pid).num_fds())"
    assert run_on_uvloop(f"{count}; await press.close()") == "4\n"


def test_it_does_not_outlive_the_application() -> None:
    pid = int(run_on_uvloop("print(press.pid, flush=True); os._exit(0)"))
    await_end(pid)


def test_it_does_not_outlive_the_application_by_more_than_its_job() -> None:
    slow = "asyncio.create_task(press.preview(SLOW, FileFormat.PDF, seconds=0.5))"
    end = f"{slow}; await asyncio.sleep(0.2); print(press.pid, flush=True); os._exit(0)"
    await_end(int(run_on_uvloop(end)))

"""Tables for the terminal, and the same tables as `benchmarks/results.md`."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

RESULTS = Path(__file__).with_name("results.md")
_PACKAGES = (
    *("strawberry-graphql", "graphql-core", "starlette", "uvicorn", "uvloop", "sqlalchemy"),
    *("aiosqlite", "asyncpg", "broadcaster", "orjson"),
)


class Report:
    """What was measured, section by section."""

    def __init__(self) -> None:
        """Begin with the machine and the versions."""
        self._parts = [_machine()]

    def section(self, title: str, note: str) -> None:
        """Begin a section."""
        print(f"\n{title}\n{note}", flush=True)
        self._parts.append(f"## {title}\n\n{note}\n")

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Add a table; the first column is text, the others are numbers."""
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        for row in (head, *rows):
            print("  " + "  ".join(_aligned(row, widths)), flush=True)
        lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
        self._parts.append("".join(f"| {' | '.join(line)} |\n" for line in lines))

    def text(self, text: str) -> None:
        """Add text as it is."""
        print(text, flush=True)
        self._parts.append(f"```\n{text}\n```\n")

    def line(self, text: str) -> None:
        """Add one sentence."""
        print(f"  {text}", flush=True)
        self._parts.append(f"{text}\n")

    def save(self) -> None:
        """Write the file."""
        RESULTS.write_text("\n".join(self._parts), encoding="utf-8")
        print(f"\nWritten to benchmarks/{RESULTS.name}")


def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    first, *rest = row
    numbers = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
    return [first.ljust(widths[0]), *numbers]


def _machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        "# Benchmarks\n\n"
        f"Made by `make bench` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC.\n"
        f"Machine: {_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}.\n"
        f"Python {platform.python_version()}, {packages}.\n\n"
        "Compare within one run: ratios travel between machines, milliseconds do not.\n"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())

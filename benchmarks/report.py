"""Tables for the terminal; the same tables, and plots, as `benchmarks/results.md`."""

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
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

    def bars(self, title: str, values: Mapping[str, float]) -> None:
        """Add a plot of one value for each name."""
        self._plot(title, list(values), [f"bar {_listed(values.values())}"])

    def lines(self, title: str, places: Sequence[str], values: Mapping[str, list[float]]) -> None:
        """Add a plot of one line for each name, over the places of its values."""
        named = f"{title}: {' and '.join(values)}"
        self._plot(named, places, [f"line {_listed(one)}" for one in values.values()])

    def _plot(self, title: str, places: Sequence[str], drawn: Sequence[str]) -> None:
        axis = ", ".join(f'"{place}"' for place in places)
        body = "\n".join(f"    {line}" for line in (f'title "{title}"', f"x-axis [{axis}]", *drawn))
        self._parts.append(f"```mermaid\nxychart-beta\n{body}\n```\n")

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


def _listed(values: Iterable[float]) -> str:
    return f"[{', '.join(f'{value:.2f}' for value in values)}]"


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

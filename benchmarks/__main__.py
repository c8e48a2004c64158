"""`python -m benchmarks`: all parts, or those that are named."""

import argparse
import time
from collections.abc import Callable
from functools import partial

from benchmarks import across, audit, board, execution, fanout, files, growth, moves, storm
from benchmarks.places import places
from benchmarks.report import Report

PARTS = (*("board", "execution", "fanout", "growth", "moves", "storm", "across", "audit", "files"),)


def main() -> None:
    """Measure and print; a whole run is also written to benchmarks/results.md, part by part."""
    began = time.monotonic()
    asked = _arguments()
    report = Report()
    measures: dict[str, Callable[..., None]] = {
        "board": board.measure,
        "execution": execution.measure,
        "fanout": fanout.measure,
        "growth": partial(growth.measure, explain=asked.explain),
        "moves": moves.measure,
        "storm": storm.measure,
        "across": across.measure,
        "audit": audit.measure,
        "files": files.measure,
    }
    with places(with_postgres=not asked.sqlite) as found:
        for name in asked.parts or PARTS:
            measures[name](found, report, quick=asked.quick)
            if not (asked.parts or asked.quick or asked.sqlite):
                report.save()
    print(f"\n{time.monotonic() - began:.0f} s in all")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    named = f"some of: {' '.join(PARTS)} (default: all)"
    parser.add_argument("parts", nargs="*", choices=(*PARTS, []), metavar="part", help=named)
    parser.add_argument("--quick", action="store_true", help="short runs, rough figures")
    parser.add_argument("--sqlite", action="store_true", help="without PostgreSQL")
    parser.add_argument("--explain", action="store_true", help="print the query plans of growth")
    return parser.parse_args()


if __name__ == "__main__":
    main()

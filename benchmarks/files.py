"""Files: how fast bytes go in and out, what that costs others, and lists of many documents."""

import asyncio
import time
from collections.abc import Sequence
from threading import Thread
from typing import NamedTuple
from urllib.parse import urlsplit

from benchmarks import papers
from benchmarks.board import board_requests
from benchmarks.load import Load, Rate, elsewhere, hammer
from benchmarks.places import Place, Places
from benchmarks.report import Report
from benchmarks.serving import Served, serving
from benchmarks.transfers import MIB, Sender, get, growth_of, put, written

CARDS = 2_000
_PAGES = 300
_SIZES = (100, 10_000)
_UPLOADS, _PAUSE_SECONDS = 100, 1.0


class _Moved(NamedTuple):
    """Seconds to move a file each way, the server's growth in MiB, and the limits beside it."""

    upload: float
    download: float
    upload_mib: float
    download_mib: float
    raw_upload: float
    plain_upload: float
    raw_download: float
    disk: float


def measure(places: Places, report: Report, *, quick: bool) -> None:
    """Measure on SQLite, which knows of files as PostgreSQL does; lists on both."""
    size = (128 if quick else 1024) * MIB
    place = places.copy("SQLite", CARDS, "files")
    with serving(place) as served:
        sender = Sender(served.port, served.pid, served.token(place.staff.unrestricted[0]))
        _transfers(report, elsewhere(_moved, sender, size), size)
        _pictures(report, sender)
        _crowd(report, place, served, sender, 3.0 if quick else 10.0)
    _lists(places, report, 0.2 if quick else 1.0)


def _transfers(report: Report, found: _Moved, size: int) -> None:
    report.section(
        "Files",
        f"One file of {size // MIB:,} MiB into a local folder and back, over HTTP; MiB/s. Raw: a"
        " Starlette endpoint that only counts, or repeats, bytes. Plain: one that hashes (SHA-256)"
        " and writes what comes, with one fsync. Disk: writing a file, with fsync.",
    )
    mib = size / MIB
    limits = (found.raw_upload, found.plain_upload, found.disk)
    rows = [
        ("upload", mib, found.upload, limits, found.upload_mib),
        ("download", mib, found.download, (found.raw_download,), found.download_mib),
    ]
    head = ("", "ours", "raw", "plain", "disk", "% of raw", "% of plain", "% of disk", "memory MiB")
    report.table(head, [_way(*row) for row in rows])


def _way(
    name: str, mib: float, ours: float, limits: Sequence[float], grown: float
) -> tuple[str, ...]:
    missing = ("-",) * (3 - len(limits))
    rates = [f"{mib / one:,.0f}" for one in (ours, *limits)]
    shares = [f"{100 * one / ours:.0f}" for one in limits]
    return (name, *rates, *missing, *shares, *missing, f"{grown:.1f}")


def _moved(sender: Sender, size: int) -> _Moved:
    """Move a file each way, after a smaller one that wakes everything up."""
    contact = sender.contact()
    _through(sender, contact, 64 * MIB)
    upload, download, up_mib, down_mib = _through(sender, contact, size)
    counted = put(sender.port, "/raw-upload", size)
    plain = put(sender.port, "/plain-upload", size)
    raw = get(sender.port, f"/raw-download?size={size}")
    return _Moved(upload, download, up_mib, down_mib, counted, plain, raw, written(size))


def _through(sender: Sender, contact: str, size: int) -> tuple[float, float, float, float]:
    upload, path = sender.ticket(contact, "film.mp4", "video/mp4", size)
    with growth_of(sender.pid) as up:
        sending = put(sender.port, path, size)
    link = urlsplit(sender.document(contact, upload)["downloadUrl"]).path
    with growth_of(sender.pid) as down:
        fetching = get(sender.port, link)
    return sending, fetching, up.mib, down.mib


def _pictures(report: Report, sender: Sender) -> None:
    """Tell how long the first and the next picture of a long PDF take."""
    content = asyncio.run(papers.many_pages(_PAGES))
    contact = sender.contact()
    upload, path = sender.ticket(contact, "long.pdf", "application/pdf", len(content))
    sender.put_bytes(path, content)
    link = urlsplit(sender.document(contact, upload)["previewUrl"]).path
    first, second, again = (get(sender.port, f"{link}?page={page}") for page in (1, 2, 1))
    report.line(
        f"A picture of a page of a PDF of {_PAGES} pages ({len(content) / MIB:.1f} MiB):"
        f" {1000 * first:.0f} ms, the next page {1000 * second:.0f} ms, kept {1000 * again:.0f} ms."
    )


def _crowd(report: Report, place: Place, served: Served, sender: Sender, seconds: float) -> None:
    """Tell what many senders cost who looks at a board meanwhile."""
    load = Load(served.port, served.pid, board_requests(place, served), seconds, connections=1)
    idle: Rate = elsewhere(hammer, load)
    senders = Thread(target=elsewhere, args=(_send_slowly, sender, seconds + 3))
    senders.start()
    time.sleep(2)
    busy: Rate = elsewhere(hammer, load)
    senders.join()
    report.line(
        f"The board while {_UPLOADS} uploads of 1 MiB a second each arrive: p99"
        f" {busy.p99_ms:.0f} ms, without them {idle.p99_ms:.0f} ms ({busy.p99_ms / idle.p99_ms:.1f}"
        f" times); p50 {busy.p50_ms:.0f} and {idle.p50_ms:.0f} ms."
    )


def _send_slowly(sender: Sender, seconds: float) -> None:
    contact, size = sender.contact(), int(seconds) * MIB
    tickets = [sender.ticket(contact, "film.mp4", "video/mp4", size) for _ in range(_UPLOADS)]
    threads = [
        Thread(target=put, args=(sender.port, path, size, _PAUSE_SECONDS)) for _, path in tickets
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _lists(places: Places, report: Report, seconds: float) -> None:
    for kind in places.kinds:
        place, found, filled = places.copy(kind, CARDS, "papers"), {}, 0
        for size in _SIZES:
            papers.fill(place, filled, size - filled)
            filled = size
            found[size] = papers.list_times(place, seconds)
        rows = [
            (
                name,
                *(f"{found[size][name]:.2f}" for size in _SIZES),
                f"{found[_SIZES[-1]][name] / found[_SIZES[0]][name]:.1f}",
            )
            for name in found[_SIZES[0]]
        ]
        report.table((f"{kind}, ms", *(f"{size:,} documents" for size in _SIZES), "growth"), rows)

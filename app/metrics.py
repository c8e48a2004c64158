"""What is counted at the edge, and how all of it is shown to Prometheus.

No name, text or id of anybody is a label, and every label has few values (P20).
"""

import os
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_TOLD_CLOSES = frozenset((1000, 1001, 1005, 1006, 1008, 1009, 1011, 1012, 1013))
_OUR_CLOSES = range(4400, 4429 + 1)

disable_created_metrics()  # type: ignore[no-untyped-call]
_requests = Counter("l2p_requests_total", "GraphQL operations asked for.", ["transport", "status"])
_errors = Counter("l2p_errors_total", "Top-level GraphQL errors.", ["code"])
_seconds = Histogram(
    "l2p_request_seconds",
    "Until the answer was ready; for subscriptions, until the board was open.",
    ["operation"],
    buckets=REQUEST_SECONDS,
)
sockets = Gauge("l2p_sockets", "Open WebSockets.", multiprocess_mode="livesum")
_closed = Counter("l2p_sockets_closed_total", "WebSockets that ended, by close code.", ["code"])
slow_clients = Counter("l2p_slow_clients_total", "Clients left because they did not read.")
local_budgets = Counter("l2p_local_budgets_total", "Budgets counted here, as Redis was away.")
file_bytes = Counter("l2p_file_bytes_total", "Bytes of files that came or went.", ["operation"])
audit_reads_dropped = Counter("l2p_audit_reads_dropped_total", "Reads that left no audit row.")


def answered(
    transport: str, operation: str, status: int, codes: Iterable[str], seconds: float
) -> None:
    """Count an answer and its errors."""
    _requests.labels(transport, str(status)).inc()
    _seconds.labels(operation).observe(seconds)
    for code in codes:
        _errors.labels(code).inc()


def closed(code: int) -> None:
    """Count the end of a socket; a client may send any code, so few are told apart."""
    told = code in _TOLD_CLOSES or code in _OUR_CLOSES
    _closed.labels(str(code) if told else "other").inc()


def shared_folder() -> Path | None:
    """Return where several workers count together; None in a process of its own."""
    folder = os.environ.get(SHARED_FOLDER)
    return Path(folder) if folder else None


def exposition() -> bytes:
    """Return every metric as text, summed over the workers if there are several."""
    if shared_folder() is None:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)

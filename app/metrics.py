"""What is counted, for Prometheus; no name, text or id of anybody."""

from collections.abc import Iterable

from prometheus_client import Counter, Gauge

_requests = Counter("l2p_http_requests_total", "GraphQL requests over HTTP.", ["status"])
_errors = Counter("l2p_errors_total", "Top-level GraphQL errors.", ["code"])
sockets = Gauge("l2p_sockets", "Open WebSockets.")
streams = Gauge("l2p_streams", "Live boards being sent.")
events_sent = Counter("l2p_events_sent_total", "Live board events sent.")
local_budgets = Counter("l2p_local_budgets_total", "Budgets counted here, as Redis was away.")


def answered(status: int, codes: Iterable[str]) -> None:
    """Count an answer and its errors."""
    _requests.labels(str(status)).inc()
    for code in codes:
        _errors.labels(code).inc()

"""What is counted about live boards, for Prometheus."""

import time
from bisect import bisect_left

from prometheus_client import Counter, Gauge, Histogram

LAG_SECONDS = (0.005, 0.01, 0.015, 0.025, 0.05, 0.06, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 30.0)

streams = Gauge("l2p_streams", "Live boards that are open.", multiprocess_mode="livesum")
snapshots = Counter("l2p_snapshots_total", "Whole boards sent, by reason.", ["reason"])
failures = Counter("l2p_relay_failures_total", "Rounds of the relay that could not be done.")
behind = Gauge(
    "l2p_relay_lag_events",
    "Events of the log that the slowest live board has not been told yet.",
    multiprocess_mode="livemax",
)
_events = Counter("l2p_events_sent_total", "Live board events handed to their transport.")
_lag = Histogram(
    "l2p_commit_to_socket_seconds",
    "From a change's time to the moment its event was handed to the transport.",
    buckets=LAG_SECONDS,
)
wake_connected = Gauge(
    "l2p_wake_connected", "1 while wake-ups arrive, 0 while we poll.", multiprocess_mode="livemin"
)
wake_reconnects = Counter("l2p_wake_reconnects_total", "Times the wake-up call came back.")


class Sent:
    """Counts what is sent, in memory; `flush` moves it to Prometheus.

    Every event to every reader passes here. Prometheus's own histogram costs as much as all the
    rest of that path's counting (locks; in a shared file, when there are several workers).
    """

    def __init__(self) -> None:
        """Begin with nothing sent."""
        self._plain = 0
        self._counts = [0] * (len(LAG_SECONDS) + 1)
        self._seconds = 0.0

    def events(self, count: int, changed_at: float | None) -> None:
        """Count events; `changed_at` is when their newest change was made, in epoch seconds."""
        if changed_at is None:
            self._plain += count
            return
        seconds = time.time() - changed_at
        self._counts[bisect_left(LAG_SECONDS, seconds)] += count
        self._seconds += count * seconds

    def flush(self) -> None:
        """Show what was counted since the last time."""
        counts, seconds, plain = self._counts, self._seconds, self._plain
        self.__init__()  # type: ignore[misc]
        _events.inc(plain + sum(counts))
        _lag._sum.inc(seconds)
        for bucket, count in zip(_lag._buckets, counts, strict=True):
            bucket.inc(count)


sent = Sent()

"""What is counted about the event log, for Prometheus."""

from prometheus_client import Gauge

kept = Gauge(
    "l2p_outbox_events", "Events that the log keeps, of all practices.", multiprocess_mode="livemax"
)

"""What is counted about the database, for Prometheus."""

from prometheus_client import Counter, Gauge

retries = Counter(
    "l2p_transaction_retries_total", "Transactions run again because they lost a race."
)
failures = Counter(
    "l2p_database_failures_total", "Work the database could not do: it was away.", ["work"]
)
reachable = Gauge(
    "l2p_database_up", "1 while the database does this work.", ["work"], multiprocess_mode="livemin"
)
connections = Gauge(
    "l2p_pool_connections", "Connections the pool may hold.", multiprocess_mode="livesum"
)
connections_used = Gauge(
    "l2p_pool_connections_used", "Connections in use.", multiprocess_mode="livesum"
)
connections_awaited = Gauge(
    "l2p_pool_waiting", "Transactions that wait for a connection.", multiprocess_mode="livesum"
)
writes_waiting = Gauge(
    "l2p_writes_waiting", "Writes that wait for their turn.", multiprocess_mode="livesum"
)

"""The metrics of this process, as Prometheus would read them."""

from prometheus_client import REGISTRY


def value(name: str, **labels: str) -> float:
    """Return a sample's value; 0 where nothing was counted yet."""
    return REGISTRY.get_sample_value(name, labels) or 0.0

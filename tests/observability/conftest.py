"""Tests of what is told hear all of it."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def hearing_everything() -> Iterator[None]:
    """Let every level pass; afterwards it is as it was before."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("debug"))
    yield
    structlog.configure(**before)

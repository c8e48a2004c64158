"""Plans that fail are a defect: the answer is right, but slow."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict


@pytest.fixture
def plan_failures() -> Iterator[list[EventDict]]:
    """Yield what is logged, and see that no failure of a plan is left in it."""
    with capture_logs() as logs:
        yield logs
        assert [one for one in logs if one["event"] == "plan failed"] == []

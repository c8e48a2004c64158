"""What must hold whatever a stranger sends: no traceback, and little work."""

import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from structlog.testing import capture_logs

MOST_CPU_SECONDS = 0.1  # P19; here the client's own work counts too
TRIES = 3
Answer = TypeVar("Answer")


@contextmanager
def logged_errors(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """Yield a list that holds, in the end, what was logged as an error or with a traceback."""
    wrong: list[str] = []
    caplog.clear()
    with caplog.at_level(logging.INFO), capture_logs() as own:
        yield wrong
    records = (one for one in caplog.records if one.exc_info or one.levelno >= logging.ERROR)
    wrong += [f"{one.name}: {one.getMessage()} {one.exc_info}" for one in records]
    wrong += [str(one) for one in own if one["log_level"] in ("error", "critical")]


@contextmanager
def no_traceback(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail if anything inside logs an error or a traceback, whoever logs it."""
    with logged_errors(caplog) as wrong:
        yield
    assert wrong == []


async def cheaply(
    act: Callable[[], Awaitable[Answer]], what: str, most: float = MOST_CPU_SECONDS
) -> Answer:
    """Return what `act` returns; fail if each of three times takes the process too much CPU."""
    used = []
    for _ in range(TRIES):
        before = time.process_time()
        answer = await act()
        used.append(time.process_time() - before)
        if used[-1] < most:
            return answer
    pytest.fail(f"{what}: {min(used) * 1000:.0f} ms of CPU")


def codes_in(told: Any) -> set[str]:
    """Return every code in an answer: of top-level errors, and of the errors in payloads."""
    found = set()
    if isinstance(told, dict):
        for error in told.get("errors") or ():
            found.add(error["code"] if "code" in error else error["extensions"]["code"])
        found |= codes_in(list(told.values()))
    elif isinstance(told, list):
        found.update(code for one in told for code in codes_in(one))
    return found

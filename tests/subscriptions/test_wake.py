"""P7, P18: the wake-up call reaches every process, and never fails or delays a change."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from subscriptions.wake import Wake
from subscriptions.wake_bus import CHANNEL, EVERYTHING, MOST_HINTS, QUIET_SECONDS, Hints
from tests.postgres import Postgres
from tests.processes import free_port
from tests.subscriptions.conftest import Bus
from tests.subscriptions.tls import through_tls
from tests.valkey import Valkey

SQLITE = "sqlite+aiosqlite:///practice.db"


class Ears:
    """The wake-up call of one process, and what it heard."""

    def __init__(self, url: str, database_url: str = SQLITE) -> None:
        self.wake = Wake(url, database_url)
        self.heard: list[UUID | None] = []
        self._more = asyncio.Event()

    def take(self, key: UUID | None) -> None:
        self.heard.append(key)
        self._more.set()

    async def until(self, true: Callable[[], bool], seconds: float = 5) -> None:
        async with asyncio.timeout(seconds):
            while not true():
                self._more.clear()
                await self._more.wait()

    async def hears(self, key: UUID | None, seconds: float = 5) -> None:
        await self.until(lambda: key in self.heard, seconds)


@asynccontextmanager
async def listening(*urls: str, database_url: str = SQLITE) -> AsyncIterator[list[Ears]]:
    """Yield one process for each address, which has heard that it must look at everything."""
    every = [Ears(url, database_url) for url in urls]
    for one in every:
        await one.wake.start(one.take)
    try:
        for one in every:
            await one.hears(None)
            one.heard.clear()
        yield every
    finally:
        for one in every:
            await one.wake.close()


async def test_a_call_reaches_other_processes_once_and_its_own_at_once(bus: Bus) -> None:
    keys = [uuid4(), uuid4()]
    async with listening(bus.url, bus.url, bus.url) as (mine, *others):
        for key in keys:
            await mine.wake.announce(key)
        assert mine.heard == keys
        for one in others:
            await one.hears(keys[1])
            assert sorted(one.heard, key=str) == sorted(keys, key=str)
        await others[0].wake.announce(keys[0])
        await mine.until(lambda: len(mine.heard) == 3)
        assert mine.heard == [*keys, keys[0]], "one's own call does not come back"
        assert [one.wake.state for one in (mine, *others)] == ["ok"] * 3


async def test_300_announcements_at_once_all_arrive(bus: Bus) -> None:
    keys = {uuid4() for _ in range(300)}
    async with listening(bus.url, bus.url) as (mine, other):
        await asyncio.gather(*(mine.wake.announce(key) for key in keys))
        await other.until(lambda: keys <= set(other.heard))
        assert len(other.heard) == len(keys)
        assert mine.wake.state == other.wake.state == "ok"


async def test_a_call_right_before_the_end_is_still_told(bus: Bus) -> None:
    key = uuid4()
    async with listening(bus.url) as (other,):
        async with listening(bus.url) as (mine,):
            await mine.wake.announce(key)
        await other.hears(key, seconds=1)


async def test_it_ends_whatever_it_is_just_doing(bus: Bus) -> None:
    """Around the moment when the bus is asked whether it is there, a cancellation may get lost."""

    async def live(seconds: float) -> None:
        async with listening(bus.url):
            await asyncio.sleep(seconds)

    around = [QUIET_SECONDS - 0.01 + 0.0005 * number for number in range(40)]
    async with asyncio.timeout(10):
        await asyncio.gather(*(live(seconds) for seconds in around))


async def tell_as_a_stranger(bus: Bus, *messages: str) -> None:
    if bus.url.startswith("redis"):
        async with Redis.from_url(bus.url, protocol=2) as client:
            for message in messages:
                await client.publish(CHANNEL, message)
        return
    connection = await asyncpg.connect(bus.url)
    for message in messages:
        await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, message)
    await connection.close()


async def test_what_strangers_say_is_not_heard(bus: Bus) -> None:
    key = uuid4()
    async with listening(bus.url) as (ears,):
        await tell_as_a_stranger(bus, "", "hello", "x" * 7000, f"{key.hex}1 me", f"{key.hex} me")
        await ears.hears(key)
        assert ears.heard == [key]
        assert ears.wake.state == "ok"


async def test_rediss_is_redis_over_tls(valkey: Valkey) -> None:
    key = uuid4()
    async with through_tls(valkey.port) as (port, authority):
        url = f"rediss://127.0.0.1:{port}?ssl_ca_certs={authority}"
        async with listening(url, valkey.url) as (secret, plain):
            await secret.wake.announce(key)
            await plain.hears(key)
            await plain.wake.announce(second := uuid4())
            await secret.hears(second)
        untrusted = Ears(f"rediss://127.0.0.1:{port}")
        await untrusted.wake.start(untrusted.take)
        assert untrusted.wake.state == "degraded"
        await untrusted.wake.close()


async def test_postgres_without_an_address_is_the_server_of_the_data(postgres: Postgres) -> None:
    key, data = uuid4(), postgres.url("postgres")
    async with listening("postgres://", "postgresql://", database_url=data) as (one, two):
        await one.wake.announce(key)
        await two.hears(key)


@pytest.mark.parametrize(
    ("url", "database_url"),
    [
        ("postgres://", SQLITE),
        ("sqlite://", "postgresql+asyncpg://me@127.0.0.1/x"),
        ("sqlite://", "sqlite+aiosqlite://"),
        ("sqlite://", "sqlite+aiosqlite:///:memory:"),
        ("redis://me:hidden@127.0.0.1:hidden", SQLITE),
    ],
)
def test_what_does_not_go_together_is_refused(url: str, database_url: str) -> None:
    with pytest.raises(ValueError, match=r"needs|no address") as refused:
        Wake(url, database_url)
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["redis", "postgres"])
async def test_a_bus_that_was_never_there_stops_nobody(scheme: str) -> None:
    ears, key = Ears(f"{scheme}://me:hidden@127.0.0.1:{free_port()}/1"), uuid4()
    with capture_logs() as logs:
        await ears.wake.start(ears.take)
        began = time.monotonic()
        for _ in range(100):
            await ears.wake.announce(key)
        assert time.monotonic() - began < 0.1
        assert ears.heard == [key] * 100
        await asyncio.sleep(0.3)  # several tries
        assert ears.wake.state == "degraded"
        await ears.wake.close()
    assert [one["event"] for one in logs] == ["wake-ups are down"]
    assert (
        logs[0]["error"]
        == {"redis": "ConnectionError", "postgres": "ConnectionRefusedError"}[scheme]
    )
    assert "hidden" not in str(logs)
    assert key.hex not in str(logs)


async def test_memory_calls_this_process_only() -> None:
    ears, key = Ears("memory://"), uuid4()
    await ears.wake.announce(key)
    await ears.wake.start(ears.take)
    await ears.wake.announce(key)
    assert ears.heard == [key]
    assert ears.wake.state == "ok"
    await ears.wake.close()
    await ears.wake.announce(key)
    assert ears.heard == [key]


async def test_hints_are_bounded_and_become_everything() -> None:
    hints, keys = Hints(), [uuid4().hex for _ in range(MOST_HINTS)]
    for key in (*keys, *keys):
        hints.add(key)
    assert await hints.take() == keys
    for key in (*keys, uuid4().hex, uuid4().hex):
        hints.add(key)
    assert await hints.take() == [EVERYTHING]
    hints.add(keys[0])
    hints.add(EVERYTHING)
    hints.add(keys[1])
    assert await hints.take() == [EVERYTHING]
    assert len(hints) == 0

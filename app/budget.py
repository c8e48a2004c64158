"""Budgets: how many records an actor may ask for within a minute (ADR-0014).

They are counted in this process, or in Redis for all processes where WAKE_URL names one. A Redis
that is away or slow holds nobody up: each process counts by itself, and asks again a little later.
"""

import asyncio
import time
from math import ceil
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from typing_extensions import override

from app import metrics
from resolvers.problems import RateLimited

MINUTE = 60
_PATIENCE_SECONDS = 0.1
_REST_SECONDS = 2.0
_CONNECTIONS = 8
_REDIS = ("redis", "rediss")
_log = structlog.get_logger(__name__)


class Spent(NamedTuple):
    """What is left of an actor's budget, and when all of it is there again."""

    limit: int
    remaining: int
    reset_seconds: int


class Window(NamedTuple):
    """What was spent in the last minute and in this one, and for how long either still counts.

    What was spent in the last minute counts for less and less until `previous_left` seconds are
    over; this minute's spending counts whole until it is the last minute's.
    """

    previous: int
    previous_left: float
    current: int
    current_left: float

    def used(self) -> int:
        """Return how much counts as spent now."""
        return int(self.previous * self.previous_left / MINUTE) + self.current

    def reset_seconds(self) -> int:
        """Return after how many seconds nothing counts as spent."""
        return ceil(self.current_left if self.current else self.previous_left)

    def wait_seconds(self, free: int) -> int:
        """Return after how many seconds no more than `free` counts as spent."""
        if self.current <= free and self.previous:
            wait = self.previous_left - (free - self.current) * MINUTE / self.previous
        elif self.current:
            wait = self.current_left - max(0, free) * MINUTE / self.current
        else:
            wait = 0.0
        return max(1, ceil(wait))


class _Memory(MemoryStorage):
    """Counters of this process; swept once a minute, where the library sweeps at every request."""

    def __init__(self) -> None:
        """Begin without counters."""
        super().__init__()
        self._sweep_at = 0.0

    @override
    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Return a counter after it grew; a new one is kept for `expiry` seconds."""
        now = time.time()
        if now >= self._sweep_at:
            self._sweep_at = now + MINUTE
            for old in [one for one, until in self.expirations.items() if until <= now]:
                await self.clear(old)
        self.expirations.setdefault(key, now + expiry)
        self.storage[key] += amount
        return self.storage[key]


_Counters = MemoryStorage | RedisStorage


class Budget:
    """The budgets of all actors: `per_minute` records each."""

    def __init__(self, wake_url: str, per_minute: int) -> None:
        """Count where processes that share `wake_url` can see it."""
        self._item = RateLimitItemPerMinute(per_minute, namespace="cost")
        self._local = _Memory()
        self._pool = _pool(wake_url)
        self._redis = _counters(wake_url, self._pool) if self._pool else None
        self._again_at = 0.0
        self._away = False

    async def spend(self, user_id: UUID, cost: int) -> Spent:
        """Take `cost` off an actor's budget; RateLimited, and nothing taken, if less is left."""
        limit = self._item.amount
        taken, window = await self._taken(user_id.hex, cost)
        if not taken:
            wait = window.wait_seconds(limit - cost)
            raise RateLimited(
                f"At most {limit} records may be asked for within a minute. Try again in {wait} s.",
                retry_after=wait,
            )
        return Spent(limit, max(0, limit - window.used()), window.reset_seconds())

    async def close(self) -> None:
        """Let go of Redis."""
        if self._pool is not None:
            await self._pool.aclose()

    async def _taken(self, key: str, cost: int) -> tuple[bool, Window]:
        """Return whether so much was left and is taken now, and what is spent."""
        if self._redis is None:
            return await self._take(self._local, key, cost)
        if not self._resting():
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    found = await self._take(self._redis, key, cost)
            except (RedisError, OSError) as error:
                self._rest(error)
            else:
                self._back()
                return found
        metrics.local_budgets.inc()
        return await self._take(self._local, key, cost)

    async def _take(self, storage: _Counters, key: str, cost: int) -> tuple[bool, Window]:
        taken = await SlidingWindowCounterRateLimiter(storage).hit(self._item, key, cost=cost)
        return taken, Window(*await storage.get_sliding_window(self._item.key_for(key), MINUTE))

    def _resting(self) -> bool:
        """Return whether Redis is away and not to be asked; from time to time one request asks."""
        if not self._away:
            return False
        now = time.monotonic()
        if now < self._again_at:
            return True
        self._again_at = now + _REST_SECONDS
        return False

    def _rest(self, error: Exception) -> None:
        """Ask Redis again a little later; say once an outage that it is away."""
        self._again_at = time.monotonic() + _REST_SECONDS
        if not self._away:
            self._away = True
            _log.warning("budgets are counted here: no Redis", error=type(error).__name__)

    def _back(self) -> None:
        if self._away:
            self._away = False
            _log.info("budgets are counted in Redis again")


def told(cost: int, most: int, per_minute: int) -> dict[str, Any]:
    """Return what `extensions` of an answer tell: the same whatever the answer is (P9)."""
    return {"cost": {"requested": cost, "limit": most, "perMinute": per_minute}}


def headers(spent: Spent) -> dict[str, str]:
    """Return the headers of an answer, in the form of the IETF's draft."""
    return {
        "RateLimit-Policy": f'"cost";q={spent.limit};w={MINUTE}',
        "RateLimit": f'"cost";r={spent.remaining};t={spent.reset_seconds}',
    }


def empty(seconds: int) -> dict[str, str]:
    """Return the headers of a refusal: nothing is left, and enough in so many seconds."""
    return {"Retry-After": str(seconds), "RateLimit": f'"cost";r=0;t={seconds}'}


def _pool(wake_url: str) -> BlockingConnectionPool | None:
    """Return few connections to Redis; None where the wake-up call is another."""
    if wake_url.partition("://")[0] not in _REDIS:
        return None
    return BlockingConnectionPool.from_url(
        wake_url,
        max_connections=_CONNECTIONS,
        timeout=_PATIENCE_SECONDS,
        socket_timeout=_PATIENCE_SECONDS,
        socket_connect_timeout=_PATIENCE_SECONDS,
        protocol=2,
        retry=Retry(NoBackoff(), 1),  # at once: a kept connection may have been closed meanwhile
    )


def _counters(wake_url: str, pool: BlockingConnectionPool) -> RedisStorage:
    """Return the counters in Redis."""
    made: Any = RedisStorage  # its options are declared as plain values
    storage: RedisStorage = made(
        f"async+{wake_url}", implementation="redispy", key_prefix="l2p", connection_pool=pool
    )
    return storage

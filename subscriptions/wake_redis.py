"""Waking other processes through Redis, or what speaks its protocol."""

import asyncio
from contextlib import suppress

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from typing_extensions import override

from subscriptions.wake_bus import (
    ANSWER_SECONDS,
    CHANNEL,
    CLOSE_SECONDS,
    CONNECT_SECONDS,
    QUIET_SECONDS,
    Bus,
)


class RedisWake(Bus):
    """One channel of Redis; nothing is kept there."""

    def __init__(self, url: str) -> None:
        """Take `redis://...` or `rediss://...`; ValueError for what Redis cannot read."""
        super().__init__("redis")
        self._url = url
        try:
            self._teller = self._client()
        except ValueError:  # its text holds a part of the address, perhaps of a password
            raise ValueError("this is no address of Redis") from None

    def _client(self) -> Redis:
        """Return a client that tries once: trying again is our own affair."""
        return Redis.from_url(
            self._url,
            protocol=2,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=None,  # with one, redis-py may swallow a cancellation (wait_for)
            retry=Retry(NoBackoff(), 0),
        )

    @override
    async def _listen(self) -> None:
        client = self._client()
        channel = client.pubsub()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await channel.subscribe(CHANNEL)
                await channel.get_message(timeout=None)  # that it is subscribed
            self._listening()
            await self._follow(channel)
        finally:
            await _close(client, channel)

    async def _follow(self, channel: PubSub) -> None:
        """Take messages; one who says nothing is asked, and must answer."""
        asked = False
        while True:
            wait = ANSWER_SECONDS if asked else QUIET_SECONDS
            message = await channel.get_message(timeout=wait)
            if message is not None:
                asked = False
                if message["type"] == "message":
                    self._hear(message["data"].decode(errors="replace"))
            elif asked:
                raise TimeoutError("Redis does not answer")
            else:
                asked = True
                await channel.ping()

    @override
    async def _send(self, messages: list[str]) -> None:
        batch = self._teller.pipeline(transaction=False)
        for message in messages:
            batch.publish(CHANNEL, message)
        await batch.execute()

    @override
    async def _hang_up(self) -> None:
        lost, self._teller = self._teller, self._client()
        await _close(lost)


async def _close(*opened: Redis | PubSub) -> None:
    for one in reversed(opened):
        with suppress(Exception):
            async with asyncio.timeout(CLOSE_SECONDS):
                await one.aclose()

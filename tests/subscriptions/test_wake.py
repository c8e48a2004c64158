"""P18: the wake-up call may be lost; it never fails the change that was made."""

import asyncio
from uuid import UUID, uuid4

from structlog.testing import capture_logs

from subscriptions.wake import Wake


async def test_a_call_reaches_the_listener_with_its_practice() -> None:
    heard: asyncio.Queue[UUID] = asyncio.Queue()
    wake, keys = Wake("memory://"), [uuid4(), uuid4()]
    await wake.start(heard.put_nowait)
    async with asyncio.timeout(5):
        for key in keys:
            await wake.announce(key)
        assert [await heard.get(), await heard.get()] == keys
        await wake.close()


async def test_announcing_never_raises() -> None:
    wake, key = Wake("memory://"), uuid4()
    with capture_logs() as before:
        async with asyncio.timeout(5):
            await wake.announce(key)
    await wake.start(lambda _: None)
    await wake.close()
    with capture_logs() as after:
        async with asyncio.timeout(5):
            await wake.announce(key)
    for logs in (before, after):
        assert all(one["event"] == "wake-up not sent" for one in logs)
        assert key.hex not in str(logs)

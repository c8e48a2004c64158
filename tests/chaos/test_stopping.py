"""P17: a server that is asked to stop is gone in time, whoever does not listen."""

import asyncio
from pathlib import Path

from tests.chaos.faults import stalled_reader
from tests.chaos.fleet import running_fleet
from tests.chaos.stubborn import open_practice
from tests.model.documents import LIVE
from tests.scenarios.spa import Spa

GONE_SECONDS = 10.0
GOING_AWAY = 1012


async def sse(spa: Spa, opened: asyncio.Event) -> str:
    """Read a live board as server-sent events to its end; return what was said last."""
    asked = {"query": LIVE, "variables": {"pipeline": spa.pipeline, "first": 20}}
    said = ""
    async with spa.http.stream(
        "POST",
        spa.ada.server.http,
        json=asked,
        headers={"Authorization": f"Bearer {spa.ada.token}", "Accept": "text/event-stream"},
    ) as response:
        assert response.status_code == 200
        async for line in response.aiter_lines():
            said = line or said
            opened.set()
    return said


async def test_p17_sigterm_with_a_stalled_reader_and_an_event_stream(
    kind: str, tmp_path: Path
) -> None:
    async with (
        running_fleet(kind, tmp_path, workers=(1,)) as fleet,
        open_practice(fleet) as spa,
    ):
        host, opened = fleet.hosts[0], asyncio.Event()
        _, card = await spa.pair("Nora " + "x" * 80)
        board = await spa.watch(spa.ada)
        stalled = await stalled_reader(host, spa.ada, spa.pipeline)
        stream = asyncio.create_task(sse(spa, opened))
        await asyncio.wait_for(opened.wait(), 10)
        for stage in ["Booked", "Cold", "Lead"] * 5:
            await spa.move(card, stage)
        assert await host.stop() < GONE_SECONDS
        assert await board.closed() == GOING_AWAY
        assert "complete" not in await asyncio.wait_for(stream, 5)
        stalled.transport.abort()

        host.start()
        await host.ready()
        await board.resume()
        await spa.move(card, "Patient")
        await board.until(
            lambda: board.fold.cards()[card]["stage"]["id"] == spa.stages["Patient"], "the move"
        )

"""P18: the bus is killed, cut and frozen; wake-ups flow again afterwards, boards never stop."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from structlog.testing import capture_logs

from tests.client import Client, LiveBoard
from tests.postgres import Postgres
from tests.scenarios.spa import Spa, open_spa
from tests.server import Server, running_server
from tests.subscriptions.conftest import Bus
from tests.subscriptions.test_wake import Ears, listening

NOTICED_SECONDS = 2.0
BACK_SECONDS = 2.0
PROMPT_SECONDS = 0.5
POLLED_SECONDS = 2.0


async def within(seconds: float, true: Callable[[], bool], what: str) -> None:
    try:
        async with asyncio.timeout(seconds):
            while not true():  # noqa: ASYNC110 - a state has no event
                await asyncio.sleep(0.01)
    except TimeoutError:
        pytest.fail(f"not within {seconds} s: {what}")


@contextmanager
def one_outage_is_logged(*errors: str) -> Iterator[None]:
    """Assert that each of two processes tells the outage once and its end once."""
    with capture_logs() as logs:
        yield
    told = [one["event"] for one in logs]
    assert sorted(told) == ["wake-ups are back"] * 2 + ["wake-ups are down"] * 2, logs
    assert {one["error"] for one in logs if "error" in one} <= set(errors)


async def both(mine: Ears, other: Ears, state: str, seconds: float) -> None:
    """Wait until both processes are in a state."""
    await within(seconds, lambda: mine.wake.state == other.wake.state == state, state)


async def flows(mine: Ears, other: Ears) -> None:
    """Assert that calls arrive in both directions, and that everything was looked at before."""
    for ears in (mine, other):
        await ears.hears(None)
    for teller, hearer in ((mine, other), (other, mine)):
        hearer.heard.clear()
        await teller.wake.announce(key := uuid4())
        await hearer.hears(key, seconds=0.5)


async def test_killed_and_started_again(bus: Bus) -> None:
    async with listening(bus.url, bus.url) as (mine, other):
        with one_outage_is_logged("ConnectionError", "ConnectionResetError"):
            await asyncio.to_thread(bus.server.kill)
            await both(mine, other, "degraded", NOTICED_SECONDS)
            await mine.wake.announce(uuid4())
            await asyncio.sleep(0.3)
            await asyncio.to_thread(bus.server.start)
            await both(mine, other, "ok", BACK_SECONDS)
        await flows(mine, other)


async def test_frozen_and_thawed(bus: Bus) -> None:
    async with listening(bus.url, bus.url) as (mine, other):
        with one_outage_is_logged("TimeoutError"):
            bus.server.freeze()
            try:
                await both(mine, other, "degraded", NOTICED_SECONDS)
                began = time.monotonic()
                await mine.wake.announce(uuid4())
                assert time.monotonic() - began < 0.05
            finally:
                bus.server.thaw()
            await both(mine, other, "ok", BACK_SECONDS)
        await flows(mine, other)


async def test_frozen_it_does_not_hold_up_the_end(bus: Bus) -> None:
    async with listening(bus.url) as (ears,):
        bus.server.freeze()
        try:
            await ears.wake.announce(uuid4())
            began = time.monotonic()
            await ears.wake.close()
            assert time.monotonic() - began < 2
        finally:
            bus.server.thaw()


async def test_connections_that_an_administrator_ends(postgres_bus: Postgres) -> None:
    url = postgres_bus.url("postgres").replace("+asyncpg", "")
    async with listening(url, url) as (mine, other):
        with one_outage_is_logged("ConnectionResetError"):
            admin = await asyncpg.connect(url)
            ended = await admin.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE application_name = 'lead2patient wake'"
            )
            assert ended == 2
            await admin.close()
            await both(mine, other, "degraded", NOTICED_SECONDS)
            await both(mine, other, "ok", BACK_SECONDS)
        await flows(mine, other)


@asynccontextmanager
async def two_servers(database_url: str, **settings: Any) -> AsyncIterator[tuple[Spa, Server]]:
    """Yield a practice whose changes go to one server, and another server for its boards."""
    async with (
        running_server(database_url, **settings) as one,
        running_server(database_url, **settings) as another,
        open_spa(one, different_owners=True) as spa,
    ):
        yield spa, another


async def board_on(server: Server, spa: Spa) -> LiveBoard:
    return await spa.watch(Client(server, spa.http, spa.ada.token))


async def seen_after(spa: Spa, board: LiveBoard, card: str, stage: str) -> tuple[float, float]:
    """Move a card; return how long the answer took, and the event after it."""
    began = time.monotonic()
    await spa.move(card, stage)
    answered = time.monotonic()
    event = await board.next("CardUpdated")
    assert event["opportunity"]["id"] == card
    return answered - began, time.monotonic() - answered


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_change_reaches_a_board_on_another_server(database_url: str, bus: Bus) -> None:
    async with two_servers(database_url, wake_url=bus.url, poll_seconds=60) as (spa, another):
        _, card = await spa.pair()
        board = await board_on(another, spa)
        for stage in ("Booked", "Cold", "Lead"):
            await seen_after(spa, board, card, stage)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("bus", ["redis"], indirect=True)
async def test_p18_boards_go_on_and_changes_are_answered(database_url: str, bus: Bus) -> None:
    async with two_servers(database_url, wake_url=bus.url) as (spa, another):
        _, card = await spa.pair()
        board = await board_on(another, spa)
        for down, up in (
            (bus.server.kill, bus.server.start),
            (bus.server.freeze, bus.server.thaw),
        ):
            await asyncio.to_thread(down)
            try:
                for stage in ("Booked", "Lead"):
                    answered, polled = await seen_after(spa, board, card, stage)
                    assert answered < PROMPT_SECONDS
                    assert polled < POLLED_SECONDS
            finally:
                await asyncio.to_thread(up)
        relays = [server.desk.services.relay for server in (spa.server, another)]
        await within(
            BACK_SECONDS, lambda: all(one.wake_state == "ok" for one in relays), "wake-ups are back"
        )

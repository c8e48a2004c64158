"""P18: /readyz says what is away, always soon; a probe costs the database next to nothing."""

import asyncio
import time
from typing import Any

import httpx2
import pytest
from sqlalchemy import event

from app import health
from app.shared import FRESH_SECONDS
from subscriptions.relay import Relay
from tests.local import local_client
from tests.observability.proxy import proxied
from tests.server import Server, running_server

ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def get(server: Server, path: str, **headers: str) -> httpx2.Response:
    async with local_client() as client:
        address = server.http.removesuffix("/graphql") + path
        return await client.get(address, headers=headers, timeout=15)


async def readiness(server: Server) -> tuple[int, dict[str, Any]]:
    answer = await get(server, "/readyz")
    return answer.status_code, answer.json()


async def test_it_is_alive_and_ready(server: Server) -> None:
    alive = await get(server, "/healthz")
    assert (alive.status_code, alive.text) == (200, "ok")
    assert await readiness(server) == (200, {"status": "ready"})


async def test_without_wake_ups_it_is_degraded_and_ready(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Relay, "wake_state", "degraded")
    assert await readiness(server) == (200, {"status": "degraded", "wake": "degraded"})
    assert "l2p_wake_connected 0.0" in (await get(server, "/metrics")).text


@ON_POSTGRESQL
async def test_a_database_that_is_away_is_told_and_found_again(database_url: str) -> None:
    async with proxied(database_url) as (proxy, url), running_server(url) as server:
        assert (await readiness(server))[0] == 200
        proxy.cut()
        await asyncio.sleep(FRESH_SECONDS)
        told = await readiness(server)
        assert told == (503, {"status": "not ready", "database": "unreachable"})
        assert (await get(server, "/healthz")).status_code == 200
        proxy.mend()
        await asyncio.sleep(FRESH_SECONDS)
        assert await readiness(server) == (200, {"status": "ready"})


@ON_POSTGRESQL
async def test_a_frozen_database_hangs_no_probe(database_url: str) -> None:
    async with proxied(database_url) as (proxy, url), running_server(url) as server:
        assert (await readiness(server))[0] == 200
        await asyncio.sleep(FRESH_SECONDS)
        proxy.freeze()
        ready, metrics = (server.http.replace("graphql", path) for path in ("readyz", "metrics"))
        async with local_client(timeout=15) as client:
            began = time.monotonic()
            told = await asyncio.gather(*(client.get(ready) for _ in range(20)))
            measured = await client.get(metrics)
            assert time.monotonic() - began < health.PATIENCE + 1.5
        assert {one.status_code for one in told} == {503}
        assert told[0].json() == {"status": "not ready", "database": "silent"}
        assert "l2p_requests_total" in measured.text
        # One probe and one look at the logs wait, however many asked.
        assert server.desk.services.database.engine.pool.checkedout() <= 2  # type: ignore[attr-defined]
        proxy.thaw()
        await asyncio.sleep(0.2)
        assert await readiness(server) == (200, {"status": "ready"})


async def test_a_hundred_probes_ask_the_database_once(server: Server) -> None:
    asked: list[str] = []
    database = server.desk.services.database
    event.listen(
        database.engine.sync_engine, "before_cursor_execute", lambda *told: asked.append(told[2])
    )
    readiness = health.Readiness(database)
    for _ in range(5):
        told = await asyncio.gather(*(readiness.database() for _ in range(20)))
        assert set(told) == {"reached"}
    assert asked.count("SELECT 1") == 1
    await asyncio.sleep(FRESH_SECONDS)
    assert await readiness.database() == "reached"
    assert asked.count("SELECT 1") == 2
    await readiness.close()


async def test_metrics_are_for_this_machine_or_who_has_the_token(database_url: str) -> None:
    token = "a token of tests"
    async with running_server(database_url, metrics_token=token) as server:
        request: Any = _Elsewhere(server.desk)
        assert not health._may_measure(request, server.desk)
        for given, may in ((f"Bearer {token}", True), ("Bearer x", False), ("Bearer ", False)):
            request.headers = {"authorization": given}
            assert health._may_measure(request, server.desk) is may
    async with running_server(database_url) as server:
        request = _Elsewhere(server.desk)
        request.headers = {"authorization": "Bearer "}
        assert not health._may_measure(request, server.desk)


class _Elsewhere:
    """A request from another machine."""

    def __init__(self, _desk: object) -> None:
        self.headers: dict[str, str] = {}
        self.client = type("Client", (), {"host": "192.0.2.1"})

"""What is counted, when, and that every metric is explained."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from app.metrics import closed
from models.database import Database
from subscriptions.metrics import LAG_SECONDS, Sent, sent
from tests.client import Client, LiveBoard
from tests.docs.pages import ROOT, Page
from tests.http.test_privacy import CREATE, person
from tests.http.test_requests import post
from tests.http.test_sockets import code_of_close, opened
from tests.local import local_client
from tests.observability.scraped import value
from tests.observability.test_net import calls
from tests.server import Server

WATCHING = Page(ROOT / "docs/guides/watching.md")
ROOMS = ("app", "schema", "subscriptions", "resolvers", "permissions", "models")
UNITS = ("seconds", "total", "events", "bytes")
PIPELINE = "{ pipelines { id stages { id } } }"


def exported() -> dict[str, str]:
    """Return the name and the kind of each of our metrics."""
    suffix = {"counter": "_total"}
    return {
        one.name + suffix.get(one.type, ""): one.type
        for one in REGISTRY.collect()
        if one.name.startswith("l2p_")
    }


async def scraped(server: Server) -> str:
    async with local_client() as http:
        return (await http.get(server.http.removesuffix("/graphql") + "/metrics")).text


@pytest.fixture
async def client(server: Server) -> AsyncIterator[Client]:
    async with local_client() as http:
        yield Client(server, http, await server.practice("alpha"))


def test_every_metric_is_explained_and_every_explained_one_exists() -> None:
    told = {name for one in WATCHING.code for name in re.findall(r"\bl2p_\w+", one)}
    rows = {
        name for line in WATCHING.text.splitlines() for name in re.findall(r"^\| `(l2p_\w+)", line)
    }
    assert rows == set(exported())
    parts = {f"{name}_{part}" for name in exported() for part in ("bucket", "sum", "count")}
    assert told <= set(exported()) | parts


def test_every_line_is_explained() -> None:
    told = {one.strip("`") for one in WATCHING.first_cells("Logs")}
    assert told == {call.args[-1].value for _, call in calls()}  # type: ignore[attr-defined]


def test_every_metric_of_ours_is_named_as_ours() -> None:
    declared = re.compile(r'(?:Counter|Gauge|Histogram|Summary)\(\s*"(\w+)"')
    files = (path for room in ROOMS for path in Path(ROOT / room).rglob("*.py"))
    found = {name for path in files for name in declared.findall(path.read_text())}
    assert found == set(exported())
    for name, kind in exported().items():
        assert (kind == "counter") == name.endswith("_total")
        assert kind != "histogram" or name.endswith(UNITS)


async def test_labels_have_few_values_and_name_nobody(client: Client) -> None:
    for number in range(30):
        await client.body(f"query N{number} {{ viewer {{ role }} }}")
        await client.body(f"{{ nothing{number} }}")
        closed(3000 + number)
    text = await scraped(client.server)
    ours = [line for line in text.splitlines() if line.startswith("l2p_")]
    known = ("transport", "status", "code", "operation", "reason", "work", "le")
    assert {key for line in ours for key in re.findall(r'(\w+)="', line)} <= set(known)
    assert len(ours) < 200
    assert 'l2p_sockets_closed_total{code="other"}' in text


async def test_requests_and_errors_are_counted(client: Client) -> None:
    ok = {"transport": "http", "status": "200"}
    bad = {"transport": "http", "status": "400"}
    before = value("l2p_requests_total", **ok), value("l2p_requests_total", **bad)
    errors = value("l2p_errors_total", code="BAD_REQUEST")
    queries = value("l2p_request_seconds_count", operation="query")
    await client.ask("{ viewer { role } }")
    await client.refused("{ nothing }")
    assert value("l2p_requests_total", **ok) == before[0] + 1
    assert value("l2p_requests_total", **bad) == before[1] + 1
    assert value("l2p_errors_total", code="BAD_REQUEST") == errors + 1
    assert value("l2p_request_seconds_count", operation="query") == queries + 1


async def test_sockets_and_their_ends_are_counted(server: Server) -> None:
    before = value("l2p_sockets_closed_total", code="4400")
    async with opened(server, await server.practice("alpha")) as socket:
        assert value("l2p_sockets") == 1
        await socket.send("no json")
        assert await code_of_close(socket) == 4400
    assert value("l2p_sockets") == 0
    assert value("l2p_sockets_closed_total", code="4400") == before + 1


async def test_a_change_s_way_to_the_socket_is_measured(client: Client) -> None:
    pipeline = (await client.ask(PIPELINE))["pipelines"][0]["id"]
    board = await LiveBoard(client, pipeline).open()
    sent.flush()
    snapshots = value("l2p_snapshots_total", reason="SUBSCRIBED")
    events, lags = value("l2p_events_sent_total"), value("l2p_commit_to_socket_seconds_count")
    assert value("l2p_streams") == 1
    again = await LiveBoard(client, pipeline).open()
    assert value("l2p_snapshots_total", reason="SUBSCRIBED") == snapshots + 1
    contact = await client.ask(CREATE, input=await person(client.server, client.token))
    key = contact["createContact"]["contact"]["id"]
    await client.do("createOpportunity", contactId=key, pipelineId=pipeline, name="x")
    for one in (board, again):
        await one.until(lambda one=one: len(one.events) == 2, "the card")  # type: ignore[misc]
    text = await scraped(client.server)
    assert value("l2p_commit_to_socket_seconds_count") == lags + 2
    assert value("l2p_events_sent_total") == events + 3  # a snapshot, and the card twice
    assert re.search(r'l2p_commit_to_socket_seconds_bucket{le="\+Inf"} [1-9]', text)
    assert "l2p_relay_lag_events 0.0" in text
    await board.cut()
    await again.cut()
    async with asyncio.timeout(5):
        while value("l2p_streams"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_the_log_and_the_pool_are_looked_at(client: Client) -> None:
    assert "l2p_outbox_events 0.0" in await scraped(client.server)
    await asyncio.sleep(1)
    await client.ask(CREATE, input=await person(client.server, client.token))
    text = await scraped(client.server)
    assert re.search(r"l2p_outbox_events [1-9]", text)
    assert "l2p_pool_connections 16.0" in text
    assert "l2p_pool_waiting 0.0" in text


async def test_lost_races_are_counted(database_url: str) -> None:
    before = value("l2p_transaction_retries_total")
    losses = iter((True, False))

    class Busy(Exception):
        sqlite_errorname = "SQLITE_BUSY"

    def job(_connection: Connection) -> str:
        if next(losses):
            raise OperationalError("", (), Busy())
        return "done"

    database = Database(database_url)
    assert await database.write(job) == "done"
    await database.close()
    assert value("l2p_transaction_retries_total") == before + 1


def test_what_is_counted_in_memory_is_what_prometheus_would_count() -> None:
    counter = Sent()
    sent.flush()
    name = "l2p_commit_to_socket_seconds"
    bounds = [*(str(one) for one in LAG_SECONDS), "+Inf"]
    before = [value(f"{name}_bucket", le=one) for one in bounds]
    events, seconds = value("l2p_events_sent_total"), value(f"{name}_sum")
    now = time.time()
    for ago in (-1, 0.002, 0.7, 100):
        counter.events(1, now - ago)
    counter.events(2, now - 0.03)
    counter.events(1, None)
    counter.flush()
    counter.flush()
    added = [value(f"{name}_bucket", le=one) - old for one, old in zip(bounds, before, strict=True)]
    assert added == [2, 2, 2, 2, 4, 4, 4, 4, 4, 5, 5, 5, 5, 6]
    assert value("l2p_events_sent_total") == events + 7
    assert value(f"{name}_sum") - seconds == pytest.approx(99.762, abs=0.1)


async def test_a_refused_request_is_counted_without_a_body(server: Server) -> None:
    labels = {"transport": "http", "status": "415"}
    before = value("l2p_requests_total", **labels)
    token = await server.practice("alpha")
    assert (await post(server, token, content=b"x", kind="text/plain")).status_code == 415
    assert value("l2p_requests_total", **labels) == before + 1

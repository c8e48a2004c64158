"""P18: an outage is told once when it begins and once when it ends; requests are only counted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from structlog.testing import capture_logs

from models.database import Database
from models.errors import described, is_away
from models.outage import Outage
from resolvers.log import oldest
from tests.client import Client, LiveBoard
from tests.local import local_client
from tests.observability.process import serving
from tests.observability.proxy import Proxy, proxied
from tests.observability.scraped import value
from tests.server import Server, running_server

ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
QUERY = "{ viewer { practice { name } } }"


def told(logs: list[Any], *events: str) -> list[tuple[str, str]]:
    return [(one["event"], one["work"]) for one in logs if one["event"] in events]


@asynccontextmanager
async def through_a_proxy(url: str) -> AsyncIterator[tuple[Proxy, Server, Client]]:
    async with (
        proxied(url) as (proxy, way),
        running_server(way) as server,
        local_client(timeout=20) as http,
    ):
        yield proxy, server, Client(server, http, await server.practice("alpha"))


@ON_POSTGRESQL
async def test_an_outage_is_told_once_and_counted_for_each_request(database_url: str) -> None:
    async with through_a_proxy(database_url) as (proxy, _, client):
        pipeline = (await client.ask("{ pipelines { id } }"))["pipelines"][0]["id"]
        board = await LiveBoard(client, pipeline).open()
        before = value("l2p_database_failures_total", work="reads")
        with capture_logs() as logs:
            proxy.cut()
            for _ in range(5):
                assert await client.refused(QUERY) == ["UNAVAILABLE"]
            await asyncio.sleep(2.2)  # rounds of the relay fail, too
            assert value("l2p_database_up", work="reads") == 0
            proxy.mend()
            assert await client.ask(QUERY)
            assert await client.ask(QUERY)
        lines = told(logs, "database away", "database back")
        # The trail of reads is written meanwhile, so writes fail, too.
        assert {lines.count(one) for one in lines} == {1}
        assert {("database away", "reads"), ("database back", "reads")} <= set(lines)
        assert {one["event"] for one in logs} == {"database away", "database back", "request"}
        assert value("l2p_database_failures_total", work="reads") >= before + 7
        assert value("l2p_database_up", work="reads") == 1
        assert not board.over
        await board.cut()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_full_disk_stops_writes_and_not_reads(database_url: str) -> None:
    database = Database(database_url)
    pages = [1]  # SQLite takes at least what there is

    @event.listens_for(database.engine.sync_engine, "begin")
    def _limit(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages[0]}")

    with capture_logs() as logs:
        for _ in range(3):
            with pytest.raises(OperationalError):
                await database.write(grow)
            async with database.reader() as reader:
                await reader.run(oldest, uuid4())
        assert value("l2p_database_up", work="writes") == 0
        assert value("l2p_database_up", work="reads") == 1
        pages[0] = 1_000_000
        await database.write(grow)
    await database.close()
    lines = [("database away", "writes"), ("database back", "writes")]
    assert [(one["event"], one["work"]) for one in logs] == lines


def grow(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE big AS SELECT zeroblob(100000)")


def test_a_lost_race_or_a_time_out_is_no_outage() -> None:
    class Driver(Exception):
        def __init__(self, sqlstate: str = "", sqlite_errorname: str = "") -> None:
            self.sqlstate, self.sqlite_errorname = sqlstate, sqlite_errorname

    def away(**told: str) -> bool:
        return is_away(OperationalError("", (), Driver(**told)))

    for state in ("40001", "40P01", "55P03", "57014", "42P01"):
        assert not away(sqlstate=state), state
    for state in ("08006", "53100", "53300", "57P01", "57P03", "58030", "25006"):
        assert away(sqlstate=state), state
    for name in ("SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_ERROR"):
        assert not away(sqlite_errorname=name), name
    for name in ("SQLITE_FULL", "SQLITE_IOERR_READ", "SQLITE_READONLY", "SQLITE_CANTOPEN"):
        assert away(sqlite_errorname=name), name
    assert is_away(ConnectionRefusedError())
    assert not is_away(TimeoutError())
    assert not is_away(ValueError())
    assert is_away(DBAPIError("", (), Driver(), connection_invalidated=True))


def test_nothing_but_time_outs_for_5_s_are_an_outage_and_a_crowd_is_none() -> None:
    outage = Outage("reads")
    with capture_logs() as logs:
        for _ in range(4):
            outage.failed(TimeoutError())
        outage._reached_at -= 5
        outage.reached()
        outage.failed(TimeoutError())
        outage._reached_at -= 5
        outage.failed(PoolTimeoutError())
        assert [one["event"] for one in logs] == ["database refused"] * 6
        for _ in range(3):
            outage.failed(TimeoutError())
        outage.reached()
    assert [one["event"] for one in logs[6:]] == ["database away", "database back"]


def test_an_error_is_described_without_its_words() -> None:
    try:
        raise ValueError("Gr4ce")
    except ValueError as error:
        told_of = described(error)
    assert told_of["error"] == "ValueError"
    assert told_of["where"][0].startswith("test_an_error_is_described_without_its_words:")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("words", [(), ("--workers", "2")], ids=["one", "two"])
def test_a_life_is_told_in_three_lines(
    tmp_path: Path, database_url: str, words: tuple[str, ...]
) -> None:
    with serving(tmp_path, database_url, *words) as process:
        process.get("/readyz")
        process.stop()
    # In development mode asyncio tells what was slow.
    ours = [line for line in process.lines if line["logger"] != "asyncio"]
    lines = [(line["event"], line["level"]) for line in ours]
    assert lines == [("serving", "info"), ("stopping", "info"), ("stopped", "info")]
    assert ours[0]["port"] == int(process.http.split(":")[2].split("/")[0])

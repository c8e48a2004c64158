"""One line a request, one a socket; the request id leads from the line to the event row."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, select
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from models.log import event
from tests.client import Client, LiveBoard
from tests.http.test_privacy import CREATE, person, take_away
from tests.http.test_requests import post
from tests.http.test_sockets import code_of_close, opened, query, received
from tests.local import local_client
from tests.observability.scraped import value
from tests.server import Server

PIPELINE = "{ pipelines { id } }"


def told(logs: list[Any], name: str = "request") -> list[dict[str, Any]]:
    return [one for one in logs if one["event"] == name]


def request_ids(connection: Connection) -> list[tuple[str, str | None]]:
    rows = connection.execute(select(event.c.action, event.c.request_id).order_by(event.c.seq))
    return [(action, request_id) for action, request_id in rows]


async def test_a_query_is_told_with_who_and_what(server: Server) -> None:
    token = await server.practice("alpha")
    with capture_logs([merge_contextvars]) as logs:
        asked = {"query": "query Mine { viewer { role } }"}
        answer = await post(server, token, json=asked)
        await post(server, token, json={"query": "{ viewer { role } }"})
    line, unnamed = told(logs)
    assert UUID(line.pop("user")).version == 7
    assert UUID(line.pop("practice")).version == 7
    assert 0 < line.pop("ms") < 5000
    assert line == {
        "event": "request",
        "log_level": "info",
        "request_id": answer.headers["x-request-id"],
        "transport": "http",
        "operation": "query",
        "operation_name": "Mine",
        "cost": 1,
        "status": 200,
    }
    assert "operation_name" not in unnamed


async def test_the_request_id_leads_to_the_event(server: Server) -> None:
    token = await server.practice("alpha")
    variables = {"input": await person(server, token)}
    with capture_logs([merge_contextvars]) as logs:
        answer = await post(server, token, json={"query": CREATE, "variables": variables})
    assert answer.json()["data"]["createContact"]["errors"] == []
    (line,) = told(logs)
    async with server.desk.services.database.reader() as reader:
        rows = await reader.run(request_ids)
    assert ("createContact", line["request_id"]) in rows, rows
    assert line["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("body", "status", "codes"),
    [
        ({"json": {"query": "{ nothing }"}}, 400, ["BAD_REQUEST"]),
        ({"json": {"query": "query A { viewer { role } } query B { viewer { role } }"}}, 400, None),
        ({"content": b"{"}, 400, ["BAD_REQUEST"]),
        ({"content": b"{}", "kind": "text/plain"}, 415, None),
    ],
)
async def test_a_refusal_is_told_with_its_codes(
    server: Server, body: dict[str, Any], status: int, codes: list[str] | None
) -> None:
    token = await server.practice("alpha")
    with capture_logs() as logs:
        await post(server, token, **body)
    (line,) = told(logs)
    assert (line["status"], line["operation"]) == (status, "none")
    assert codes is None or line["codes"] == codes
    assert "operation_name" not in line


async def test_a_name_that_is_no_plain_one_is_not_told(server: Server) -> None:
    token = await server.practice("alpha")
    name = "G" * 65
    with capture_logs() as logs:
        await post(server, token, json={"query": f"query {name} {{ viewer {{ role }} }}"})
        wrong = {"query": "query A { viewer { role } }", "operationName": "Gr4ce"}
        await post(server, token, json=wrong)
    assert [one.get("operation_name") for one in told(logs)] == [None, None]


async def test_a_socket_is_told_with_its_operations_and_its_code(server: Server) -> None:
    token = await server.practice("alpha")
    with capture_logs([merge_contextvars]) as logs:
        async with opened(server, token) as socket:
            await query(socket, "1", "query Mine { viewer { role } }")
            assert (await received(socket))["type"] == "complete"
            await query(socket, "2", "{ nothing }")
            await socket.send("no json")
            assert await code_of_close(socket) == 4400
    assert len(told(logs, "socket opened")) == 1
    (closed,) = told(logs, "socket closed")
    assert closed["code"] == 4400
    ran, refused = told(logs)
    assert (ran["transport"], ran["operation"], ran["status"]) == ("ws", "query", 200)
    assert (refused["status"], refused["codes"]) == (400, ["BAD_REQUEST"])
    assert ran["request_id"] != refused["request_id"]
    assert "request_id" not in closed


async def test_a_live_board_is_told_when_it_began(server: Server) -> None:
    token = await server.practice("alpha")
    with capture_logs([merge_contextvars]) as logs:
        async with local_client() as http:
            client = Client(server, http, token)
            pipeline = (await client.ask(PIPELINE))["pipelines"][0]["id"]
            board = await LiveBoard(client, pipeline).open()
            await board.cut()
    (line,) = [one for one in told(logs) if one["operation"] == "subscription"]
    assert (line["transport"], line["status"], line["operation_name"]) == ("ws", 200, "Live")


async def test_a_stream_of_events_is_told_as_such(server: Server) -> None:
    token = await server.practice("alpha")
    live = "subscription Mine($key: ID!) { boardEvents(pipelineId: $key) { cursor } }"
    headers = {"accept": "text/event-stream", "authorization": f"Bearer {token}"}
    with capture_logs([merge_contextvars]) as logs:
        async with local_client(headers=headers, timeout=5) as http:
            pipeline = (await Client(server, http, token).ask(PIPELINE))["pipelines"][0]["id"]
            asked = {"query": live, "variables": {"key": pipeline}}
            async with http.stream("POST", server.http, json=asked) as answer:
                assert (await anext(answer.aiter_lines())) == "event: next"
    (line,) = [one for one in told(logs) if one["operation"] == "subscription"]
    assert (line["transport"], line["status"], line["operation_name"]) == ("sse", 200, "Mine")
    assert line["request_id"] == answer.headers["x-request-id"]


async def test_what_a_room_says_belongs_to_no_request(server: Server) -> None:
    token = await server.practice("alpha")
    services = server.desk.services
    failures = value("l2p_relay_failures_total")
    with capture_logs([merge_contextvars]) as logs:
        async with local_client() as http:
            client = Client(server, http, token)
            pipeline = (await client.ask(PIPELINE))["pipelines"][0]["id"]
            board = await LiveBoard(client, pipeline).open()
            await services.database.write(take_away, "practice_head")
            async with asyncio.timeout(5):
                while value("l2p_relay_failures_total") == failures:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            await board.cut()
    (line, *_) = [one for one in logs if "error" in one]
    assert line["event"] in ("live boards not advanced", "database refused")
    assert line["where"]
    assert "request_id" not in line

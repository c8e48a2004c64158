"""P20: whatever goes wrong, nothing private is in a log, a metric or an answer."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, text
from structlog.testing import capture_logs

from tests.http.test_requests import post
from tests.http.test_sockets import opened, query, received
from tests.local import local_client
from tests.server import Server

SECRETS = ("Gr4ce", "P4rk", "gr4ce.p4rk", "2125550142", "212) 555-0142", "B0tox")
CREATE = """mutation($input: CreateContactInput!) {
  createContact(input: $input) { contact { id } errors { message } }
}"""
ERRORS = (
    "{ viewer { Gr4ceP4rk } }",
    '{ contact(id: "Gr4ce P4rk") { id } }',
    '{ contacts(filter: {search: "Gr4ce P4rk \\u0000"}) { totalCount } }',
    '{ contacts(filter: {emails: ["gr4ce.p4rk@demo.example"]}, after: "Gr4ce") { totalCount } }',
    "query Gr4ce { viewer { role } } query P4rk { viewer { role } }",
    '{ nodes(ids: ["+12125550142"]) { id } }',
    "{ Gr4ce P4rk",
)


@contextmanager
def listening(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """Yield a list that holds, in the end, every line that was logged by anybody."""
    lines: list[str] = []
    with caplog.at_level(logging.INFO), capture_logs() as own:
        yield lines
    formatter = logging.Formatter("%(name)s %(levelname)s %(message)s")
    lines += [formatter.format(one) for one in caplog.records]
    lines += [str(one) for one in own]


def clean(lines: list[str], *more: str) -> None:
    """Fail with the line that holds something private."""
    wrong = [line for line in lines for secret in (*SECRETS, *more) if secret in line]
    assert wrong == []


def take_away(connection: Connection, table: str) -> None:
    connection.execute(text(f"ALTER TABLE {table} RENAME TO {table}_gone"))


async def person(server: Server, token: str) -> dict[str, Any]:
    survey = {"query": "{ viewer { practice { contactTypes { id } } } }"}
    answer = (await post(server, token, json=survey)).json()
    kind = answer["data"]["viewer"]["practice"]["contactTypes"][0]["id"]
    return {
        "firstName": "Gr4ce",
        "lastName": "P4rk",
        "email": "gr4ce.p4rk@demo.example",
        "phone": "(212) 555-0142",
        "source": "B0tox",
        "typeId": kind,
    }


async def test_requests_that_are_refused_are_not_repeated_in_a_log(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    token = await server.practice("alpha")
    body = await person(server, token)
    with listening(caplog) as lines:
        for document in ERRORS:
            assert "errors" in (await post(server, token, json={"query": document})).json()
        for _ in range(2):  # the second is a duplicate
            await post(server, token, json={"query": CREATE, "variables": {"input": body}})
        await post(server, token, content=b'{"query": "Gr4ce')
        await post(server, "Gr4ce.P4rk.B0tox", json={"query": ERRORS[0]})
    clean(lines, token)


@pytest.mark.parametrize("table", ["contact_word", "audit"])
async def test_a_broken_database_is_told_without_what_was_being_written(
    server: Server, caplog: pytest.LogCaptureFixture, table: str
) -> None:
    """The driver's message holds the statement's parameters: names, e-mail and phone."""
    token = await server.practice("alpha")
    asked = {"query": CREATE, "variables": {"input": await person(server, token)}}
    with listening(caplog) as lines:
        await server.desk.services.database.write(take_away, table)
        response = await post(server, token, json=asked)
        search = '{ contacts(filter: {search: "Gr4ce P4rk"}) { totalCount } }'
        searched = await post(server, token, json={"query": search})
    clean([*lines, response.text, searched.text], token)
    clean([response.text, searched.text], table, "INSERT", "SELECT")
    assert response.json()["errors"][0]["extensions"]["code"] in ("INTERNAL", "UNAVAILABLE")
    assert any("database" in line or "error" in line for line in lines)


async def test_a_socket_s_errors_are_not_repeated_in_a_log(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    token = await server.practice("alpha")
    with listening(caplog) as lines:
        async with opened(server, token) as socket:
            for number, document in enumerate(ERRORS):
                told = await query(socket, f"Gr4ce {number}", document)
                assert told["type"] in ("error", "next")
                if told["type"] == "next":
                    assert (await received(socket))["type"] == "complete"
            await socket.send('{"type": "Gr4ce P4rk"}')
        async with opened(server) as socket:
            await socket.send('{"type": "connection_init", "payload": {"authorization": "Gr4ce"}}')
    clean(lines, token)


async def test_metrics_name_nobody(server: Server) -> None:
    token = await server.practice("alpha")
    for document in ERRORS:
        await post(server, token, json={"query": document})
    async with local_client() as client:
        metrics = await client.get(server.http.removesuffix("/graphql") + "/metrics")
    assert "l2p_errors_total" in metrics.text
    clean([metrics.text], token, "alpha")

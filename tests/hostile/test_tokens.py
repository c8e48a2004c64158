"""Forged tokens: over HTTP each is the same 401, over WebSocket each closes with 4401."""

import json
from functools import partial

import httpx2
import pytest
from websockets.asyncio.client import connect

from tests.hostile.forging import Case, Forger
from tests.hostile.tokens import GOOD, forged
from tests.hostile.watch import cheaply, no_traceback
from tests.http.test_requests import GRAPHQL_JSON, HELLO, JSON
from tests.http.test_sockets import PROTOCOL, code_of_close, received
from tests.local import local_client
from tests.server import SECRET, Server

ADMIN = {"viewer": {"role": "ADMIN"}}


@pytest.fixture
async def forger(server: Server) -> Forger:
    mine, other = await server.practice("alpha"), await server.practice("beta")
    return Forger(mine, other, SECRET)


def as_header(text: str) -> bytes:
    """Return the bytes of a header: a client sends what it likes, one byte a character."""
    return text.encode("latin-1")


async def posted(client: httpx2.AsyncClient, url: str, text: str, accept: str) -> httpx2.Response:
    headers = [(b"accept", accept.encode()), (b"authorization", as_header(text))]
    return await client.post(url, json=HELLO, headers=headers)


async def init_of(server: Server, authorization: object) -> int | None:
    """Return the close code that a connection_init gets; None where it is acknowledged."""
    async with connect(server.ws, subprotocols=[PROTOCOL]) as socket:
        payload = {"authorization": authorization}
        await socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        try:
            assert await received(socket) == {"type": "connection_ack"}
        except Exception:
            return await code_of_close(socket)
        return None


def test_the_corpus_is_large_and_names_each_case_once() -> None:
    names = [case.name for case in forged()]
    assert len(names) == len(set(names)) >= 40


async def test_good_tokens_are_good(server: Server, forger: Forger) -> None:
    async with local_client() as client:
        for case in GOOD:
            text = case.made(forger)
            response = await posted(client, server.http, text, GRAPHQL_JSON)
            assert (response.status_code, response.json()["data"]) == (200, ADMIN), case.name
            assert await init_of(server, text) is None, case.name


@pytest.mark.parametrize("accept", [GRAPHQL_JSON, JSON, "text/event-stream"])
async def test_each_forged_token_is_the_same_401(
    server: Server, forger: Forger, accept: str, caplog: pytest.LogCaptureFixture
) -> None:
    told = set()
    async with local_client() as client:
        with no_traceback(caplog):
            for case in forged():
                if case.over_http:
                    told.add(await _refused(client, server, case, forger, accept))
        assert len(told) == 1, told
        assert json.loads(told.pop())["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
        good = await posted(client, server.http, f"Bearer {forger.token}", GRAPHQL_JSON)
        assert good.json()["data"] == ADMIN


async def _refused(
    client: httpx2.AsyncClient, server: Server, case: Case, forger: Forger, accept: str
) -> str:
    text = case.made(forger)
    response = await cheaply(partial(posted, client, server.http, text, accept), case.name)
    assert response.status_code == 401, (case.name, response.text)
    assert response.headers["www-authenticate"] == "Bearer", case.name
    return response.text


async def test_each_forged_token_closes_a_socket_with_4401(
    server: Server, forger: Forger, caplog: pytest.LogCaptureFixture
) -> None:
    with no_traceback(caplog):
        for case in forged():
            text = case.made(forger)
            code = await cheaply(partial(init_of, server, text), case.name)
            assert code == case.close, case.name
    assert await init_of(server, f"Bearer {forger.token}") is None


NO_TEXTS: list[object] = [None, 1, True, [], {}, ["Bearer"], {"Bearer": "x"}]


async def test_an_authorization_that_is_no_text_closes_with_4401(server: Server) -> None:
    for value in NO_TEXTS:
        assert await init_of(server, value) == 4401, value


async def test_only_the_first_of_two_headers_counts(server: Server, forger: Forger) -> None:
    """Whatever stands before us reads the first as well."""
    good, bad = (b"authorization", f"Bearer {forger.token}".encode()), (b"authorization", b"x")
    async with local_client() as client:
        for headers, status in (([bad, good], 401), ([good, bad], 200)):
            response = await client.post(server.http, json=HELLO, headers=headers)
            assert response.status_code == status

"""GraphQL over HTTP: every malformed request is told clearly, and no traceback leaves."""

from typing import Any

import httpx2
import pytest

from tests.local import local_client
from tests.server import Server

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
HELLO = {"query": "{ viewer { role } }"}


async def post(
    server: Server, token: str | None, *, accept: str = GRAPHQL_JSON, **body: Any
) -> httpx2.Response:
    headers = {"accept": accept}
    if token:
        headers["authorization"] = f"Bearer {token}"
    async with local_client() as client:
        if "json" in body:
            return await client.post(server.http, headers=headers, json=body["json"])
        headers["content-type"] = body.get("kind", JSON)
        return await client.post(server.http, headers=headers, content=body["content"])


def codes(response: httpx2.Response) -> list[str]:
    return [error["extensions"]["code"] for error in response.json()["errors"]]


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
async def test_no_token_or_a_bad_one_is_401(server: Server, accept: str) -> None:
    for token in (None, "nonsense", "a.b.c"):
        response = await post(server, token, accept=accept, json=HELLO)
        assert response.status_code == 401
        assert codes(response) == ["UNAUTHENTICATED"]
        assert response.headers["content-type"].startswith(accept)


async def test_a_good_request_is_answered(server: Server) -> None:
    response = await post(server, await server.practice("alpha"), json=HELLO)
    assert response.status_code == 200
    assert response.json() == {
        "data": {"viewer": {"role": "ADMIN"}},
        "extensions": {"cost": {"requested": 1, "limit": 5000, "perMinute": 10**9}},
    }
    assert response.headers["x-request-id"]


BODIES = [b"", b"{", b'"x"', b"1", b"null", b"[]", b"{}", b"\xff", b'{"query": 1}', b"[" * 999]


async def test_a_body_that_is_no_request_is_400(server: Server) -> None:
    token = await server.practice("alpha")
    for content in BODIES:
        response = await post(server, token, content=content)
        assert (response.status_code, codes(response)) == (400, ["BAD_REQUEST"]), content


DOCUMENTS: list[Any] = [
    {"query": "{"},
    {"query": "{ nothing }"},
    {"query": "query A { viewer { role } } query B { viewer { role } }"},
    {"query": "query A { viewer { role } }", "operationName": "C"},
    {"query": "query($id: ID!) { node(id: $id) { id } }"},
    {"query": "query($id: ID!) { node(id: $id) { id } }", "variables": {"id": [1]}},
    {"query": '{ viewer { role @idempotent(key: "k") } }'},
    {"query": 'subscription { boardEvents(pipelineId: "x") { cursor } }'},
]


async def test_a_document_that_cannot_run_is_400(server: Server) -> None:
    token = await server.practice("alpha")
    for request in DOCUMENTS:
        response = await post(server, token, json=request)
        assert response.status_code == 400
        assert set(codes(response)) == {"BAD_REQUEST"}
        assert "data" not in response.json()


FIELDS = [
    'node(id: "no id")',
    'board(pipelineId: "no id")',
    'contacts(after: "no cursor") { totalCount }',
    "contacts(first: 101) { totalCount }",
    "contacts(first: 1, last: 1) { totalCount }",
    'contacts(filter: {search: "\\u0000"}) { totalCount }',
]


async def test_an_argument_that_means_nothing_is_bad_request(server: Server) -> None:
    token = await server.practice("alpha")
    for field in FIELDS:
        body = field if field.endswith("}") else f"{field} {{ id }}"
        response = await post(server, token, json={"query": f"{{ {body} }}"})
        assert (response.status_code, codes(response)) == (200, ["BAD_REQUEST"]), field


async def test_other_media_types_and_large_bodies_are_refused(server: Server) -> None:
    token = await server.practice("alpha")
    assert (await post(server, token, content=b"{}", kind="text/plain")).status_code == 415
    assert (await post(server, token, content=b" " * 300_000)).status_code == 413


async def test_what_stands_beside_the_api(server: Server) -> None:
    base = server.http.removesuffix("/graphql")
    async with local_client(base_url=base) as client:
        assert (await client.get("/healthz")).text == "ok"
        assert (await client.get("/readyz")).json() == {"status": "ready"}
        assert "l2p_sockets" in (await client.get("/metrics")).text
        assert "/schema.graphql" in (await client.get("/")).text
        schema = await client.get("/schema.graphql")
        assert "type Opportunity implements" in schema.text
        headers = {"if-none-match": schema.headers["etag"]}
        assert (await client.get("/schema.graphql", headers=headers)).status_code == 304

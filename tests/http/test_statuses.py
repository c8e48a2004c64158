"""GraphQL over HTTP, "Status Codes": what each failure has, by the type of the answer."""

import json
from typing import Any, NamedTuple

import httpx2
import pytest

from tests.http.edge import (
    EVENT_STREAM,
    GRAPHQL_JSON,
    HELLO,
    HELLO_DATA,
    JSON,
    Edge,
    codes_of,
    refused,
)


class Failing(NamedTuple):
    """A request that cannot be served, by the heading of the specification it stands under."""

    heading: str
    body: Any


# No well-formed GraphQL-over-HTTP request: 400 whatever the type of the answer.
MALFORMED = [
    Failing("JSON parsing failure", b"NONSENSE"),
    Failing("JSON parsing failure", b'{"query":'),
    Failing("JSON parsing failure", b""),
    Failing("JSON parsing failure", b'{"query": "{ viewer { role } }"} more'),
    Failing("Invalid parameters", {"qeury": "{ __typename }"}),
    Failing("Invalid parameters", {"query": None}),
    Failing("Invalid parameters", {"query": ["{ __typename }"]}),
    Failing("Invalid parameters", {**HELLO, "variables": [7]}),
    Failing("Invalid parameters", {**HELLO, "variables": "{}"}),
    Failing("Invalid parameters", {**HELLO, "operationName": 7}),
    Failing("Invalid parameters", {**HELLO, "operationName": {"name": "A"}}),
    Failing("Invalid parameters", {**HELLO, "extensions": []}),
    Failing("Invalid parameters", {**HELLO, "extensions": "x"}),
    Failing("Invalid parameters", [HELLO]),
    Failing("Invalid parameters", "{ __typename }"),
    Failing("Invalid parameters", None),
]
# A GraphQL request error: 400 in the type of GraphQL, 200 in plain JSON, an event of a stream.
TWO = "query A { viewer { role } } query B { viewer { role } }"
NODE = "query ($id: ID!) { node(id: $id) { id } }"
REJECTED = [
    Failing("Document parsing failure", {"query": "{"}),
    Failing("Document parsing failure", {"query": ""}),
    Failing("Document parsing failure", {"query": "# nothing"}),
    Failing("Document validation failure", {"query": "{ nothing }"}),
    Failing("Document validation failure", {"query": "{ viewer }"}),
    Failing("Document validation failure", {"query": NODE.replace("ID!", "Int!")}),
    Failing("Operation cannot be determined", {"query": TWO}),
    Failing("Operation cannot be determined", {"query": TWO, "operationName": "C"}),
    Failing("Operation cannot be determined", {"query": TWO, "operationName": ""}),
    Failing("Operation cannot be determined", {"query": TWO, "operationName": None}),
    Failing("Operation cannot be determined", {"query": "fragment F on Viewer { role }"}),
    Failing("Variable coercion failure", {"query": NODE}),
    Failing("Variable coercion failure", {"query": NODE, "variables": None}),
    Failing("Variable coercion failure", {"query": NODE, "variables": {"id": None}}),
    Failing("Variable coercion failure", {"query": NODE, "variables": {"id": {"a": 1}}}),
]


@pytest.mark.parametrize("accept", [None, "*/*", JSON, GRAPHQL_JSON, EVENT_STREAM])
async def test_what_is_no_request_is_400(edge: Edge, accept: str | None) -> None:
    for heading, body in MALFORMED:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        response = await edge.post(content, accept=accept)
        assert (response.status_code, refused(response)) == (400, ["BAD_REQUEST"]), (heading, body)


@pytest.mark.parametrize(("accept", "status"), [(None, 400), (GRAPHQL_JSON, 400), (JSON, 200)])
async def test_a_request_error_s_status_goes_by_the_type(
    edge: Edge, accept: str | None, status: int
) -> None:
    """Without `data`: 4xx in the type of GraphQL (MUST), 200 in JSON (SHOULD)."""
    for heading, body in REJECTED:
        response = await edge.post(body, accept=accept)
        assert response.status_code == status, (heading, body)
        assert set(refused(response)) == {"BAD_REQUEST"}, (heading, body)


async def test_in_a_stream_a_request_error_is_an_event(edge: Edge) -> None:
    """GraphQL over SSE: a 400 would tell an EventSource nothing."""
    for heading, body in REJECTED:
        response = await edge.post(body, accept=EVENT_STREAM)
        assert response.status_code == 200, (heading, body)
        assert response.headers["x-request-id"]
        first, last, rest = response.text.split("\n\n")
        assert (last, rest) == ("event: complete\ndata:", "")
        kind, _, data = first.partition("\ndata: ")
        assert kind == "event: next"
        assert set(codes_of(json.loads(data))) == {"BAD_REQUEST"}


async def test_errors_of_fields_are_200_beside_data(edge: Edge) -> None:
    for accept in (JSON, GRAPHQL_JSON):
        asked = {"query": '{ viewer { role } node(id: "no id") { id } }'}
        response = await edge.post(asked, accept=accept)
        assert response.status_code == 200
        assert response.json()["data"] == {**HELLO_DATA, "node": None}
        (error,) = response.json()["errors"]
        assert (error["path"], error["extensions"]["code"]) == (["node"], "BAD_REQUEST")
        assert response.headers["content-type"] == f"{accept}; charset=utf-8"


async def test_null_data_is_200_too(edge: Edge) -> None:
    """It was executed: the error of a field that is never null took all of `data` with it."""
    for accept in (JSON, GRAPHQL_JSON):
        response = await edge.post(
            {"query": "{ contacts(first: 101) { totalCount } }"}, accept=accept
        )
        assert response.status_code == 200
        assert response.json()["data"] is None
        assert [one["path"] for one in response.json()["errors"]] == [["contacts"]]


ABSENT: list[dict[str, Any]] = [
    {"variables": None, "operationName": None, "extensions": None},
    {"variables": {}, "operationName": "", "extensions": {}},
    {"extensions": {"persistedQuery": {"version": 1}, "deep": [[{}]]}},
    {"variables": {"unused": 1, "": None}},
    {"reserved": True, "id": "1"},
]


async def test_null_is_as_absent_and_what_is_not_known_is_passed_over(edge: Edge) -> None:
    for more in ABSENT:
        response = await edge.post({**HELLO, **more})
        assert (response.status_code, response.json()["data"]) == (200, HELLO_DATA), more


async def test_an_operation_is_chosen_by_its_name(edge: Edge) -> None:
    document = "query A { a: viewer { role } } query B { b: viewer { role } }"
    for name in ("A", "B"):
        response = await edge.post({"query": document, "operationName": name})
        assert response.json()["data"] == {name.lower(): {"role": "ADMIN"}}
    named_null = {"query": "query null { viewer { role } }", "operationName": "null"}
    assert (await edge.post(named_null)).json()["data"] == HELLO_DATA


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_every_other_method_is_405(edge: Edge, method: str) -> None:
    """GET is off: it would put documents into logs, and mutations where a link can reach them."""
    name = f"made by {method}"
    mutation = f'mutation {{ createContactType(input: {{name: "{name}"}}) {{ deletedId }} }}'
    headers = {"authorization": f"Bearer {edge.token}", "accept": GRAPHQL_JSON}
    for document in (HELLO["query"], mutation):
        response = await edge.http.request(
            method, edge.server.http, params={"query": document}, headers=headers
        )
        assert (response.status_code, response.headers["allow"]) == (405, "POST")
        assert response.headers["x-request-id"]
        if method != "HEAD":
            assert refused(response) == ["BAD_REQUEST"]
    types = {"query": "{ viewer { practice { contactTypes { name } } } }"}
    assert name not in (await edge.post(types)).text


@pytest.mark.parametrize("accept", [None, "*/*", JSON, GRAPHQL_JSON, EVENT_STREAM])
async def test_a_stranger_is_401_in_every_type(edge: Edge, accept: str | None) -> None:
    signs = (None, "", "Bearer", "Basic YTpi", edge.token, f"Bearer {edge.token}x")
    for sign in signs:
        for body in (HELLO, b"NONSENSE", {"query": "{ nothing }"}):
            response = await edge.post(body, accept=accept, authorization=sign)
            assert (response.status_code, refused(response)) == (401, ["UNAUTHENTICATED"])
            assert response.headers["www-authenticate"] == "Bearer"


async def test_the_name_of_the_scheme_has_no_case(edge: Edge) -> None:
    for scheme in ("bearer", "BEARER"):
        response = await edge.post(authorization=f"{scheme} {edge.token}")
        assert response.json()["data"] == HELLO_DATA


async def test_every_answer_names_its_request_and_is_not_kept(edge: Edge) -> None:
    async def asked(**headers: str | None) -> httpx2.Response:
        return await edge.post(x_request_id="mine-1.2_3", **headers)

    answers = [
        await asked(),
        await asked(accept=EVENT_STREAM),
        await asked(accept="text/html"),
        await asked(content_type="text/plain"),
        await asked(authorization=None),
        await edge.post(b"{", x_request_id="mine-1.2_3"),
        await edge.http.get(edge.server.http, headers={"x-request-id": "mine-1.2_3"}),
    ]
    assert [one.headers["x-request-id"] for one in answers] == ["mine-1.2_3"] * len(answers)
    assert {one.headers["cache-control"] for one in answers} == {"no-store"}

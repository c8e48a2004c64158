"""Bodies that are too large, too deep, not text, late, or none of ours to read: never a 5xx."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from app import protocols
from tests.http.edge import EVENT_STREAM, GRAPHQL_JSON, HELLO, HELLO_DATA, JSON, Edge, refused

MIB = 2**20
QUERY = json.dumps(HELLO["query"]).encode()


def around(variables: bytes) -> bytes:
    return b'{"query": %b, "variables": {"v": %b}}' % (QUERY, variables)


def nested(depth: int) -> list[bytes]:
    return [b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth]


NOT_UTF_8 = [b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"\xe9"]
NOT_JSON = [
    b'{"query": "\xff"}',
    '{"query": "{ viewer { role } }"}'.encode("utf-16"),
    '{"query": "{ viewer { role } }"}'.encode("utf-32"),
    b'{"query": "a\nb"}',
    b"{'query': 1}",
    b'{"query": "a",}',
    around(b"NaN"),
    around(b"-Infinity"),
    around(b'"\\ud800"'),
    around(b"01"),
    *(around(b'"%b"' % one) for one in NOT_UTF_8),
]


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON, EVENT_STREAM])
async def test_what_is_no_json_is_told_so(edge: Edge, accept: str) -> None:
    for body in NOT_JSON:
        response = await edge.post(body, accept=accept)
        assert (response.status_code, refused(response)) == (400, ["BAD_REQUEST"]), body


async def test_a_byte_order_mark_is_no_error_of_ours(edge: Edge) -> None:
    """RFC 8259, 8.1: a parser may ignore it or not; a client must not send it."""
    response = await edge.post(b"\xef\xbb\xbf" + json.dumps(HELLO).encode())
    assert response.status_code in (200, 400)
    if response.status_code == 400:
        assert refused(response) == ["BAD_REQUEST"]


async def test_deep_values_are_answered(edge: Edge) -> None:
    for depth in (100, 900, 1024, 1100, 10_000, 40_000):
        for value in nested(depth):
            response = await edge.post(around(value))
            assert response.status_code in (200, 400), depth
            if response.status_code == 400:
                assert refused(response) == ["BAD_REQUEST"]
            else:
                assert response.json()["data"] == HELLO_DATA


async def test_deep_values_that_a_field_asks_for_are_refused(edge: Edge) -> None:
    ids = "query ($v: [ID!]!) { nodes(ids: $v) { id } }"
    search = "query ($v: ContactFilter) { contacts(filter: $v) { totalCount } }"
    for depth in (2, 50, 500, 1000):
        lists, objects = nested(depth)
        for document, value in ((ids, lists), (search, objects.replace(b"a", b"search"))):
            asked = b'{"query": %b, "variables": {"v": %b}}' % (
                json.dumps(document).encode(),
                value,
            )
            response = await edge.post(asked)
            assert (response.status_code, refused(response)) == (400, ["BAD_REQUEST"]), depth


LARGE = ["9" * 20, "9" * 400, "9" * 5000, "-" + "9" * 5000, "1e400", "1" * 100_000]


async def test_large_numbers_are_answered(edge: Edge) -> None:
    version = """mutation ($v: Int) { moveOpportunity(input: {
      id: "x", stageId: "y", expectedVersion: $v}) { errors { code } } }"""
    first = "query ($v: Int) { contacts(first: $v) { totalCount } }"
    for number in LARGE:
        assert (await edge.post(around(number.encode()))).status_code in (200, 400), number[:9]
        for document in (version, first):
            body = f'{{"query": {json.dumps(document)}, "variables": {{"v": {number}}}}}'
            response = await edge.post(body.encode())
            assert (response.status_code, refused(response)) == (400, ["BAD_REQUEST"]), number[:9]


@pytest.mark.parametrize("size", [256 * 1024 + 1, 20 * MIB])
async def test_a_body_that_is_too_large_is_413(edge: Edge, size: int) -> None:
    """The client sends all of it before it looks at the answer: that has to reach him."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, size, 65536):
            yield b" " * min(65536, size - start)

    for accept in (JSON, GRAPHQL_JSON, EVENT_STREAM):
        for body in (b" " * size, pieces()):
            response = await edge.post(body, accept=accept)
            assert (response.status_code, refused(response)) == (413, ["BAD_REQUEST"])
            assert "262144" in response.text


async def test_the_largest_body_is_read(edge: Edge) -> None:
    plain = json.dumps(HELLO).encode()
    assert (await edge.post(plain.ljust(256 * 1024))).json()["data"] == HELLO_DATA


def head(edge: Edge, length: int, *lines: str) -> bytes:
    every = (
        "POST /graphql HTTP/1.1",
        f"Host: 127.0.0.1:{edge.port}",
        f"Content-Type: {JSON}",
        f"Content-Length: {length}",
        *lines,
    )
    return ("\r\n".join(every) + "\r\n\r\n").encode()


async def test_the_body_of_a_stranger_is_not_waited_for(edge: Edge) -> None:
    for expect in ((), ("Expect: 100-continue",)):
        answer = await edge.exchange(head(edge, 100_000, *expect))
        assert answer.startswith(b"HTTP/1.1 401 "), answer
        assert b"UNAUTHENTICATED" in answer


async def test_a_body_said_to_be_too_large_is_not_waited_for(edge: Edge) -> None:
    sign = f"Authorization: Bearer {edge.token}"
    for expect in ((), ("Expect: 100-continue",)):
        answer = await edge.exchange(head(edge, 20 * MIB, sign, *expect))
        assert answer.startswith(b"HTTP/1.1 413 "), answer


async def test_one_connection_serves_on_after_a_refused_body(edge: Edge) -> None:
    """What is left of a refused body is no next request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", edge.port)
    trap = head(edge, 0).ljust(1000)
    writer.write(head(edge, len(trap)) + trap)
    good = json.dumps(HELLO).encode()
    writer.write(head(edge, len(good), f"Authorization: Bearer {edge.token}") + good)
    received = b""
    async with asyncio.timeout(5):
        while b'"role":"ADMIN"' not in received:
            chunk = await reader.read(65536)
            assert chunk, received
            received += chunk
    assert received.count(b"HTTP/1.1 ") == 2
    writer.close()


async def test_connections_that_say_nothing_more_are_cut(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a request, within its headers, also of a second one, and after a refusal."""
    monkeypatch.setattr(protocols, "SILENT_SECONDS", 0.3)
    monkeypatch.setattr(protocols, "LEFTOVER_SECONDS", 0.3)
    hello = head(edge, 0)
    for sent in (b"", b"POST /gra", hello[:-2], hello + hello[:-2], head(edge, 1000) + b"{"):
        reader, writer = await asyncio.open_connection("127.0.0.1", edge.port)
        writer.write(sent)
        async with asyncio.timeout(3):
            with suppress(ConnectionError):
                while await reader.read(65536):
                    pass
        writer.close()

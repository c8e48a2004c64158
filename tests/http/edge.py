"""The protocol edge from outside: requests byte by byte, and what a well-formed answer is."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import httpx2

from tests.local import local_client
from tests.server import Server

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
HELLO = {"query": "{ viewer { role } }"}
HELLO_DATA = {"viewer": {"role": "ADMIN"}}


class Edge:
    """A server and a signed-in user whose requests are spelled out, headers and all."""

    def __init__(self, server: Server, http: httpx2.AsyncClient, token: str) -> None:
        self.server = server
        self.http = http
        self.token = token
        self.port = urlsplit(server.http).port

    async def post(
        self, body: Any = None, *more: tuple[str, str], **headers: str | None
    ) -> httpx2.Response:
        """Send a body, HELLO by default; bytes go as they are.

        `headers` replace the usual ones, with None for a header that is not sent; `more` are
        further lines of headers.
        """
        usual: dict[str, str | None] = {
            "authorization": f"Bearer {self.token}",
            "content-type": JSON,
            "accept": GRAPHQL_JSON,
        }
        given = usual | {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if hasattr(body, "__aiter__") or isinstance(body, bytes) else encoded(body)
        lines = [(name, value) for name, value in given.items() if value is not None]
        request = self.http.build_request(
            "POST", self.server.http, content=content, headers=[*lines, *more]
        )
        for name in ("accept", "user-agent"):
            if given.get(name) is None:
                request.headers.pop(name, None)
        return await self.http.send(request)

    async def exchange(self, sent: bytes, seconds: float = 3.0) -> bytes:
        """Send bytes on a connection of their own; return what comes until it is quiet."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        received = b""
        try:
            writer.write(sent)
            async with asyncio.timeout(seconds):
                while not _whole(received):
                    chunk = await reader.read(65536)
                    if not chunk:
                        break
                    received += chunk
        finally:
            writer.close()
        return received


def encoded(body: Any) -> bytes:
    """Return a body as JSON; HELLO for none."""
    return json.dumps(HELLO if body is None else body).encode()


def _whole(received: bytes) -> bool:
    head, end, body = received.partition(b"\r\n\r\n")
    if not end:
        return False
    lengths = [
        int(line.partition(b":")[2])
        for line in head.splitlines()
        if line.lower().startswith(b"content-length:")
    ]
    return bool(lengths) and len(body) >= lengths[0]


def refused(response: httpx2.Response) -> list[str]:
    """Return the codes of a refusal, which must be a well-formed GraphQL response."""
    media_type, _, parameters = response.headers["content-type"].partition(";")
    assert media_type in (JSON, GRAPHQL_JSON)
    assert parameters.strip() == "charset=utf-8"
    assert response.headers["x-request-id"]
    return codes_of(response.json())


def codes_of(body: Any) -> list[str]:
    """Return the codes of a GraphQL response without data, after a look at its form."""
    assert set(body) - {"extensions"} == {"errors"}
    assert body["errors"]
    for error in body["errors"]:
        assert set(error) <= {"message", "locations", "path", "extensions"}
        assert error["message"]
        assert isinstance(error["message"], str)
    return [error["extensions"]["code"] for error in body["errors"]]


async def until_gauge(server: Server, name: str, wanted: float, seconds: float = 5.0) -> None:
    """Wait until a figure of /metrics is what is wanted; fail if it takes too long."""
    async with asyncio.timeout(seconds):
        while await gauge(server, name) != wanted:  # noqa: ASYNC110 - only the page tells it
            await asyncio.sleep(0.02)


async def gauge(server: Server, name: str) -> float:
    """Return a figure of /metrics that has no labels."""
    async with local_client() as client:
        text = (await client.get(server.http.removesuffix("/graphql") + "/metrics")).text
    (line,) = [line for line in text.splitlines() if line.split(" ")[0] == name]
    return float(line.split(" ")[1])

"""Reading a GraphQL request from an HTTP request."""

from typing import Any

import orjson
from starlette.requests import Request

from app.negotiation import JSON, is_json
from schema import execution as running

_MUST_BE_OBJECT = "The request is a JSON object with `query`, `variables` and `operationName`."


class Malformed(Exception):
    """What arrived is no GraphQL request; over HTTP it is answered with a status of its own."""

    def __init__(self, message: str, status: int = 400, **headers: str) -> None:
        """Take what is told to people, the status, and headers of the answer."""
        super().__init__(message)
        self.status = status
        self.headers = headers


async def read_request(request: Request, max_bytes: int) -> running.Request:
    """Return the GraphQL request in a body of at most `max_bytes` bytes; else Malformed."""
    if not is_json(request.headers.get("content-type")):
        raise Malformed(f"Send `Content-Type: {JSON}` in UTF-8.", 415, Accept=JSON)
    body = await _body(request, max_bytes)
    try:
        return request_of(orjson.loads(body))
    except orjson.JSONDecodeError as error:
        raise Malformed("The body is not JSON.") from error


async def _body(request: Request, max_bytes: int) -> bytes:
    too_large = Malformed(f"A request has at most {max_bytes} bytes.", 413)
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > max_bytes:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise too_large
    return bytes(body)


def request_of(body: Any) -> running.Request:
    """Return the request in a JSON value; Malformed where it is none.

    null is as absent, an empty operation name too; `extensions` may be any object.
    """
    if not isinstance(body, dict):
        raise Malformed(_MUST_BE_OBJECT)
    query, variables = body.get("query"), body.get("variables")
    name = body.get("operationName")
    if not isinstance(query, str) or not isinstance(name, str | None):
        raise Malformed(_MUST_BE_OBJECT)
    if not isinstance(variables, dict | None) or not isinstance(
        body.get("extensions"), dict | None
    ):
        raise Malformed("`variables` and `extensions` are JSON objects.")
    return running.Request(query, variables, name or None)

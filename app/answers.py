"""Answers over HTTP: a GraphQL response with its status, in the media type the client likes."""

from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.responses import Response

from app import event_streams
from app.budget import empty
from app.negotiation import EVENT_STREAM, GRAPHQL_JSON, JSON, preferred
from app.requests import Malformed
from app.tokens import BadToken
from resolvers.perform import Unauthenticated
from resolvers.problems import BadRequest, RateLimited
from schema import errors
from schema.execution import Rejected

_STATUSES = {"UNAVAILABLE": 503, "INTERNAL": 500, "RATE_LIMITED": 429}
_SIGN_IN = "Send `Authorization: Bearer <token>` with a valid token."


@dataclass
class Answer:
    """A GraphQL response, and the status it has as `application/graphql-response+json`."""

    told: dict[str, Any]
    status: int = 200
    well_formed: bool = True
    headers: dict[str, str] = field(default_factory=dict)


def failed(error: Exception, request_id: str) -> Answer:
    """Return the answer that tells why there is no result."""
    if isinstance(error, BadToken | Unauthenticated):
        told = [{"message": _SIGN_IN, "extensions": {"code": "UNAUTHENTICATED"}}]
        return Answer({"errors": told}, 401, headers={"WWW-Authenticate": "Bearer"})
    if isinstance(error, Malformed):
        told = [errors.shown_failure(BadRequest(str(error)), request_id)]
        return Answer({"errors": told}, error.status, well_formed=False, headers=error.headers)
    if isinstance(error, Rejected):
        told = [errors.shown(one, request_id) for one in error.errors]
        return Answer({"errors": told}, 400)
    reason = errors.shown_failure(error, request_id)
    wait = empty(error.retry_after) if isinstance(error, RateLimited) else {}
    status = _STATUSES.get(reason["extensions"]["code"], 400)
    return Answer({"errors": [reason]}, status, headers=wait)


def response(answer: Answer, accept: str | None, request_id: str) -> Response:
    """Return an answer as a response.

    As `application/json`, a well-formed request that is refused has the status 200; as an event
    stream, its errors are an event (GraphQL over HTTP; GraphQL over SSE, distinct connections).
    """
    streamable = answer.well_formed and answer.status in (200, 400)
    media_type = preferred(accept) if streamable else preferred(accept, (JSON, GRAPHQL_JSON))
    plain = media_type in (JSON, EVENT_STREAM) and streamable
    status = 200 if plain else answer.status
    headers = {"X-Request-Id": request_id, "Cache-Control": "no-store", **answer.headers}
    payload = orjson.dumps(answer.told)
    if media_type == EVENT_STREAM:
        return event_streams.once(payload, headers)
    return Response(payload, status, headers, f"{media_type or JSON}; charset=utf-8")

"""GraphQL over HTTP: one POST, one answer."""

import re
from typing import Any

import orjson
import structlog
from graphql import OperationType
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from uuid_utils.compat import uuid7

from app import metrics
from app.desk import Desk
from app.tokens import BadToken
from resolvers.problems import BadRequest
from schema import errors
from schema import execution as running
from schema.listening import answer

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MUST_BE_OBJECT = "The body is a JSON object with `query`, `variables` and `operationName`."
_log = structlog.get_logger(__name__)


async def graphql_over_http(request: Request) -> Response:
    """Answer a query or mutation."""
    desk: Desk = request.app.state.desk
    request_id = _request_id(request)
    media_type = _media_type(request)
    status, told = await _served(desk, request, request_id)
    codes = [error["extensions"]["code"] for error in told.get("errors", ())]
    metrics.answered(status, codes)
    if media_type == JSON and status == 400 and "data" not in told:
        status = 200 if request.state.well_formed else 400
    headers = {"X-Request-Id": request_id, "Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(orjson.dumps(told), status, headers, f"{media_type}; charset=utf-8")


def _request_id(request: Request) -> str:
    given = request.headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid7().hex


def _media_type(request: Request) -> str:
    return GRAPHQL_JSON if GRAPHQL_JSON in request.headers.get("accept", "") else JSON


async def _served(desk: Desk, request: Request, request_id: str) -> tuple[int, dict[str, Any]]:
    request.state.well_formed = False
    try:
        bearer = desk.tokens.read_header(request.headers.get("authorization"))
        asked = await _asked(request)
        request.state.well_formed = True
        if desk.engine.operation(asked) is OperationType.SUBSCRIPTION:
            return 400, _failed(BadRequest("Subscriptions run over WebSocket."), request_id)
        async with desk.context(bearer, request_id) as context:
            result = await desk.engine.execute(asked, context)
        return _status(result), _told(result, request_id)
    except BadToken:
        return 401, _unauthenticated()
    except running.Rejected as rejected:
        return 400, {"errors": [errors.shown(one, request_id) for one in rejected.errors]}
    except BadRequest as refused:
        return 400, _failed(refused, request_id)
    except (HTTPException, ClientDisconnect):
        raise
    except Exception as error:
        told = _failed(error, request_id)
        code = told["errors"][0]["extensions"]["code"]
        return 503 if code == "UNAVAILABLE" else 500, told


async def _asked(request: Request) -> running.Request:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        raise HTTPException(415, f"Send {JSON}.")
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise BadRequest("The body is not JSON.") from error
    return request_of(body)


def request_of(body: Any) -> running.Request:
    """Return the request in a JSON body; BadRequest where it is none."""
    if not isinstance(body, dict):
        raise BadRequest(_MUST_BE_OBJECT)
    query, variables = body.get("query"), body.get("variables")
    name = body.get("operationName")
    if not isinstance(query, str) or not isinstance(name, str | None):
        raise BadRequest(_MUST_BE_OBJECT)
    if not isinstance(variables, dict | None):
        raise BadRequest("`variables` is a JSON object.")
    return running.Request(query, variables, name)


def _status(result: Any) -> int:
    # No data at all: the variables did not fit, so nothing was executed.
    return 400 if result.data is None and _before_execution(result.errors or ()) else 200


def _before_execution(found: Any) -> bool:
    return any(error.path is None for error in found)


def _told(result: Any, request_id: str) -> dict[str, Any]:
    told = answer(result, request_id)
    if _status(result) != 200:
        del told["data"]
    return told


def _failed(error: Exception, request_id: str) -> dict[str, Any]:
    return {"errors": [errors.shown_failure(error, request_id)]}


def _unauthenticated() -> dict[str, Any]:
    message = "Send `Authorization: Bearer <token>` with a valid token."
    return {"errors": [{"message": message, "extensions": {"code": "UNAUTHENTICATED"}}]}

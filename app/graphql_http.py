"""GraphQL over HTTP: one POST, one answer, or a stream of server-sent events."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from graphql import OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from app.answers import Answer, failed, response
from app.desk import Desk, in_time
from app.event_streams import live_events
from app.negotiation import EVENT_STREAM, OFFERED, preferred
from app.observing import Observed, codes_of, named, request_id_of
from app.protocols import impatient
from app.requests import Malformed, read_request
from permissions.viewer import Credential
from resolvers.problems import BadRequest
from schema import execution as running
from schema.context import Context
from schema.listening import answer


class GraphQLOverHttp:
    """The endpoint of queries, mutations, and live boards as server-sent events."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        desk: Desk = request.app.state.desk
        send = impatient(scope, send, desk.settings.send_seconds)
        request_id = request_id_of(request)
        with Observed("http", request_id, request.headers.get("traceparent")) as seen:
            try:
                found = await self._answer(desk, request, send, seen)
            except ClientDisconnect:
                return
            except Exception as error:
                found = failed(error, request_id)
            if found is not None:
                seen.answered(found.status, codes_of(found.told))
                told = response(found, _accept(request), request_id)
                await told(scope, receive, send)

    async def _answer(
        self, desk: Desk, request: Request, send: Send, seen: Observed
    ) -> Answer | None:
        """Return the answer of a request; None where a live board was sent instead."""
        async with in_time(desk.settings.request_seconds) as limit:
            credential, asked = await _read(desk, request)
            cost = await desk.price(credential, asked)
            seen.cost(cost)
            if seen.operation(*named(desk.engine, asked)) is not OperationType.SUBSCRIPTION:
                context = desk.context(credential, seen.request_id)
                return await _executed(desk, context, asked, cost, seen)
            seen.transport = "sse"
            after = _resume_point(request)
            live = await desk.listen(credential, seen.request_id, asked, after)
            seen.viewer(live.viewer)
            async with live_events(desk, live) as events:
                limit.reschedule(None)
                seen.answered(200)
                await events.send(request.scope, request.receive, send, seen.request_id)
            return None


def _accept(request: Request) -> str | None:
    """Return what the client accepts; several lines of the header are one list."""
    lines = request.headers.getlist("accept")
    return ", ".join(lines) if lines else None


async def _read(desk: Desk, request: Request) -> tuple[Credential, running.Request]:
    """Return whose request it is and what is asked; a stranger's body is not read."""
    if request.method != "POST":
        raise Malformed("Send a POST request.", 405, Allow="POST")
    if preferred(_accept(request)) is None:
        raise Malformed(f"Accept one of {', '.join(OFFERED)}.", 406)
    credential = desk.tokens.read_header(request.headers.get("authorization"))
    return credential, await read_request(request, desk.settings.max_body_bytes)


async def _executed(
    desk: Desk,
    opened: AbstractAsyncContextManager[Context],
    asked: running.Request,
    cost: int,
    seen: Observed,
) -> Answer:
    async with opened as context:
        seen.viewer(context.viewer)
        charge = await desk.charge(context.viewer, cost)
        result = await desk.engine.execute(asked, context)
    told = answer(result, context.request_id, charge.extensions)
    if result.data is None and _before_execution(result.errors or ()):
        del told["data"]
        return Answer(told, 400, headers=charge.headers)
    return Answer(told, headers=charge.headers)


def _before_execution(found: Any) -> bool:
    # The variables did not fit, so nothing was executed.
    return any(error.path is None for error in found)


def _resume_point(request: Request) -> str | None:
    """Return where a client goes on that lost its stream; BadRequest if it takes no stream."""
    if preferred(_accept(request), (EVENT_STREAM,)) is None:
        raise BadRequest(f"Subscriptions run over WebSocket, or with `Accept: {EVENT_STREAM}`.")
    return request.headers.get("last-event-id") or None

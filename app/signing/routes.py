"""The addresses of the signing page, and what is answered where something is wrong."""

from collections.abc import Awaitable, Callable

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from uuid_utils.compat import uuid7

from app.desk import Desk, in_time
from app.observing import Observed
from app.protocols import impatient
from app.signing import pages
from app.signing.posting import Malformed, Posting
from app.signing.reading import completed_pdf, page_image, pdf, read
from files.links import BadLink
from files.press.jobs import PressBusy, PressFailed, Unreadable
from files.storage_errors import StorageError
from models.errors import described, is_unavailable
from resolvers.problems import Refused, RequestError
from resolvers.signing import Changed, Closed, NotSigner

Answering = Callable[[Desk, Request, str], Awaitable[Response]]
_NOT_NOW = (Refused, RequestError, StorageError, PressBusy, PressFailed, Unreadable)
_log = structlog.get_logger(__name__)


class Endpoint:
    """One address: how each method of HTTP is answered there."""

    def __init__(self, **methods: Answering) -> None:
        """Take what answers each method, by its name in capitals."""
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; its address is a secret, so it is told nowhere."""
        request = Request(scope, receive)
        desk: Desk = request.app.state.desk
        send = impatient(scope, send, desk.settings.send_seconds)
        with Observed("sign", uuid7().hex) as seen:
            try:
                async with in_time(desk.settings.request_seconds):
                    response = await self._answer(desk, request, seen.request_id)
            except ClientDisconnect:
                return
            except Exception as error:
                response = _failed(error, seen.request_id)
            seen.answered(response.status_code)
            await response(scope, receive, send)

    async def _answer(self, desk: Desk, request: Request, request_id: str) -> Response:
        answering = self._methods.get(request.method)
        if answering is None:
            allow = ", ".join(sorted(self._methods))
            return pages.told("wrong", 405, headers={"Allow": allow})
        return await answering(desk, request, request_id)


def _failed(error: Exception, request_id: str) -> Response:
    """Return the page for a request that failed; a link that opens nothing never tells why."""
    if isinstance(error, BadLink | Closed):
        return pages.told("gone", 404)
    if isinstance(error, Changed):
        return pages.told("changed", 409)
    if isinstance(error, NotSigner):
        return pages.told("wrong", 400)
    if isinstance(error, Malformed):
        return pages.told(error.page, error.status)
    if isinstance(error, _NOT_NOW) or is_unavailable(error):
        return pages.told("later", 503)
    _log.error("unexpected error", request_id=request_id, **described(error))
    return pages.told("later", 500)


def signing_routes() -> list[Route]:
    """Return the routes of the signing page."""
    posting = Posting()
    page = Endpoint(GET=read, HEAD=read, POST=posting.answer)
    return [
        Route("/sign/{link}", page),
        Route("/sign/{link}/pages/{number}", Endpoint(GET=page_image, HEAD=page_image)),
        Route("/sign/{link}/pdf", Endpoint(GET=pdf, HEAD=pdf)),
        Route("/signed/{link}", Endpoint(GET=completed_pdf, HEAD=completed_pdf)),
    ]

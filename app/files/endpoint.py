"""One request for a file: who answers it, how it is refused, and how it is told in the log."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

import orjson
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope, Send

from app.files.desk import FileDesk
from app.files.refusals import FileRefused, answer_of, gone
from app.observing import Observed, codes_of, request_id_of
from app.protocols import abort_of, impatient
from files.shelf import Shelf
from files.storage_errors import Missing
from permissions.viewer import Credential
from resolvers.file_links import BadLink, LinkKind

_JSON = "application/json; charset=utf-8"
_ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_log = structlog.get_logger(__name__)


class Linked(Protocol):
    """What a link opens is always for somebody."""

    @property
    def credential(self) -> Credential:
        """Whose access it uses."""


L = TypeVar("L", bound=Linked)


class Visit:
    """A request for a file and the way to answer it.

    `headers` go with every answer, also with a refusal.
    """

    def __init__(self, request: Request, send: Send, seen: Observed) -> None:
        """Take the request, what sends the answer, and who tells of it."""
        self.files: FileDesk = request.app.state.files
        self.request = request
        self.seen = seen
        self.headers = {**_ALWAYS, "X-Request-Id": seen.request_id}
        self._send = send
        self._begun = False

    def opened(self, opening: Callable[[Shelf, LinkKind, str, datetime], L], kind: LinkKind) -> L:
        """Return what the link of the request opens; refused like any other bad link.

        No link outlives the token that it was asked for with, but one to go on with an upload: that
        is for 24 hours (C11).
        """
        now, text = self.files.now(), str(self.request.path_params["link"])
        try:
            link = opening(self.files.shelf, kind, text, now)
        except BadLink:
            raise gone() from None
        if kind is not LinkKind.RESUME:
            self.check_time(link.credential)
        return link

    def check_time(self, credential: Credential) -> None:
        """Refuse a credential whose time is over."""
        if credential.expires_at is not None and self.files.now() >= credential.expires_at:
            raise gone()

    async def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Send the status and the headers."""
        self._begun = True
        lines = {**self.headers, **headers}.items()
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in lines]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def body(self, content: Any, *, more: bool = False) -> None:
        """Send bytes of the body."""
        message: Message = {"type": "http.response.body", "body": content, "more_body": more}
        await self._send(message)

    async def answer(
        self, status: int, headers: Mapping[str, str] | None = None, content: bytes = b""
    ) -> None:
        """Send an answer as a whole."""
        length = {} if status in (204, 304) else {"Content-Length": str(len(content))}
        self.seen.answered(status)
        await self.begin(status, {**length, **(headers or {})})
        await self.body(content)

    async def refuse(self, error: Exception) -> None:
        """Tell why not; an answer that has begun can only be broken off."""
        if isinstance(error, Missing):
            _log.error("stored bytes are missing")
        found = answer_of(error, self.seen.request_id)
        self.seen.answered(found.status, codes_of(found.told))
        if self._begun:
            self.abort()
            return
        content = b"" if self.request.method == "HEAD" else orjson.dumps(found.told)
        await self.answer(found.status, {"Content-Type": _JSON, **found.headers}, content)

    def abort(self) -> None:
        """Drop the connection, and what waits in it to be read."""
        abort_of(self.request.scope)()


Handler = Callable[[Visit], Awaitable[None]]


class FileEndpoint:
    """The endpoint of one kind of links; `operation` is its name in logs and metrics."""

    def __init__(self, operation: str, **handlers: Handler) -> None:
        """Take who answers which method."""
        self._operation = operation
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        files: FileDesk = request.app.state.files
        send = impatient(scope, send, files.settings.send_seconds)
        parent, request_id = request.headers.get("traceparent"), request_id_of(request)
        with Observed("file", request_id, parent, self._operation) as seen:
            visit = Visit(request, send, seen)
            try:
                await self._handler(request.method)(visit)
            except ClientDisconnect:
                return
            except asyncio.CancelledError:
                visit.abort()
                raise
            except Exception as error:
                await visit.refuse(error)

    def _handler(self, method: str) -> Handler:
        found = self._handlers.get(method)
        if found is None:
            allowed = ", ".join(self._handlers)
            raise FileRefused(405, "BAD_REQUEST", f"Send one of {allowed}.", Allow=allowed)
        return found

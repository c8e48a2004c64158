"""One operation, or one socket, as it is told: a log line, counts and a span together."""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Literal, Self

import structlog
from graphql import OperationType, get_operation_ast
from starlette.requests import ClientDisconnect, Request
from starlette.websockets import WebSocketDisconnect
from structlog.contextvars import bind_contextvars, reset_contextvars
from uuid_utils.compat import uuid7

from app import metrics
from app.tracing import traces
from permissions.viewer import Viewer
from schema.execution import Engine
from schema.execution import Request as Asked

Transport = Literal["http", "sse", "ws", "file", "sign"]
CLIENT_LEFT = 499
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PLAIN_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,63}")
_LEFT = (ClientDisconnect, WebSocketDisconnect)
_BROKEN = frozenset(("INTERNAL", "UNAVAILABLE"))
_log = structlog.get_logger(__name__)


def request_id_of(request: Request) -> str:
    """Return the id that the client gave its request, or a new one."""
    given = request.headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid7().hex


class Observed:
    """An operation from its arrival to its answer, told once: when `answered`, or when left.

    Within it, every log line holds the request id, and transactions belong to its span.
    """

    def __init__(
        self,
        transport: Transport,
        request_id: str,
        traceparent: str | None = None,
        kind: str = "none",
    ) -> None:
        """Begin; `traceparent` is the header of that name, `kind` what is known to be asked."""
        self.transport = transport
        self.request_id = request_id
        self._kind = kind
        self._name: str | None = None
        self._viewer: Viewer | None = None
        self._cost: int | None = None
        self._bytes: int | None = None
        self._told = False
        self._traceparent = traceparent
        self._began = time.perf_counter()

    def operation(self, kind: OperationType, name: str | None = None) -> OperationType:
        """Take what is to run, and return it; the name is told if it is a plain one."""
        self._kind = kind.value
        if name and _PLAIN_NAME.fullmatch(name):
            self._name = name
        return kind

    def viewer(self, viewer: Viewer) -> None:
        """Take who asks."""
        self._viewer = viewer

    def cost(self, cost: int) -> None:
        """Take what it costs."""
        self._cost = cost

    def moved(self, count: int) -> None:
        """Count bytes of a file that came or went."""
        self._bytes = count + (self._bytes or 0)

    def answered(self, status: int, codes: Iterable[str] = ()) -> None:
        """Tell the answer's status and the codes of its errors; only the first call counts."""
        if self._told:
            return
        self._told = True
        found = list(codes)
        seconds = time.perf_counter() - self._began
        metrics.answered(self.transport, self._kind, status, found, seconds)
        if self._bytes:
            metrics.file_bytes.labels(self._kind).inc(self._bytes)
        told = self._facts(status, found)
        _log.info("request", ms=round(1000 * seconds, 1), **told)
        if self._span is not None:
            failed = status >= 500 or not _BROKEN.isdisjoint(found)
            self._span.end(self._span_name(), self._attributes(told), failed=failed)

    def _facts(self, status: int, codes: list[str]) -> dict[str, Any]:
        told: dict[str, Any] = {
            "transport": self.transport,
            "operation": self._kind,
            "status": status,
        }
        if self._name:
            told["operation_name"] = self._name
        if codes:
            told["codes"] = sorted(set(codes))
        if self._cost is not None:
            told["cost"] = self._cost
        if self._bytes is not None:
            told["bytes"] = self._bytes
        if self._viewer is not None:
            told["user"] = str(self._viewer.user_id)
            told["practice"] = str(self._viewer.practice_id)
        return told

    def _span_name(self) -> str:
        names = {"subscription": "subscription start", "none": "request"}
        return names.get(self._kind, self._kind)

    def _attributes(self, told: dict[str, Any]) -> dict[str, Any]:
        shown = {f"l2p.{key}": value for key, value in told.items() if key != "operation_name"}
        shown["l2p.request_id"] = self.request_id
        if self._name:
            shown["graphql.operation.name"] = self._name
        return shown

    def __enter__(self) -> Self:
        """Give every log line from here on the request id."""
        self._span = traces.operation(self._traceparent)
        self._token = bind_contextvars(request_id=self.request_id)
        return self

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        """Tell an operation that was not answered."""
        if not self._told:
            self.answered(_status_of(error))
        if self._span is not None:
            self._span.leave()
        reset_contextvars(**self._token)


def _status_of(error: BaseException | None) -> int:
    """Return the status of an operation that ended without an answer of its own."""
    if error is None or not isinstance(error, Exception) or isinstance(error, _LEFT):
        return CLIENT_LEFT
    return getattr(error, "status_code", 500)


def codes_of(told: Mapping[str, Any]) -> list[str]:
    """Return the codes of the errors in an answer."""
    return [error["extensions"]["code"] for error in told.get("errors", ())]


def named(engine: Engine, request: Asked) -> tuple[OperationType, str | None]:
    """Return the kind and the name of the operation that a valid document is to run."""
    kind = engine.operation(request)
    found = get_operation_ast(engine.known(request.query).document, request.operation_name)
    return kind, found.name.value if found and found.name else None


class ObservedSocket:
    """A WebSocket from its opening to its close code."""

    def __init__(self, code: Callable[[], int]) -> None:
        """Take how to learn the close code in the end."""
        self._code = code
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        """Count the socket."""
        metrics.sockets.inc()
        _log.debug("socket opened")
        return self

    def __exit__(self, *_: object) -> None:
        """Tell with which code it closed."""
        metrics.sockets.dec()
        code = self._code()
        metrics.closed(code)
        seconds = round(time.monotonic() - self._began, 1)
        _log.info("socket closed", code=code, seconds=seconds)

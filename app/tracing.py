"""Traces: a span an operation, a span a transaction; never one a field, never a text (P20).

Off unless the environment names a collector (OTEL_EXPORTER_OTLP_ENDPOINT) and the extra `otel` is
installed; until then nothing of OpenTelemetry is imported.
"""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any, Protocol

import structlog

_ASKED_BY = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_NOTHING = nullcontext()
_log = structlog.get_logger(__name__)


class Span(Protocol):
    """The span of one operation; it has begun."""

    def end(self, name: str, told: Mapping[str, Any], *, failed: bool) -> None:
        """End the span with what is known now."""

    def leave(self) -> None:
        """Be nobody's parent any more."""


class Spans(Protocol):
    """Makes spans."""

    def operation(self, traceparent: str | None) -> Span:
        """Return the begun span of an operation, a child of the caller's if he names one."""

    def attempt(self, number: int) -> AbstractContextManager[object]:
        """Return what surrounds an attempt of a writing transaction."""

    def stop(self) -> None:
        """Send what is left."""


class Traces:
    """The spans of this process; none until `start`."""

    def __init__(self) -> None:
        """Begin without traces."""
        self._spans: Spans | None = None

    def start(self, spans: Spans | None = None) -> None:
        """Make spans from now on, if the environment asks for it or with `spans`."""
        self._spans = spans or self._spans or _asked_for()

    def operation(self, traceparent: str | None) -> Span | None:
        """Return the begun span of an operation; None without traces."""
        return self._spans.operation(traceparent) if self._spans else None

    def attempt(self, number: int) -> AbstractContextManager[object]:
        """Return what surrounds an attempt of a writing transaction."""
        return self._spans.attempt(number) if self._spans else _NOTHING

    def stop(self) -> None:
        """Send what is left and make no more spans."""
        spans, self._spans = self._spans, None
        if spans is not None:
            spans.stop()


def _asked_for() -> Spans | None:
    disabled = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if disabled or not any(map(os.environ.get, _ASKED_BY)):
        return None
    try:
        spans: Spans = import_module("app.spans").Spans()
    except ImportError:
        _log.warning("traces are asked for but the extra otel is not installed")
        return None
    return spans


traces = Traces()

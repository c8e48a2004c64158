"""Spans by OpenTelemetry. Only `app/tracing.py` imports this, and only if traces are asked for."""

import os
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_NAME = "lead2patient"
_STOP_SECONDS = 2.0
_callers = TraceContextTextMapPropagator()


class Span:
    """The span of one operation, which is the parent of whatever begins before it is left."""

    def __init__(self, tracer: trace.Tracer, traceparent: str | None) -> None:
        """Begin as a child of the caller's span, if he names one (W3C Trace Context)."""
        # The caller's tracestate is not passed on: nobody here reads it, and it is free text.
        given = {"traceparent": traceparent} if traceparent else {}
        parent = _callers.extract(given, context.Context())
        self._span = tracer.start_span("request", parent, trace.SpanKind.SERVER)
        self._token = context.attach(trace.set_span_in_context(self._span, parent))

    def end(self, name: str, told: Mapping[str, Any], *, failed: bool) -> None:
        """End the span with what is known now."""
        self._span.update_name(name)
        self._span.set_attributes(told)
        if failed:
            self._span.set_status(trace.StatusCode.ERROR)
        self._span.end()

    def leave(self) -> None:
        """Be nobody's parent any more."""
        context.detach(self._token)


class Spans:
    """Makes spans and sends them where OpenTelemetry's own variables say."""

    def __init__(self, processor: SpanProcessor | None = None) -> None:
        """Send to the collector of the environment, or to `processor`."""
        name = os.environ.get("OTEL_SERVICE_NAME") or _NAME
        self._provider = TracerProvider(resource=Resource.create({"service.name": name}))
        self._provider.add_span_processor(processor or BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer(_NAME)

    def operation(self, traceparent: str | None) -> Span:
        """Return the begun span of an operation."""
        return Span(self._tracer, traceparent)

    def attempt(self, number: int) -> AbstractContextManager[object]:
        """Return what surrounds an attempt of a writing transaction."""
        return self._tracer.start_as_current_span(
            "transaction",
            attributes={"l2p.attempt": number},
            record_exception=False,  # its message may hold data
            set_status_on_exception=False,
        )

    def stop(self) -> None:
        """Send what is left, for 2 s at most: a collector that is away does not hold us."""
        last = threading.Thread(target=self._provider.shutdown, name="last spans", daemon=True)
        last.start()
        last.join(_STOP_SECONDS)

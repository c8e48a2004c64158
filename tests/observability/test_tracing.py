"""Traces: a span an operation and a span a transaction, nothing private, nothing unasked for."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.spans import Spans
from app.tracing import traces
from tests.client import Client, LiveBoard
from tests.docs.pages import ROOT
from tests.http.test_privacy import CREATE, ERRORS, SECRETS, person
from tests.http.test_requests import post
from tests.local import local_client
from tests.observability.process import environment
from tests.server import Server

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
KNOWN = {
    "l2p.transport",
    "l2p.operation",
    "l2p.status",
    "l2p.codes",
    "l2p.cost",
    "l2p.user",
    "l2p.practice",
    "l2p.request_id",
    "l2p.attempt",
    "graphql.operation.name",
}


@pytest.fixture
def spans(server: Server) -> Iterator[InMemorySpanExporter]:
    """The spans of a server that already runs."""
    exporter = InMemorySpanExporter()
    traces.start(Spans(SimpleSpanProcessor(exporter)))
    yield exporter
    traces.stop()


def named(spans: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [one for one in spans.get_finished_spans() if one.name == name]


def of_operations(spans: InMemorySpanExporter) -> list[ReadableSpan]:
    """Return the transactions of operations; the trail of reads has its own, of nobody."""
    return [one for one in named(spans, "transaction") if one.parent]


async def test_a_query_is_one_span(server: Server, spans: InMemorySpanExporter) -> None:
    token = await server.practice("alpha")
    spans.clear()
    asked = {"query": "query Mine { viewer { role practice { name } } }"}
    answer = await post(server, token, json=asked)
    (span,) = spans.get_finished_spans()
    assert (span.name, span.parent) == ("query", None)
    told = dict(span.attributes or {})
    assert told["graphql.operation.name"] == "Mine"
    assert told["l2p.request_id"] == answer.headers["x-request-id"]
    assert (told["l2p.transport"], told["l2p.status"]) == ("http", 200)
    assert {"l2p.user", "l2p.practice"} <= told.keys() <= KNOWN
    assert span.resource.attributes["service.name"] == "lead2patient"


async def test_a_mutation_s_transaction_is_its_child(
    server: Server, spans: InMemorySpanExporter
) -> None:
    token = await server.practice("alpha")
    variables = {"input": await person(server, token)}
    spans.clear()
    await post(server, token, json={"query": CREATE, "variables": variables})
    (mutation,), (transaction,) = named(spans, "mutation"), of_operations(spans)
    assert transaction.parent is not None
    assert transaction.parent.span_id == mutation.context.span_id
    assert dict(transaction.attributes or {}) == {"l2p.attempt": 1}


@pytest.mark.parametrize(
    ("traceparent", "followed"),
    [(f"00-{TRACE}-{PARENT}-01", True), ("00-Gr4ce-P4rk-01", False), ("x" * 5000, False)],
)
async def test_the_caller_s_trace_goes_on(
    server: Server, spans: InMemorySpanExporter, traceparent: str, *, followed: bool
) -> None:
    token = await server.practice("alpha")
    spans.clear()
    headers = {"traceparent": traceparent, "tracestate": "v=Gr4ce"}
    headers["authorization"] = f"Bearer {token}"
    async with local_client(headers=headers) as http:
        await http.post(server.http, json={"query": "{ viewer { role } }"})
    (span,) = spans.get_finished_spans()
    assert span.context is not None
    assert (format(span.context.trace_id, "032x") == TRACE) is followed
    assert (span.parent is not None) is followed
    assert "Gr4ce" not in span.to_json()


async def test_a_subscription_is_a_span_until_it_has_begun(
    server: Server, spans: InMemorySpanExporter
) -> None:
    async with local_client() as http:
        client = Client(server, http, await server.practice("alpha"))
        pipeline = (await client.ask("{ pipelines { id } }"))["pipelines"][0]["id"]
        spans.clear()
        board = await LiveBoard(client, pipeline).open()
        (span,) = named(spans, "subscription start")
        assert dict(span.attributes or {})["l2p.transport"] == "ws"
        await client.do("createContact", **await person(server, client.token))
        await board.cut()
    assert len(named(spans, "subscription start")) == 1
    assert len(of_operations(spans)) == 1


async def test_failures_are_told_by_code_and_nothing_private_is_in_a_span(
    server: Server, spans: InMemorySpanExporter
) -> None:
    token = await server.practice("alpha")
    await post(server, token, json={"query": CREATE, "variables": {"input": {"x": "Gr4ce P4rk"}}})
    for document in ERRORS:
        await post(server, token, json={"query": document})
    await post(server, "Gr4ce.P4rk.B0tox", json={"query": ERRORS[0]})
    text = "".join(one.to_json() for one in spans.get_finished_spans())
    assert "BAD_REQUEST" in text
    assert "UNAUTHENTICATED" in text
    assert [one for one in (*SECRETS, token, "alpha") if one in text] == []
    assert not any(one.events for one in spans.get_finished_spans())
    keys = {key for one in spans.get_finished_spans() for key in one.attributes or {}}
    assert keys <= KNOWN


ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}


def python(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code]
    options: dict[str, Any] = {"capture_output": True, "text": True, "timeout": 60}
    return subprocess.run(command, cwd=ROOT, env=environment(**variables), check=True, **options)


START = "import sys; import app.asgi; from app.tracing import traces; "
# The library of Redis imports what it finds of OpenTelemetry; our own part is `app.spans`.
LOADED = "print('app.spans' in sys.modules)"


@pytest.mark.parametrize(
    "variables", [{}, {**ENDPOINT, "OTEL_SDK_DISABLED": "true"}], ids=["unasked", "disabled"]
)
def test_unasked_nothing_of_it_is_imported(variables: dict[str, str]) -> None:
    told = python(f"{START} traces.start(); {LOADED}", **variables)
    assert told.stdout == "False\n"


def test_asked_for_it_begins_and_stops_though_no_collector_is_there() -> None:
    code = "import time; traces.start(); span = traces.operation(None)"
    end = "span.end('query', {}, failed=False); span.leave(); began = time.monotonic()"
    stop = "traces.stop(); print(time.monotonic() - began < 3)"
    assert python(f"{START} {code}; {end}; {stop}", **ENDPOINT).stdout == "True\n"


def test_without_the_extra_it_is_told_and_the_program_goes_on() -> None:
    gone = "import sys; sys.modules['opentelemetry'] = None; "
    told = python(f"{gone}{START} traces.start(); print(traces.operation(None))", **ENDPOINT)
    assert "the extra otel is not installed" in told.stdout
    assert told.stdout.endswith("None\n")

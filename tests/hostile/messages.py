"""Hostile messages on a WebSocket (graphql-transport-ws), each with what becomes of the socket."""

import json
from collections.abc import Iterator
from typing import Any

from tests.hostile.frames import MALFORMED, MOST, PING_TEXT, Case
from tests.hostile.wire import frame

STRANGER, TWICE, AGAIN = 4401, 4409, 4429
VIEWER = "{ viewer { role } }"
LIVE = "subscription ($p: ID!) { boardEvents(pipelineId: $p) { cursor } }"
TWO = 'subscription { a: boardEvents(pipelineId: "") { cursor } __typename }'
TYPES: list[Any] = [
    None, 1, True, [], {}, ["ping"], "", " ", "Ping", "ping ", "ping\0", "\u03a1ing", "__proto__",
    "constructor", "toString", "hasOwnProperty", "__class__", "_handle", "connection_ack", "next",
    "error", "data", "start", "stop", "ka", "connection_terminate", "connection_error",
    "connectionInit", "x" * 50_000,
]  # fmt: skip
NO_MESSAGES = [
    "", " ", "\0", "null", "true", "0", '"ping"', "[]", "{}", '[{"type":"ping"}]', "NaN",
    "{'type':'ping'}", '{"type":"ping"', '{"type":"ping"}}', '{"type":"ping"}{"type":"ping"}',
    '{"type":"ping",}', '{/**/"type":"ping"}', '\ufeff{"type":"ping"}', '{"type":"\\ud800"}',
    '{"type":"\n"}', '{"type":ping}', '{"n":-}', '{"TYPE":"ping"}', '{"type":"ping","type":"what"}',
    '{"type":"ping","type":null}', '{"type":"ping","n":1e999999}', "[" * 60_000, '{"type":' * 8_000,
    "[" * 29_000 + "]" * 29_000, '{"type":"ping","n":' + "9" * 60_000 + "}",
]  # fmt: skip
PINGS = {
    "64 KiB of spaces after a ping": PING_TEXT.ljust(MOST),
    "the same key twice, a ping last": '{"type":"what","type":"ping"}',
    "a ping with much in it": '{"type":"ping","payload":' + "[" * 900 + "]" * 900 + "}",
    "a stray pong": '{"type":"pong","payload":{"__proto__":{}}}',
}
NO_IDS: list[Any] = [None, 0, 1.5, True, [], ["x"], {}]
ODD_IDS = [
    "__proto__", "constructor", "\0", "\u202e\u200d\U0001f600", " ", "'", "i" * 60_000,
]  # fmt: skip
NO_OBJECTS: list[Any] = ["{}", 1, [], True]
NO_NAMES: list[Any] = [1, [], {}, True]
NO_PAYLOADS: list[Any] = [
    None, 1, VIEWER, [], [{"query": VIEWER}], {}, {"query": None}, {"query": 1},
    {"query": [VIEWER]}, {"query": {"query": VIEWER}}, {"Query": VIEWER},
    *({"query": VIEWER, "variables": value} for value in NO_OBJECTS),
    *({"query": VIEWER, "operationName": value} for value in NO_NAMES),
    *({"query": VIEWER, "extensions": value} for value in NO_OBJECTS),
]  # fmt: skip
SERVED: dict[str, dict[str, Any]] = {
    "nulls besides": {"query": VIEWER, "variables": None, "operationName": None},
    "variables nobody declared": {"query": VIEWER, "variables": {"__proto__": {"a": 1}}},
    "deep variables": {"query": VIEWER, "variables": {"x": json.loads("[" * 900 + "]" * 900)}},
    "a BOM in the middle": {"query": "{ viewer \ufeff { role } }"},
    "the name of the type": {"query": "{ __typename }"},
}
REFUSED: dict[str, dict[str, Any]] = {
    "an empty document": {"query": ""},
    "a comment": {"query": "# nothing"},
    "a NUL": {"query": "{ viewer\0 { role } }"},
    "what is not there": {"query": "{ secrets }"},
    "an operation that is not there": {"query": VIEWER, "operationName": "__proto__"},
    "two operations, none named": {"query": "query A { __typename } query B { __typename }"},
    "a type, no operation": {"query": "type Query { a: Int }"},
    "a fragment in a circle": {"query": "{...A} fragment A on Query {...A}"},
    "a variable is missing": {"query": LIVE},
    "a variable is an object": {"query": LIVE, "variables": {"p": {}}},
    "a deep variable": {"query": LIVE, "variables": {"p": json.loads("[" * 900 + "]" * 900)}},
    "no id of a pipeline": {"query": LIVE, "variables": {"p": "' OR 1=1"}},
    "two fields to listen to": {"query": TWO},
    "@idempotent on a query": {"query": '{ viewer @idempotent(key: "k") { role } }'},
    "a mutation of nothing": {"query": "mutation { moveOpportunity(input: null) { cursor } }"},
}
TOO_MUCH: dict[str, dict[str, Any]] = {
    "a document of 60 KB": {"query": VIEWER + "#" * 60_000},
    "3,000 tokens": {"query": "{" + " __typename" * 3_000 + "}"},
    "very deep": {"query": "{viewer" * 1_900},
    "deep and closed": {"query": "{viewer" * 990 + "}" * 990},
    "a deep argument": {"query": "{node(id:" + "[" * 980 + "]" * 980 + "){id}}"},
}
CREDENTIALS: list[Any] = [
    None, {}, {"authorization": None}, {"authorization": ["Bearer"]},
    {"authorization": {"Bearer": "x"}}, {"Authorization": "Bearer x"},
    {"__proto__": {"authorization": "Bearer x"}}, {"userId": "me", "role": "ADMIN"},
]  # fmt: skip


def texts(name: str, close: int | None, *said: str, signed_in: bool = True) -> Case:
    """Return a case of texts."""
    return Case(name, tuple(frame(text) for text in said), close, signed_in=signed_in)


def messages(name: str, close: int | None, *said: dict[str, Any], signed_in: bool = True) -> Case:
    """Return a case of messages."""
    return texts(name, close, *map(json.dumps, said), signed_in=signed_in)


def subscribe(key: object, payload: object) -> dict[str, Any]:
    """Return the message that begins an operation."""
    return {"type": "subscribe", "id": key, "payload": payload}


def _shapes() -> Iterator[Case]:
    for text in NO_MESSAGES:
        yield texts(f"the text {text!r:.40} of {len(text)}", MALFORMED, text)
    for kind in TYPES:
        yield messages(f"the type {kind!r:.40}", MALFORMED, {"type": kind})
    for name, text in PINGS.items():
        yield texts(name, None, text)
    yield texts("1,000 pings", None, *([PING_TEXT] * 1000))


def _ids() -> Iterator[Case]:
    served = {"query": VIEWER}
    yield messages("subscribe without an id", MALFORMED, {"type": "subscribe", "payload": served})
    yield messages("complete without an id", MALFORMED, {"type": "complete"})
    yield messages("subscribe with an empty id", MALFORMED, subscribe("", served))
    for key in NO_IDS:
        yield messages(f"subscribe with the id {key!r}", MALFORMED, subscribe(key, served))
        yield messages(f"complete {key!r}", MALFORMED, {"type": "complete", "id": key})
    for key in ODD_IDS:
        yield messages(f"an operation with the id {key!r:.30}", None, subscribe(key, served))
    yield messages("complete what never ran", None, *({"type": "complete", "id": k} for k in "xy"))
    for key in ("x", "\u00e9" * 9_000):
        yield messages(f"the id {key:.9} twice", TWICE, *[subscribe(key, served)] * 2)


def _payloads() -> Iterator[Case]:
    for payload in NO_PAYLOADS:
        yield messages(f"the payload {payload!r:.60}", MALFORMED, subscribe("x", payload))
    for name, payload in SERVED.items():
        yield messages(name, None, subscribe("x", payload))._replace(runs="x")
    for code, payloads in (("BAD_REQUEST", REFUSED), ("COST_LIMIT", TOO_MUCH)):
        for name, payload in payloads.items():
            case = messages(name, None, subscribe("x", payload))
            yield case._replace(runs="x", codes=frozenset((code,)))


def _strangers() -> Iterator[Case]:
    for name, message, close in (
        ("subscribe", subscribe("1", {"query": VIEWER}), STRANGER),
        ("a bad subscribe", {"type": "subscribe"}, STRANGER),
        ("complete", {"type": "complete", "id": "1"}, MALFORMED),
        ("what nobody knows", {"type": "connection_terminate"}, MALFORMED),
    ):
        yield messages(f"{name} before the sign-in", close, message, signed_in=False)
    for payload in ("Bearer x", 1, True, [], ["Bearer x"]):
        yield _init(MALFORMED, payload)
    for payload in CREDENTIALS:
        yield _init(STRANGER, payload)
    init = {"type": "connection_init"}
    yield messages("init without a payload", STRANGER, init, signed_in=False)
    pings = [{"type": "ping"}] * 50
    yield messages("pings, then a bad init", STRANGER, *pings, init, signed_in=False)
    yield messages("a second sign-in", AGAIN, init)
    yield messages("a second sign-in, malformed", AGAIN, {**init, "payload": 1})


def _init(close: int, payload: object) -> Case:
    message = {"type": "connection_init", "payload": payload}
    return messages(f"init with {payload!r}", close, message, signed_in=False)


MESSAGES = [*_shapes(), *_ids(), *_payloads(), *_strangers()]

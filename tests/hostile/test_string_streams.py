"""Hostile texts in what a live board is asked for: a stream begins, or says why it does not."""

import pytest

from tests.hostile.strings import some
from tests.hostile.test_frames import signed_in
from tests.hostile.walk import slots
from tests.hostile.watch import codes_in, no_traceback
from tests.hostile.wire import Wire
from tests.hostile.world import numbered, target, whole
from tests.server import running_server

SUBSCRIPTIONS = [one for one in slots() if one.operation == "subscription"]
AT_ONCE = 10


async def firsts(wire: Wire, document: str, texts: list[str]) -> set[str]:
    """Begin streams, wait for the first message of each, end them; return the codes told."""
    open_keys = {str(place) for place in range(len(texts))}
    for key, text in zip(sorted(open_keys), texts, strict=True):
        asked = {"query": document, "variables": numbered([text])}
        await wire.say(type="subscribe", id=key, payload=asked)
    codes: set[str] = set()
    while open_keys:
        told = await wire.hear()
        assert isinstance(told, dict), told
        payload = told.get("payload")
        codes |= codes_in({"errors": payload} if told["type"] == "error" else payload)
        open_keys.discard(told["id"])
    for place in range(len(texts)):
        await wire.say(type="complete", id=str(place))
    return codes


async def test_texts_in_every_argument_of_a_live_board(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert len(SUBSCRIPTIONS) >= 15
    with no_traceback(caplog):
        async with (
            running_server(database_url, max_cost_per_minute=10**9) as server,
            target(server) as victim,
            signed_in(server, victim.token) as wire,
        ):
            for turn, where in enumerate(SUBSCRIPTIONS):
                # Half a character is no JSON, a long frame is none: both end the socket.
                texts = [text for text in some(14, turn) if whole(text) and len(text) < 10_000]
                texts = texts[:AT_ONCE]
                codes = await firsts(wire, where.document(1, victim.world), texts)
                assert codes <= {"BAD_REQUEST"}, where.name

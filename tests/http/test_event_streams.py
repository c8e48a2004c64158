"""GraphQL over SSE, distinct connections mode: the form of a stream, and who gets one."""

import json
from typing import Any

import pytest

from tests.client import Client
from tests.http.edge import EVENT_STREAM, GRAPHQL_JSON, JSON, Edge, codes_of, refused
from tests.http.event_source import streaming, watching
from tests.model.documents import LIVE, mutation
from tests.model.fold import Json
from tests.scenarios.spa import Spa

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TYPES = "{ viewer { practice { contactTypes { name } } } }"


def live(spa: Spa, **variables: Any) -> Json:
    return {"query": LIVE, "variables": {"pipeline": spa.pipeline, "first": 5, **variables}}


def edge_of(spa: Spa) -> Edge:
    return Edge(spa.server, spa.http, spa.ada.token)


async def test_a_live_board_is_a_stream_of_next_events(spa: Spa) -> None:
    async with watching(spa.ada, spa.pipeline) as board:
        answer = board.response
        assert answer.status_code == 200
        assert answer.headers["content-type"] == f"{EVENT_STREAM}; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-request-id"]
        assert "content-length" not in answer.headers
        assert (await board.next("BoardSnapshot"))["reason"] == "SUBSCRIBED"
        await spa.pair("Zoë \u2028 \u2029 Park")
        await board.next("CardEntered")
        await board.silent()
    assert "Zoë" in board.raw.decode("utf-8")
    assert b"\r" not in board.raw
    assert board.raw.count(b"event: next\n") == 2


async def test_every_event_has_its_cursor_as_id(spa: Spa) -> None:
    """Both texts open to the same place, sealed for the same viewer."""
    seal = spa.server.desk.services.seal
    viewer = spa.server.desk.tokens.read(spa.ada.token).user_id
    async with watching(spa.ada, spa.pipeline) as board:
        for number in range(3):
            event = await board.any()
            same = [seal.open_cursor(viewer, one) for one in (board.id, event["cursor"])]
            assert same[0] is not None
            assert same[0] == same[1]
            await spa.pair(f"Grace {number}")


async def test_an_id_is_there_also_where_no_cursor_is_asked_for(spa: Spa) -> None:
    document = "subscription ($id: ID!) { boardEvents(pipelineId: $id) { __typename } }"
    async with streaming(spa.ada, document, {"id": spa.pipeline}) as stream:
        assert await stream.result() == {"data": {"boardEvents": {"__typename": "BoardSnapshot"}}}
        first = stream.id
    async with streaming(spa.ada, document, {"id": spa.pipeline}, last_event_id=first) as stream:
        await spa.pair()
        assert await stream.result() == {"data": {"boardEvents": {"__typename": "CardEntered"}}}


async def test_queries_and_mutations_are_streams_of_one(spa: Spa) -> None:
    change = mutation("createContactType")
    answers = []
    for document, variables in ((TYPES, {}), (change, {"input": {"name": "VIP"}}), (TYPES, {})):
        async with streaming(spa.ada, document, variables) as stream:
            assert stream.response.headers["content-type"] == f"{EVENT_STREAM}; charset=utf-8"
            answers.append(await stream.result())
            await stream.completed()
    before, made, after = (one["data"] for one in answers)
    assert made["createContactType"]["contactType"]["name"] == "VIP"
    assert ["VIP" in json.dumps(one) for one in (before, after)] == [False, True]


CHOICES = [
    (f"{JSON}, {EVENT_STREAM}", JSON),
    (f"{GRAPHQL_JSON}, {EVENT_STREAM}", GRAPHQL_JSON),
    (f"{EVENT_STREAM}, {JSON}", EVENT_STREAM),
    (f"{EVENT_STREAM};q=0.1, {JSON};q=0.2", JSON),
    ("*/*", JSON),
    (f"{GRAPHQL_JSON}, */*;q=0.1", GRAPHQL_JSON),
]


@pytest.mark.parametrize(("accept", "media_type"), CHOICES)
async def test_who_takes_both_gets_json_or_a_stream_by_what_he_asks(
    spa: Spa, accept: str, media_type: str
) -> None:
    query = await edge_of(spa).post({"query": TYPES}, accept=accept)
    assert query.headers["content-type"] == f"{media_type}; charset=utf-8"
    async with streaming(spa.ada, LIVE, live(spa)["variables"], accept=accept) as stream:
        assert stream.response.headers["content-type"] == f"{EVENT_STREAM}; charset=utf-8"
        assert "data" in await stream.result()


@pytest.mark.parametrize(
    ("accept", "status"),
    [(None, 400), (GRAPHQL_JSON, 400), (JSON, 200), (f"{EVENT_STREAM};q=0, */*", 200)],
)
async def test_who_takes_no_stream_gets_no_subscription(
    spa: Spa, accept: str | None, status: int
) -> None:
    response = await edge_of(spa).post(live(spa), accept=accept)
    assert (response.status_code, refused(response)) == (status, ["BAD_REQUEST"])
    assert EVENT_STREAM in response.text


async def test_what_is_wrong_is_told_in_the_stream(spa: Spa) -> None:
    """A 400 would tell an EventSource nothing: errors before execution are a `next`, too."""
    by_value = {"order": {"field": "VALUE", "direction": "ASC"}}
    poor = await spa.hire("Poor", without=["OPPORTUNITY_VALUE_READ"])
    wrong: list[tuple[Client, Json, str]] = [
        (spa.ada, {"query": "subscription {"}, "BAD_REQUEST"),
        (spa.ada, {"query": "subscription { nothing }"}, "BAD_REQUEST"),
        (spa.ada, {"query": LIVE, "variables": {"first": 1}}, "BAD_REQUEST"),
        (spa.ada, live(spa, pipeline="no id"), "BAD_REQUEST"),
        (spa.ada, live(spa, pipeline=spa.ada.id), "NOT_FOUND"),
        (spa.ada, live(spa, after="no cursor"), "BAD_REQUEST"),
        (poor, live(spa, **by_value), "FORBIDDEN"),
    ]
    for client, body, code in wrong:
        async with streaming(client, body["query"], body.get("variables")) as stream:
            assert stream.response.status_code == 200
            told = await stream.result()
            await stream.completed()
        assert told.get("data") is None
        assert codes_of({"errors": told["errors"]}) == [code], body


async def test_a_stranger_gets_401_and_no_stream(spa: Spa) -> None:
    response = await edge_of(spa).post(live(spa), accept=EVENT_STREAM, authorization=None)
    assert (response.status_code, refused(response)) == (401, ["UNAUTHENTICATED"])


async def test_a_right_that_is_lost_ends_the_stream_with_its_reason(spa: Spa) -> None:
    """C5: one `next` with the error, then `complete`."""
    dan = spa.dan
    async with watching(dan, spa.pipeline) as board:
        await board.next("BoardSnapshot")
        await spa.access(dan, permissions=["CONTACTS_READ"])
        told = await board.result()
        assert codes_of({"errors": told["errors"]}) == ["NOT_FOUND"]
        await board.completed()


async def test_a_rest_of_events_does_not_wait_for_more(spa: Spa) -> None:
    """Each event is sent when it is there: none waits in a buffer for the next."""
    async with watching(spa.ada, spa.pipeline) as board:
        await board.next("BoardSnapshot")
        for number in range(5):
            await spa.pair(f"Grace {number}")
            assert (await board.next("CardEntered"))["opportunity"]["name"] == f"Grace {number}"

"""GraphQL over HTTP, "Media Types", "Accept" and "Body"; RFC 9110, 12.5.1: who gets which type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.negotiation import OFFERED, preferred
from tests.http.edge import EVENT_STREAM, GRAPHQL_JSON, HELLO_DATA, JSON, Edge, refused

ACCEPTED = [
    (None, GRAPHQL_JSON),
    ("*/*", JSON),
    ("application/*", JSON),
    (JSON, JSON),
    (GRAPHQL_JSON, GRAPHQL_JSON),
    # The order of the header decides between equals, whatever the order here.
    (f"{GRAPHQL_JSON}, {JSON}", GRAPHQL_JSON),
    (f"{JSON}, {GRAPHQL_JSON}", JSON),
    (f"{GRAPHQL_JSON}; charset=utf-8, {JSON}; charset=utf-8", GRAPHQL_JSON),
    (f"{EVENT_STREAM}, {JSON}", EVENT_STREAM),
    (f"{JSON}, {EVENT_STREAM}", JSON),
    # Weights go before the order.
    (f"{JSON};q=0.4, {GRAPHQL_JSON};q=0.5", GRAPHQL_JSON),
    (f"{GRAPHQL_JSON};q=0.4, {JSON};q=0.5", JSON),
    (f"{EVENT_STREAM};q=0.9, {JSON}", JSON),
    (f"{JSON};q=0.001", JSON),
    (f"{JSON} ; q=1.000", JSON),
    (f"{JSON};Q=0.1, {GRAPHQL_JSON};q=0.2", GRAPHQL_JSON),
    # What is named exactly goes before a wildcard, wherever it stands.
    (f"*/*, {JSON};q=0", GRAPHQL_JSON),
    (f"{JSON};q=0, */*;q=0.1", GRAPHQL_JSON),
    (f"application/*;q=0.1, {GRAPHQL_JSON};q=0.9", GRAPHQL_JSON),
    (f"*/*;q=0.9, application/*;q=0.1, {JSON};q=0.5", EVENT_STREAM),
    (f"application/*;q=0, {EVENT_STREAM};q=0.1", EVENT_STREAM),
    ("text/*", EVENT_STREAM),
    # What is not known is passed over; names have no case; a list may have empty places.
    (f"text/html, application/xml;q=0.9, {GRAPHQL_JSON};q=0.1", GRAPHQL_JSON),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSON),
    ("APPLICATION/JSON", JSON),
    ('application/json;charset="UTF-8"', JSON),
    (f",, {JSON} ,", JSON),
    (f'text/html;title="a, b", {GRAPHQL_JSON}', GRAPHQL_JSON),
    (f"{JSON};q=0.5;extension=1", JSON),
]


@pytest.mark.parametrize(("accept", "media_type"), ACCEPTED)
async def test_the_best_type_the_client_takes_is_sent(
    edge: Edge, accept: str | None, media_type: str
) -> None:
    response = await edge.post(accept=accept)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    if media_type != EVENT_STREAM:
        assert response.json()["data"] == HELLO_DATA


NOT_ACCEPTED = [
    "text/html",
    "image/*, application/xml",
    "application/graphql+json",
    f"{JSON};q=0",
    "*/*;q=0",
    f"{JSON};q=0, {GRAPHQL_JSON};q=0.0, {EVENT_STREAM};q=0.000",
    "application/json;charset=utf-16",
    "json",
]


@pytest.mark.parametrize("accept", NOT_ACCEPTED)
async def test_a_client_that_takes_none_of_ours_is_406(edge: Edge, accept: str) -> None:
    response = await edge.post(accept=accept)
    assert (response.status_code, refused(response)) == (406, ["BAD_REQUEST"])
    assert all(one in response.text for one in (JSON, GRAPHQL_JSON, EVENT_STREAM))


async def test_lines_of_accept_are_one_list(edge: Edge) -> None:
    """RFC 9110, 5.3: a header in several lines means the same as one with commas."""
    split = await edge.post(None, ("accept", GRAPHQL_JSON), accept="text/html")
    assert split.headers["content-type"] == f"{GRAPHQL_JSON}; charset=utf-8"
    weighed = await edge.post(None, ("accept", f"{JSON};q=0.9"), accept=f"{GRAPHQL_JSON};q=0.5")
    assert weighed.headers["content-type"] == f"{JSON}; charset=utf-8"


async def test_a_refusal_has_the_type_the_client_likes(edge: Edge) -> None:
    for accept, media_type in ACCEPTED:
        response = await edge.post(b"no json", accept=accept)
        assert (response.status_code, refused(response)) == (400, ["BAD_REQUEST"])
        if media_type != EVENT_STREAM:
            assert response.headers["content-type"] == f"{media_type}; charset=utf-8"


async def test_malformed_weights_are_never_an_error_of_ours(edge: Edge) -> None:
    for weight in ("", "x", "2", "-1", "nan", "inf", "0.0001", "1.1", "0,5", "1e0"):
        response = await edge.post(accept=f"{GRAPHQL_JSON};q={weight}")
        assert response.status_code in (200, 406), weight
    for accept in ("", ";", ",", ";q=1", "/", "*", "a/b/c", ";;;", "=", "*/json"):
        assert (await edge.post(accept=accept)).status_code == 406, accept


@given(st.text(alphabet=st.characters(max_codepoint=255)))
def test_whatever_stands_in_accept_the_choice_is_one_of_ours(accept: str) -> None:
    assert preferred(accept) in {None, *OFFERED}


CONTENT_TYPES = [
    JSON,
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    'application/json; charset="utf-8"',
    "APPLICATION/JSON",
    "application/json; odd=1",
]


@pytest.mark.parametrize("kind", CONTENT_TYPES)
async def test_json_in_utf_8_is_read(edge: Edge, kind: str) -> None:
    response = await edge.post(content_type=kind)
    assert (response.status_code, response.json()["data"]) == (200, HELLO_DATA)


OTHER_CONTENT_TYPES = [
    None,
    "",
    "json",
    "text/plain",
    "text/json",
    "application/graphql",
    "application/graphql-response+json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
    "application/json; charset=latin-1",
    "application/json, text/plain",
]


@pytest.mark.parametrize("kind", OTHER_CONTENT_TYPES)
@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
async def test_any_other_content_type_or_none_is_415(
    edge: Edge, kind: str | None, accept: str
) -> None:
    """Also what a page of a stranger can send without asking: forms, and plain text."""
    response = await edge.post(content_type=kind, accept=accept)
    assert (response.status_code, refused(response)) == (415, ["BAD_REQUEST"])
    assert response.headers["content-type"] == f"{accept}; charset=utf-8"
    assert response.headers["accept"] == JSON

"""A link opens what it was made for, and nothing else does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from files.links import BadLink, Links

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
FIRST, SECOND = b"first secret of a test", b"second secret of a test"
LINKS = Links(FIRST)
KEY = "0f8fad5bd9cb469fa16570867728950e"
CONTENT = [KEY, "7c9e6679742540de944be07fc1f90ae7", 3, True]
BOTH = pytest.mark.parametrize("stable", [False, True])
VALUES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20)


def refused(links: Links, kind: str, text: str, now: datetime = NOW) -> None:
    with pytest.raises(BadLink) as error:
        links.open(kind, text, now)
    assert str(error.value) == "not a link"
    assert error.value.__context__ is None


@given(content=st.lists(VALUES, max_size=10), stable=st.booleans())
def test_any_content_comes_back(content: list[Any], stable: bool) -> None:
    text = LINKS.make("share", content, LATER, stable)
    assert LINKS.open("share", text, NOW) == content


@BOTH
def test_a_link_is_short_and_fits_an_address(stable: bool) -> None:
    text = LINKS.make("download", CONTENT, LATER, stable)
    assert len(text) < 200
    assert text.replace("-", "").replace("_", "").isalnum()
    assert KEY not in text


@BOTH
def test_a_changed_character_opens_nothing(stable: bool) -> None:
    text = LINKS.make("share", CONTENT, LATER, stable)
    for at, old in enumerate(text):
        for new in "A-z":
            if new != old:
                refused(LINKS, "share", text[:at] + new + text[at + 1 :])


@BOTH
def test_a_link_opens_as_its_kind_only(stable: bool) -> None:
    refused(LINKS, "upload", LINKS.make("share", CONTENT, None, stable))


@BOTH
def test_a_link_ends_in_time(stable: bool) -> None:
    text = LINKS.make("share", CONTENT, LATER, stable)
    assert LINKS.open("share", text, LATER - timedelta(microseconds=1)) == CONTENT
    refused(LINKS, "share", text, LATER)
    endless = LINKS.make("share", CONTENT, None, stable)
    assert LINKS.open("share", endless, NOW + timedelta(days=36_500)) == CONTENT


@BOTH
def test_another_secret_opens_nothing(stable: bool) -> None:
    refused(Links(SECOND), "share", LINKS.make("share", CONTENT, None, stable))


@BOTH
def test_links_stay_valid_while_secrets_are_rotated(stable: bool) -> None:
    old = LINKS.make("share", CONTENT, None, stable)
    rotated = Links(SECOND, FIRST)
    assert rotated.open("share", old, NOW) == CONTENT
    new = rotated.make("share", CONTENT, None, stable)
    assert Links(SECOND).open("share", new, NOW) == CONTENT
    refused(LINKS, "share", new)


def test_only_a_stable_link_is_the_same_again() -> None:
    fresh = {LINKS.make("share", CONTENT, LATER) for _ in range(10)}
    stable = {LINKS.make("share", CONTENT, LATER, stable=True) for _ in range(10)}
    assert (len(fresh), len(stable)) == (10, 1)
    assert LINKS.make("other", CONTENT, LATER, stable=True) not in stable
    assert LINKS.make("share", CONTENT, None, stable=True) not in stable


@given(text=st.text(max_size=100) | st.text("AB_-", max_size=100))
def test_no_other_text_opens(text: str) -> None:
    refused(LINKS, "share", text)
    refused(LINKS, "share", text + "\ud800")


def test_a_long_text_is_neither_made_nor_read() -> None:
    with pytest.raises(ValueError, match="too much for a link"):
        LINKS.make("share", ["x" * 2_000], None)
    refused(LINKS, "share", "A" * 2_049)

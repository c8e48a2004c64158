"""C2: what leaves the server opaque comes back whole, to its owner alone, or not at all."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.ids import BadId
from resolvers.seal import CURSOR_LENGTH, Cursor, CursorKind, Seal, fingerprint
from tests.resolvers.properties import examples

SEAL = Seal(b"a secret of tests, 32 bytes long")
OTHER = Seal(b"another secret of 32 bytes, long")
ME, SOMEBODY = UUID(int=1), UUID(int=2)
CURSORS = st.builds(
    Cursor,
    practice_id=st.uuids(),
    number=st.integers(0, 2**63 - 1),
    base=st.integers(0, 2**63 - 1),
    kind=st.sampled_from(CursorKind),
    view=st.binary(min_size=16, max_size=16),
)
CURSOR = Cursor(UUID(int=3), 41, 40, CursorKind.STREAM, fingerprint(b"view"))
PLACES = st.tuples(
    st.sampled_from(["NAME", "VALUE", "CREATED_AT"]),
    st.booleans(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.integers(-(2**53), 2**53),
    st.uuids().map(lambda key: key.hex),
).map(list)
# Everything a client may send: also what is not ASCII, and lone surrogates.
TEXTS = st.text(st.characters(), max_size=120) | st.text("ABCDwxyz0189-_=", max_size=120)
VIEWS = st.lists(st.none() | st.text("abc", max_size=5) | st.integers(0, 9), max_size=5)


def flips(text: str) -> list[str]:
    """Return `text` with each one of its bits turned over once, still well written."""
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    changed = []
    for bit in range(len(raw) * 8):
        other = bytearray(raw)
        other[bit // 8] ^= 1 << bit % 8
        changed.append(urlsafe_b64encode(bytes(other)).decode().rstrip("="))
    return changed


@given(CURSORS, st.uuids())
@examples(100)
def test_a_cursor_comes_back_to_its_viewer(cursor: Cursor, viewer: UUID) -> None:
    assert SEAL.open_cursor(viewer, SEAL.cursor(viewer, cursor)) == cursor


@given(CURSORS, st.uuids())
@examples(100)
def test_cursors_are_of_one_length_and_never_equal(cursor: Cursor, viewer: UUID) -> None:
    texts = {SEAL.cursor(viewer, cursor) for _ in range(4)}
    assert len(texts) == 4
    assert {len(text) for text in texts} == {CURSOR_LENGTH} == {104}
    assert all(letter.isalnum() or letter in "-_" for text in texts for letter in text)


def test_a_cursor_opens_for_nobody_else_and_with_no_other_key() -> None:
    text = SEAL.cursor(ME, CURSOR)
    assert SEAL.open_cursor(SOMEBODY, text) is None
    assert OTHER.open_cursor(ME, text) is None
    assert Seal(b"a secret of tests, 32 bytes long").open_cursor(ME, text) == CURSOR


def test_a_cursor_with_a_turned_bit_never_opens() -> None:
    changed = flips(SEAL.cursor(ME, CURSOR))
    assert len(changed) == 78 * 8
    assert [text for text in changed if SEAL.open_cursor(ME, text) is not None] == []


@given(TEXTS)
@examples(200)
def test_what_does_not_look_like_a_cursor_is_a_bad_id(text: str) -> None:
    with pytest.raises(BadId):
        SEAL.open_cursor(ME, text)


@given(st.binary(min_size=78, max_size=78))
@examples(50)
def test_what_looks_like_a_cursor_but_is_none_opens_to_nothing(raw: bytes) -> None:
    assert SEAL.open_cursor(ME, urlsafe_b64encode(raw).decode()) is None


def test_one_use_does_not_open_another() -> None:
    """A page cursor is no stream cursor, even of the same bytes; a view id is neither."""
    page = SEAL.page(ME, ["NAME", True, "x" * 10, ME.hex])
    cursor, view = SEAL.cursor(ME, CURSOR), SEAL.view_id(["board", ME.hex])
    for text in (cursor, view):
        with pytest.raises(BadId):
            SEAL.open_page(ME, text)
    for text in (page, view):
        with pytest.raises(BadId):
            SEAL.open_cursor(ME, text)
    assert SEAL.open_view(page) is SEAL.open_view(cursor) is None


@given(PLACES, st.uuids())
@examples(100)
def test_a_page_cursor_comes_back_to_its_viewer(place: list[Any], viewer: UUID) -> None:
    text = SEAL.page(viewer, place)
    assert SEAL.open_page(viewer, text) == place
    assert text != SEAL.page(viewer, place)
    for seal, reader in ((SEAL, SOMEBODY), (OTHER, viewer)):
        with pytest.raises(BadId):
            seal.open_page(reader, text)


def test_a_page_cursor_with_a_turned_bit_never_opens() -> None:
    for text in flips(SEAL.page(ME, ["VALUE", True, "500.00", ME.hex])):
        with pytest.raises(BadId):
            SEAL.open_page(ME, text)


@given(TEXTS)
@examples(200)
def test_any_other_text_is_no_page_cursor(text: str) -> None:
    with pytest.raises(BadId):
        SEAL.open_page(ME, text)


@given(VIEWS, VIEWS)
@examples(100)
def test_view_ids_are_equal_exactly_for_equal_views(one: list[Any], other: list[Any]) -> None:
    assert (SEAL.view_id(one) == SEAL.view_id(other)) is (orjson.dumps(one) == orjson.dumps(other))
    assert SEAL.open_view(SEAL.view_id(one)) == one
    assert OTHER.open_view(SEAL.view_id(one)) is None


def test_a_view_id_with_a_turned_bit_names_nothing() -> None:
    changed = flips(SEAL.view_id(["column", ME.hex, None, {}, ["VALUE", "DESC"]]))
    assert [text for text in changed if SEAL.open_view(text) is not None] == []


@given(TEXTS)
@examples(200)
def test_any_other_text_names_no_view(text: str) -> None:
    assert SEAL.open_view(text) is None


def test_nothing_readable_is_in_the_texts() -> None:
    secret = UUID(bytes=b"SIXTEEN BYTES...")
    for text in (
        SEAL.cursor(ME, Cursor(secret, 1, 1, CursorKind.STREAM, secret.bytes)),
        SEAL.page(ME, ["NAME", True, "SIXTEEN BYTES", secret.hex]),
        SEAL.view_id(["SIXTEEN BYTES", secret.hex]),
    ):
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        assert b"SIXTEEN" not in raw
        assert secret.hex.encode() not in raw

"""Ids: one text for one record, and one record for one text."""

import string
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.ids import BadId, Ref, decode, encode, follower_id, global_id, parse
from tests.resolvers.properties import examples

KINDS = (
    "Practice",
    "User",
    "Contact",
    "Opportunity",
    "ContactType",
    "Tag",
    "Pipeline",
    "Stage",
)
ALPHABET = string.ascii_letters + string.digits + "-_"


@given(st.sampled_from(KINDS), st.uuids())
@examples(100)
def test_an_id_names_its_record(kind: str, key: UUID) -> None:
    text = global_id(kind, key)
    assert parse(text) == Ref(kind, key)
    assert len(text) == 23
    assert set(text) <= set(ALPHABET)


@given(st.sampled_from(["Contact", "Opportunity"]), st.uuids(), st.uuids())
@examples(100)
def test_a_follower_s_id_names_record_and_user(kind: str, record: UUID, user: UUID) -> None:
    text = follower_id(kind, record, user)
    assert parse(text) == Ref(f"{kind}Follower", record, user)
    assert text != follower_id(kind, user, record) or record == user


def test_ids_of_different_kinds_differ() -> None:
    texts = {global_id(kind, UUID(int=1)) for kind in KINDS}
    followers = {follower_id(kind, UUID(int=1), UUID(int=1)) for kind in ("Contact", "Opportunity")}
    assert len(texts | followers) == len(KINDS) + 2


def spelling(ref: Ref) -> str:
    if ref.user_id is None:
        return global_id(ref.kind, ref.id)
    return follower_id(ref.kind.removesuffix("Follower"), ref.id, ref.user_id)


@given(st.text(ALPHABET, min_size=23, max_size=23) | st.text(st.characters(), max_size=50))
@examples(300)
def test_a_text_that_names_something_is_its_only_spelling(text: str) -> None:
    try:
        ref = parse(text)
    except BadId:
        return
    assert spelling(ref) == text


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_letter_holds_no_spare_bits(kind: str) -> None:
    """17 bytes fill 22 letters and two thirds: only one spelling of the rest is good."""
    text = global_id(kind, UUID(int=0))
    good = [letter for letter in ALPHABET if opens(text[:-1] + letter)]
    assert len(good) == 16
    assert all(spelling(parse(text[:-1] + letter)) == text[:-1] + letter for letter in good)


def opens(text: str) -> bool:
    try:
        parse(text)
    except BadId:
        return False
    return True


GOOD = global_id("Contact", UUID(int=7))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        GOOD + "=",
        GOOD + " ",
        " " + GOOD,
        GOOD + "\n",
        GOOD[:-1],
        GOOD + "A",
        GOOD.replace("A", "\uff21", 1),
        "\ud800",
        "\0",
        "1",
        "contact:7",
        encode(b"Z" + bytes(16)),
        encode(b"V" + bytes(16)),
        encode(b"C"),
        encode(b"C" + bytes(15)),
        encode(b"C" + bytes(32)),
        encode(b"c" + bytes(16)),
        encode(b"c" + bytes(33)),
        "A" * 100_000,
    ],
)
def test_any_other_text_is_a_bad_id(text: str) -> None:
    with pytest.raises(BadId):
        parse(text)


@given(st.binary(max_size=60))
@examples(100)
def test_bytes_survive_their_text(raw: bytes) -> None:
    assert decode(encode(raw)) == raw

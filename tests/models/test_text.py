"""Texts are compared, ordered and searched by keys without case, accents and punctuation (C9)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.text import (
    MAX_QUERY_WORDS,
    fold,
    has_prefixes,
    phone_words,
    query_words,
    same_name_key,
    search_words,
)
from tests.resolvers.properties import examples

TEXTS = st.text(max_size=30)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("Zoë", "zoe"),
        ("  Zoë   O'Neil ", "zoe o neil"),
        ("a\u0308", "a"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("ﬁne", "fine"),
        ("\uff11\uff12", "12"),
        ("snake_case-and.dots", "snake case and dots"),
        ("...", ""),
        ("İstanbul", "istanbul"),
        ("Łukasz", "łukasz"),
        ("李 小龍", "李 小龍"),
        ("a\tb\nc", "a b c"),
        ("ก\u0e34น\u0e35", "กน"),
        ("न\u093fध\u093f श\u0930\u094dम\u093e", "नध शरम"),
        ("ខ\u17d2ម\u17c2រ", "ខមរ"),
        ("\u2764\ufe0fGrace", "grace"),
        ("a\u20dd", "a"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(TEXTS)
@examples(300)
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
@examples(300)
def test_a_folded_text_is_words_joined_by_single_spaces(text: str) -> None:
    folded = fold(text)
    assert folded == " ".join(folded.split())
    assert all(letter == " " or letter.isalnum() for letter in folded)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("VIP", " vip ", True),
        ("Patient", "PATIENT", True),
        ("ﬁller", "Filler", True),
        ("Straße", "STRASSE", True),
        ("Zoë", "Zoe\u0308", True),
        ("Zoë", "Zoe", False),
        ("v.i.p.", "vip", False),
    ],
)
def test_names_count_as_the_same_without_case_but_with_accents(
    one: str, other: str, same: bool
) -> None:
    assert (same_name_key(one) == same_name_key(other)) is same


def test_search_words_are_those_of_all_texts() -> None:
    assert search_words("Grace Park", None, "grace@demo.example", "") == {
        "grace",
        "park",
        "demo",
        "example",
    }
    assert search_words() == search_words(None) == search_words(" - ") == frozenset()


@pytest.mark.parametrize(
    ("phone", "words"),
    [
        (None, set()),
        ("", set()),
        ("+12125550100", {"12125550100", "2125550100"}),
        ("+442079460000", {"442079460000", "2079460000"}),
    ],
)
def test_a_phone_is_found_by_its_digits_and_its_national_digits(
    phone: str | None, words: set[str]
) -> None:
    assert phone_words(phone) == words


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (None, ()),
        ("", ()),
        ("   ", ()),
        ("?!", ()),
        ("Grace  PARK", ("grace", "park")),
        ("Zoë zoe", ("zoe",)),
        ("grace@demo.example", ("grace", "demo", "example")),
        ("+1 (212) 555-0100", ("12125550100",)),
        ("212.555", ("212555",)),
        ("555 Park", ("555", "park")),
    ],
)
def test_query_words(query: str | None, words: tuple[str, ...]) -> None:
    assert query_words(query) == words


def test_a_query_has_at_most_ten_words() -> None:
    letters = "a b c d e f g h i j k l"
    assert query_words(letters) == tuple("abcdefghij")
    assert MAX_QUERY_WORDS == 10


@given(st.text(min_size=1, max_size=20), st.integers(1, 20))
@examples(300)
def test_a_text_is_found_by_the_beginning_of_itself(text: str, length: int) -> None:
    words = search_words(text)
    for word in words:
        assert has_prefixes(words, query_words(f"x {word[:length]}")[1:])


@given(TEXTS, TEXTS)
@examples(200)
def test_every_prefix_must_begin_some_word(text: str, query: str) -> None:
    words, prefixes = search_words(text), tuple(fold(query).split())
    found = all(f" {prefix}" in f" {fold(text)}" for prefix in prefixes)
    assert has_prefixes(words, prefixes) is found


def test_nothing_is_asked_of_an_empty_query() -> None:
    assert has_prefixes(frozenset(), ()) is True
    assert has_prefixes(frozenset(), ("a",)) is False

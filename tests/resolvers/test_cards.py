"""Kept cards take a bounded place, and no practice takes another's (ADR-0022)."""

from typing import Any
from uuid import UUID

import pytest

from resolvers.cards import CardCache, ShelfName, ShownCard
from tests.resolvers.staff import START

TEXT = bytes(400)  # a card of it takes 1,000 bytes, a shelf 601
SMALL = ShelfName("x", 1, None)


class Somebody:
    """A viewer as far as the cache looks at him."""

    def __init__(self, practice: int, user: int = 1) -> None:
        self.practice_id, self.user_id = UUID(int=practice), UUID(int=user)


class Card:
    """A card as far as the cache looks at it."""

    id, name, value = UUID(int=1), "Grace", 1
    created_at = updated_at = stage_entered_at = START


def shown(*keys: str) -> dict[str, ShownCard]:
    card: Any = Card()
    return {key: ShownCard(card, TEXT) for key in keys}


def missing(cache: CardCache, viewer: Any, *keys: str, name: ShelfName = SMALL) -> list[str]:
    return cache.find(viewer, name, keys)[1]


def test_what_was_asked_for_longest_ago_makes_room() -> None:
    cache, viewer = CardCache(4 * 3700), Somebody(1)
    cache.keep(viewer, SMALL, shown("a", "b", "c"))  # type: ignore[arg-type]
    assert cache.size == 3601
    assert missing(cache, viewer, "a") == []
    cache.keep(viewer, SMALL, shown("d"))  # type: ignore[arg-type]
    assert missing(cache, viewer, "a", "b", "c", "d") == ["b"]
    assert cache.size == 3601


def test_a_practice_never_has_more_than_its_part() -> None:
    cache, other, greedy = CardCache(4 * 3700), Somebody(1), Somebody(2)
    cache.keep(other, SMALL, shown("a"))  # type: ignore[arg-type]
    for number in range(100):
        name = ShelfName("y" * number, 1, None)
        cache.keep(greedy, name, shown(*"abcdef"))  # type: ignore[arg-type]
        assert cache.size <= 1601 + 3700
    assert missing(cache, other, "a") == []


def test_no_viewer_pushes_out_what_his_colleagues_look_at() -> None:
    cache, other, greedy = CardCache(4 * 4 * 3700), Somebody(1, 1), Somebody(1, 2)
    cache.keep(other, SMALL, shown("a", "b"))  # type: ignore[arg-type]
    for number in range(100):
        name = ShelfName(f"{number}", 1, None)
        cache.keep(greedy, name, shown(*"cdef"))  # type: ignore[arg-type]
        assert cache.size <= 4 * 3700
    assert missing(cache, other, "a", "b") == []
    assert missing(cache, greedy, *"cdef", name=ShelfName("99", 1, None)) == []
    for number in range(100):  # alone, he may have all of it
        cache.keep(Somebody(2), ShelfName(f"{number}", 1, None), shown("a"))  # type: ignore[arg-type]
    assert cache.size > 1.9 * 3 * 3700


def test_many_practices_stay_within_the_whole() -> None:
    cache = CardCache(4 * 3700)
    for number in range(20):
        cache.keep(Somebody(number), SMALL, shown("a", "b"))  # type: ignore[arg-type]
    assert cache.size == 5 * 2601
    assert missing(cache, Somebody(19), "a") == []
    assert missing(cache, Somebody(0), "a") == ["a"]


@pytest.mark.parametrize("most", [0, 1])
def test_what_does_not_fit_is_not_kept(most: int) -> None:
    cache, viewer = CardCache(most), Somebody(1)
    cache.keep(viewer, SMALL, shown("a"))  # type: ignore[arg-type]
    assert (cache.size, missing(cache, viewer, "a")) == (0, ["a"])


def test_vocabulary_is_known_for_one_revision() -> None:
    cache, practice = CardCache(), UUID(int=1)
    known = cache.vocabulary(practice, 1)
    assert cache.vocabulary(practice, 1) is known
    assert cache.vocabulary(practice, 2) is not known

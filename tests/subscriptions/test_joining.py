"""P15: of two changes of a card that wait, the reader is told their sum."""

import pytest

from tests.subscriptions.story import kind
from tests.subscriptions.test_stream import item

JOINED = [
    ("entered", "updated", "entered"),
    ("entered", "left", "nothing"),
    ("updated", "updated", "updated"),
    ("updated", "left", "left"),
    ("left", "entered", "updated"),
]
STATES: dict[str, tuple[str | None, str | None]] = {
    "entered": (None, "OPEN"),
    "updated": ("OPEN", "OPEN"),
    "left": ("OPEN", None),
}


@pytest.mark.parametrize(("first", "second", "together"), JOINED)
def test_two_changes_of_a_card_join_to_one(first: str, second: str, together: str) -> None:
    earlier, later = item(50, 3, *STATES[first]), item(50, 7, *STATES[second])
    earlier.changed, earlier.own_keys = {"value", "name"}, ["b", "a"]
    later.changed, later.own_keys = {"value", "stage"}, ["a", "c"]
    joined = later.after(earlier)
    assert kind(joined) == together
    assert joined.number == 7
    assert joined.changed == {"name", "stage", "value"}
    assert joined.own_keys == ["b", "a", "c"]
    assert earlier.changed == {"value", "name"}

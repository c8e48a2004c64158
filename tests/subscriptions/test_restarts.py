"""R93, C3: why no delta can tell the whole truth, so that a board starts afresh."""

from typing import Any
from uuid import UUID

import pytest

from models.log import Event
from resolvers.enums import OpportunityOrderField, SnapshotReason
from resolvers.filters import BoardFilter
from resolvers.inputs import OpportunityOrder
from resolvers.log import LogSlice
from resolvers.views import BoardView
from subscriptions.grouping import restart_reason
from subscriptions.stream import Stream
from tests.resolvers.staff import START
from tests.subscriptions.story import ME, OTHER, PIPELINE
from tests.subscriptions.test_stream import stream as stream_of

ACCESS, BEHIND = SnapshotReason.ACCESS_CHANGED, SnapshotReason.FELL_BEHIND
EXPIRED = SnapshotReason.CURSOR_EXPIRED


def stream(**asked: Any) -> Stream:
    order = OpportunityOrder(field=OpportunityOrderField.CREATED_AT)
    return stream_of(BoardView(PIPELINE, BoardFilter(**asked), order))


def event(seq: int, kind: str, record_id: UUID, *changed: str) -> Event:
    return Event(seq, START, OTHER, kind, record_id, "test", list(changed), None, [], None)


def reason(of: Stream, position: int, *events: Event) -> SnapshotReason | None:
    next_one = event(position + 1, "Contact", UUID(int=99))
    whole = sorted((next_one, *events), key=lambda one: one.seq)
    return restart_reason(LogSlice(9, 0, whole, [], frozenset()), of, position)


@pytest.mark.parametrize(
    ("kept", "position", "expected"),
    [((4, 5), 2, EXPIRED), ((4, 5), 3, None), ((4, 5), 5, None), ((), 8, EXPIRED), ((), 9, None)],
)
def test_p5_who_stands_before_the_oldest_event_in_hand_starts_afresh(
    kept: tuple[int, ...], position: int, expected: SnapshotReason | None
) -> None:
    events = [event(seq, "Contact", UUID(int=99)) for seq in kept]
    log = LogSlice(9, 0, events, [], frozenset())
    assert restart_reason(log, stream(), position) is expected


@pytest.mark.parametrize("changed", ["role", "only_assigned_data", "permissions", "active"])
def test_r93_the_viewer_s_own_changed_rights_and_nobody_else_s(changed: str) -> None:
    mine, theirs = event(4, "User", ME, changed), event(5, "User", OTHER, changed)
    assert reason(stream(), 0, mine, theirs) is ACCESS
    assert reason(stream(), 3, mine) is ACCESS
    assert reason(stream(), 4, mine, theirs) is None
    assert reason(stream(), 0, theirs) is None


def test_r93_the_last_change_of_rights_counts() -> None:
    twice = (event(2, "User", ME, "role"), event(6, "User", ME, "role"))
    assert reason(stream(), 5, *twice) is ACCESS
    assert reason(stream(), 6, *twice) is None


def test_c3_many_changed_is_for_everybody() -> None:
    many = event(4, "many", UUID(int=9))
    assert reason(stream(), 3, many) is BEHIND
    assert reason(stream(), 4, many) is None


def test_who_is_active_matters_to_boards_that_ask_it() -> None:
    gone = event(4, "User", OTHER, "active")
    promoted = event(4, "User", OTHER, "role")
    asking, plain = stream(owner_active=True), stream()
    assert reason(asking, 0, gone) is BEHIND
    assert reason(asking, 4, gone) is None
    assert reason(asking, 0, promoted) is None
    assert reason(plain, 0, gone) is None


def test_changed_rights_go_before_all_else() -> None:
    events = (event(4, "User", ME, "role"), event(5, "many", UUID(int=9)))
    assert reason(stream(), 0, *events) is ACCESS


def test_a_record_s_change_is_told_by_deltas() -> None:
    assert reason(stream(), 0, event(1, "Opportunity", UUID(int=50), "value")) is None
    assert reason(stream(), 0, event(2, "Contact", UUID(int=51), "name")) is None
    assert reason(stream(), 0) is None

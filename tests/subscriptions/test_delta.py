"""C1, R91: the net change of a board is judged at both ends, and never in between."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from permissions.rights import DEFAULT_PERMISSIONS, Permission
from resolvers.enums import OpportunityStatus
from resolvers.ids import Ref
from resolvers.totals import Sum, Totals
from subscriptions.delta import net_changes
from tests.resolvers.people import person
from tests.resolvers.staff import START
from tests.subscriptions.story import BOOKED, LEAD, ME, OTHER, THIRD, Log, Story, judge, kind, net

MINE = person(1, restricted=True)
FREE = person(1)
WITHOUT_VALUES = person(1, permissions=DEFAULT_PERMISSIONS - {Permission.OPPORTUNITY_VALUE_READ})
OPEN_ONLY = {"statuses": [OpportunityStatus.OPEN]}


def test_held_and_visible_is_an_update_with_the_names_of_what_changed() -> None:
    story = Story()
    story.change_card(stage_id=BOOKED, stage_entered_at=START, value=Decimal("9.00"))
    story.change_card(owner_id=ME, followers=[THIRD], lost_reason="x", treatment_of_interest="y")
    (item,) = net(story, FREE)
    assert item.held is not None
    assert item.now is not None
    assert (item.held.stage, item.now.stage, item.number) == (LEAD, BOOKED, 2)
    named = "followers lostReason owner stage stageEnteredAt treatmentOfInterest value"
    assert item.changed == set(named.split())


def test_access_gained_is_an_entry_and_access_lost_a_leaving() -> None:
    story = Story()
    story.change_card(owner_id=ME)
    (entered,) = net(story, MINE)
    assert (entered.held, entered.now) == (None, story.at(1)[0])
    story.change_card(owner_id=THIRD, stage_id=BOOKED)
    (left,) = net(story, MINE, 1)
    assert (left.held, left.now) == (story.at(1)[0], None)
    assert net(story, MINE) == []


def test_k15_what_changed_with_the_loss_is_not_told() -> None:
    story = Story()
    story.change_card(followers=[ME])
    story.change_card(followers=[], stage_id=BOOKED, value=Decimal("1.00"))
    (left,) = net(story, MINE, 1)
    assert left.now is None
    assert left.changed == set()


def test_k16_removed_and_added_again_in_one_batch_is_an_update() -> None:
    story = Story()
    story.change_card(followers=[ME])
    story.change_card(followers=[])
    story.change_card(followers=[ME])
    (item,) = net(story, MINE, 1)
    assert kind(item) == "updated"
    assert item.changed == {"followers"}


def test_a_created_card_enters_and_a_deleted_one_leaves() -> None:
    story = Story(created=True)
    (entered,) = net(story, FREE)
    assert kind(entered) == "entered"
    story.change_card(deleted_at=START)
    (left,) = net(story, FREE, 1)
    assert kind(left) == "left"
    assert net(story, FREE) == []


@pytest.mark.parametrize("viewer", [MINE, FREE])
def test_the_filter_is_judged_at_both_ends(viewer: Any) -> None:
    story = Story()
    story.change_card(followers=[ME])
    story.change_card(status="WON")
    (left,) = net(story, viewer, 1, **OPEN_ONLY)
    assert kind(left) == "left"
    story.change_card(status="OPEN")
    (entered,) = net(story, viewer, 2, **OPEN_ONLY)
    assert kind(entered) == "entered"
    (through,) = net(story, viewer, 1, **OPEN_ONLY)
    assert through.changed == {"status"}


def test_r93_a_viewer_without_the_right_holds_nothing() -> None:
    blind = person(1, permissions=DEFAULT_PERMISSIONS - {Permission.OPPORTUNITIES_READ})
    story = Story()
    story.change_card(owner_id=ME)
    assert net(story, blind) == []


def test_of_the_contact_only_its_name_is_told_to_who_cannot_see_it() -> None:
    story = Story()
    story.change_card(owner_id=ME)
    story.change_contact(phone="+12125550100", owner_id=THIRD, followers=[OTHER])
    assert net(story, MINE, 1) == []
    story.change_contact(name="Grace Lee", phone=None)
    (item,) = net(story, MINE, 2)
    assert item.changed == {"contactCard"}


def test_a_seen_contact_s_change_is_told_as_the_contact() -> None:
    story = Story()
    story.change_card(owner_id=ME)
    story.change_contact(followers=[ME])
    story.change_contact(do_not_disturb_all=True)
    (item,) = net(story, MINE, 2)
    assert item.changed == {"contact"}
    story.change_contact(name="Grace Lee")
    (item,) = net(story, MINE, 3)
    assert item.changed == {"contact", "contactCard"}


def test_sight_of_the_contact_is_a_live_fact_gained_and_lost() -> None:
    story = Story()
    story.change_card(owner_id=ME)
    story.change_contact(followers=[ME])
    (gained,) = net(story, MINE, 1)
    assert (gained.changed, gained.number) == ({"contact"}, 2)
    story.change_contact(followers=[])
    (lost,) = net(story, MINE, 2)
    assert lost.changed == {"contact"}
    assert net(story, MINE, 1) == []


def test_a_contact_s_tags_move_a_card_only_for_who_sees_the_contact() -> None:
    tagged = {"tag_ids": [Ref("Tag", UUID(int=40))]}
    story = Story()
    story.change_card(owner_id=ME)
    story.change_contact(tag_ids=frozenset((UUID(int=40),)))
    assert net(story, MINE, 1, **tagged) == []
    (entered,) = net(story, FREE, 1, **tagged)
    assert entered.held is None
    story.change_contact(followers=[ME])
    (entered,) = net(story, MINE, 2, **tagged)
    assert kind(entered) == "entered"
    story.change_contact(followers=[])
    (left,) = net(story, MINE, 3, **tagged)
    assert left.now is None


def test_r18_a_hidden_value_is_not_named_but_the_event_is_sent() -> None:
    story = Story()
    story.change_card(value=Decimal("1.00"))
    (item,) = net(story, WITHOUT_VALUES)
    assert item.changed == set()
    (seen,) = net(story, FREE)
    assert seen.changed == {"value"}


def test_version_and_time_of_update_are_never_named() -> None:
    story = Story()
    story.change_card(follows_contact_name=False, version=9, updated_at=START)
    (item,) = net(story, FREE)
    assert item.changed == set()


def test_own_keys_are_the_caller_s_own_once_each_in_order() -> None:
    story = Story()
    story.change_card(by=ME, key="second", value=Decimal("1.00"))
    story.change_contact(by=ME, key="first", name="Grace Lee")
    story.change_card(by=OTHER, key="not mine", value=Decimal("2.00"))
    story.change_card(by=ME, key="second", value=Decimal("3.00"))
    story.change_card(by=ME, value=Decimal("4.00"))
    assert net(story, FREE)[0].own_keys == ["second", "first"]
    assert net(story, FREE, 3)[0].own_keys == ["second"]
    assert net(story, person(2))[0].own_keys == ["not mine"]
    assert net(story, person(3))[0].own_keys == []


def test_a_key_is_told_with_a_leaving_card_too() -> None:
    story = Story()
    story.change_card(owner_id=ME)
    story.change_card(by=ME, key="bye", owner_id=OTHER)
    (left,) = net(story, MINE, 1)
    assert (left.now, left.own_keys) == (None, ["bye"])


def test_each_card_once_in_the_order_of_its_last_change() -> None:
    log = Log()
    one, two = Story(log, key=50), Story(log, key=60)
    one.change_card(value=Decimal("1.00"))
    two.change_card(value=Decimal("1.00"))
    one.change_contact(name="Grace Lee")
    items = net(one, FREE)
    assert [(item.card.id, item.number) for item in items] == [(two.card.id, 2), (one.card.id, 3)]
    assert [item.card.id for item in net(one, FREE, 2)] == [one.card.id]


def test_another_pipeline_s_cards_are_not_told() -> None:
    story = Story()
    story.card.pipeline_id = UUID(int=99)
    story.change_card(value=Decimal("1.00"))
    assert net(story, FREE) == []


def test_a_slice_that_begins_earlier_tells_nothing_of_what_the_stream_has_seen() -> None:
    story = Story()
    story.change_card(value=Decimal("1.00"))
    items, totals = net_changes(judge(FREE), story.log.slice(0), 1, Totals({}, 7))
    assert (items, totals) == ([], Totals({}, 7))


def test_totals_follow_the_cards() -> None:
    log = Log()
    moving, leaving, entering = Story(log, key=50), Story(log, key=60), Story(log, key=70)
    moving.change_card(stage_id=BOOKED, value=Decimal("100.00"))
    leaving.change_card(status="LOST")
    entering.change_card(status="OPEN")
    before = Totals({LEAD: Sum(3, Decimal("1500.00"))}, 4)
    _, after = net_changes(judge(FREE, **OPEN_ONLY), log.slice(), 0, before)
    assert after.of(LEAD) == Sum(1, Decimal("500.00"))
    assert after.of(BOOKED) == Sum(1, Decimal("100.00"))
    assert after.hidden_by_filter == 5
    assert before.of(LEAD) == Sum(3, Decimal("1500.00"))


def test_p10_totals_ignore_what_the_viewer_cannot_see() -> None:
    story = Story()
    story.change_card(status="LOST", value=Decimal("9.00"))
    before = Totals({LEAD: Sum(3, Decimal("1500.00"))}, 4)
    assert net_changes(judge(MINE, **OPEN_ONLY), story.log.slice(), 0, before) == ([], before)


def test_c1_after_a_cut_batch_a_card_counts_as_held_if_it_was_shown_meanwhile() -> None:
    """The reader took a part of what led from 0 to 2; whether this card was in it is unknown."""
    story = Story()
    story.change_card(owner_id=ME)
    story.change_card(owner_id=OTHER)
    log = story.log.slice()
    told, _ = net_changes(judge(MINE), log, 0, Totals({}, 0), sent_until=1)
    assert [(item.held, item.now) for item in told] == [(story.at(1)[0], None)]
    assert net_changes(judge(MINE), log, 0, Totals({}, 0)) == ([], Totals({}, 0))


def test_c1_a_card_that_was_held_before_a_cut_batch_is_still_held() -> None:
    story = Story()
    story.change_card(owner_id=ME)
    story.change_card(stage_id=BOOKED)
    story.change_card(owner_id=OTHER)
    (left,), _ = net_changes(judge(MINE), story.log.slice(1), 1, Totals({}, 0), sent_until=3)
    assert kind(left) == "left"

"""P1 in small: over random stories, what was held plus what is told is what is shown."""

from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permissions.rights import DEFAULT_PERMISSIONS, Permission
from permissions.viewer import Viewer
from resolvers.enums import OpportunityStatus
from resolvers.filters import BoardFilter
from resolvers.ids import Ref
from resolvers.inputs import DecimalRange
from resolvers.totals import Sum, Totals
from subscriptions.delta import Judge, net_changes
from tests.resolvers.people import person
from tests.resolvers.properties import examples
from tests.resolvers.staff import START
from tests.subscriptions.story import BOOKED, LEAD, ME, OTHER, THIRD, Log, Story, judge

TAG = UUID(int=40)
NO_CONTACTS = DEFAULT_PERMISSIONS - {Permission.CONTACTS_READ}
VIEWERS = (
    person(1),
    person(1, restricted=True),
    person(1, restricted=True, permissions=NO_CONTACTS),
    person(3, restricted=True),
    person(9, role="ADMIN"),
)
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"statuses": [OpportunityStatus.OPEN]},
    {"search": "lee"},
    {"tag_ids": [Ref("Tag", TAG)]},
    {"owner_ids": [Ref("User", ME)]},
    {"follower_ids": [Ref("User", THIRD)]},
    {"value": DecimalRange(min=Decimal("2.00"))},
    {"owner_active": True},
)
CARD: dict[str, tuple[Any, ...]] = {
    "owner_id": (ME, OTHER, THIRD, None),
    "followers": ([], [ME], [UUID(int=8), THIRD], [ME, THIRD]),
    "stage_id": (LEAD, BOOKED),
    "status": ("OPEN", "WON"),
    "value": (Decimal("1.00"), Decimal("2.00"), Decimal("3.50")),
    "name": ("Grace Park", "Grace Lee"),
    "deleted_at": (START,),
}
CONTACT: dict[str, tuple[Any, ...]] = {
    "owner_id": (ME, OTHER, THIRD, None),
    "followers": ([], [ME], [THIRD]),
    "tag_ids": (frozenset(), frozenset((TAG,))),
    "name": ("Grace Park", "Grace Lee"),
}


def told(seed: int, steps: int = 25) -> Log:
    """Return a log of random changes of a few cards and their contacts."""
    random, log = Random(seed), Log()
    stories = [Story(log, key=50), Story(log, key=60), Story(log, key=70, created=True)]
    for _ in range(steps):
        story = random.choice(stories)
        fields, change = CARD, story.change_card
        if random.random() < 0.4 or story.card.deleted_at:
            fields, change = CONTACT, story.change_contact
        names = random.sample(sorted(fields), random.randint(1, 2))
        if "deleted_at" in names and random.random() < 0.8:
            names.remove("deleted_at")
        change(**{name: random.choice(fields[name]) for name in names})
    return log


def shown(log: Log, of: Judge, number: int) -> dict[UUID, Any]:
    """Return the cards that a board shows as of event `number`."""
    states = {one.card.id: one.at(number) for one in log.stories if min(one.states) <= number}
    return {key: facts[0] for key, facts in states.items() if of.shows(facts)}


def totals(log: Log, of: Judge, number: int) -> Totals:
    cards = shown(log, of, number)
    sums: dict[UUID, Sum] = {}
    for facts in cards.values():
        total = sums.get(facts.stage, Sum(0, Decimal("0.00")))
        sums[facts.stage] = Sum(total.count + 1, total.value + facts.value)
    states = [one.at(number) for one in log.stories if min(one.states) <= number]
    return Totals(sums, sum(map(of.sees_card, states)) - len(cards))


@given(seed=st.integers(0, 2**32), viewer=st.sampled_from(VIEWERS), asked=st.sampled_from(FILTERS))
@examples(150)
def test_p1_held_plus_told_is_shown(seed: int, viewer: Viewer, asked: dict[str, Any]) -> None:
    log, of = told(seed), judge(viewer, **asked)
    for position in range(0, log.number, 3):
        held = shown(log, of, position)
        before = totals(log, of, position)
        items, after = net_changes(of, log.slice(position), position, before)
        assert [one.number for one in items] == sorted({one.number for one in items})
        for item in items:
            assert item.held == held.get(item.card.id)
            held.pop(item.card.id, None)
            if item.now is not None:
                held[item.card.id] = item.now
        assert held == shown(log, of, log.number)
        wanted = totals(log, of, log.number)
        assert after.hidden_by_filter == wanted.hidden_by_filter
        assert all(after.of(stage) == wanted.of(stage) for stage in (LEAD, BOOKED))


@given(seed=st.integers(0, 2**32), viewer=st.sampled_from(VIEWERS), asked=st.sampled_from(FILTERS))
@examples(60)
def test_c1_a_resume_after_a_cut_batch_repairs_whatever_was_taken(
    seed: int, viewer: Viewer, asked: dict[str, Any]
) -> None:
    """The reader held the state at `base`, then took any part of the way to `until`."""
    log, of, random = told(seed), judge(viewer, **asked), Random(seed)
    base = random.randrange(log.number)
    until = random.randrange(base, log.number) + 1
    held = set(shown(log, of, base))
    for number in range(base + 1, until + 1):
        now = set(shown(log, of, number))
        part = set(random.sample(sorted(held ^ now), random.randint(0, len(held ^ now))))
        held ^= part
    items, _ = net_changes(of, log.slice(base), base, Totals({}, 0), sent_until=until)
    for item in items:
        held.discard(item.card.id)
        if item.now is not None:
            held.add(item.card.id)
    assert held == set(shown(log, of, log.number))


@given(seed=st.integers(0, 2**32))
@examples(60)
def test_the_before_facts_of_the_log_tell_every_state_there_was(seed: int) -> None:
    log = told(seed)
    for story in log.stories:
        history = story.history(0)
        for number, facts in story.states.items():
            assert history.at(number) == facts


@pytest.mark.parametrize("asked", FILTERS)
def test_the_stories_tell_boards_apart(asked: dict[str, Any]) -> None:
    """The properties would hold of empty boards, too: these are not."""
    assert BoardFilter(**asked) is not None
    boards = [judge(viewer, **asked) for viewer in VIEWERS[:2]]
    sizes = {len(shown(log := told(seed), of, log.number)) for seed in range(40) for of in boards}
    assert len(sizes) > 1

"""What is stored as JSON, or named by an id, comes back equal: outcomes, facts and views."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from hypothesis import given
from hypothesis import strategies as st

from models.facts import (
    ContactFacts,
    OpportunityFacts,
    contact_from_json,
    contact_to_json,
    opportunity_from_json,
    opportunity_to_json,
)
from resolvers import outcome as outcomes
from resolvers.enums import OpportunityOrderField, OpportunityStatus, OrderDirection, WarningCode
from resolvers.filters import BoardFilter
from resolvers.ids import Ref
from resolvers.inputs import DateTimeRange, DecimalRange, OpportunityOrder
from resolvers.outcome import Notice, Outcome
from resolvers.seal import Seal
from resolvers.views import BoardView, restored_view
from tests.resolvers.people import VIEWER
from tests.resolvers.properties import examples

IDS = st.uuids()
SETS = st.frozensets(IDS, max_size=3)
MOMENTS = st.datetimes(timezones=st.just(UTC))
AMOUNTS = st.integers(0, 10**12 - 1).map(lambda cents: Decimal(cents).scaleb(-2))
PLAIN = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
WORDS = st.frozensets(PLAIN, max_size=3)
REFS = st.builds(Ref, kind=st.sampled_from(["Contact", "Opportunity"]), id=IDS, user_id=st.none())
NOTICES = st.builds(
    Notice,
    code=st.sampled_from(WarningCode),
    message=PLAIN,
    record=st.none() | REFS,
    user=st.none() | IDS,
)
OUTCOMES = st.builds(
    Outcome,
    record=st.none() | REFS,
    access_lost=st.booleans(),
    added=st.lists(IDS, max_size=3),
    removed=st.lists(IDS, max_size=3),
    skipped=st.lists(IDS, max_size=3),
    also_changed=st.lists(REFS, max_size=3),
    warnings=st.lists(NOTICES, max_size=2),
    deleted=st.none() | REFS,
    count=st.integers(0, 10**6),
    number=st.integers(0, 2**53),
)


def through_json(value: Any) -> Any:
    return orjson.loads(orjson.dumps(value))


@given(OUTCOMES)
@examples(150)
def test_p13_an_outcome_is_the_same_for_a_repeat(outcome: Outcome) -> None:
    assert outcomes.from_json(through_json(outcomes.to_json(outcome))) == outcome


@given(st.builds(ContactFacts, owner=st.none() | IDS, followers=SETS, tags=SETS, words=WORDS))
@examples(100)
def test_a_contact_s_facts_come_back_from_the_log(facts: ContactFacts) -> None:
    assert contact_from_json(through_json(contact_to_json(facts))) == facts


@given(
    st.builds(
        OpportunityFacts,
        stage=IDS,
        status=st.sampled_from([one.value for one in OpportunityStatus]),
        value=AMOUNTS,
        owner=st.none() | IDS,
        followers=SETS,
        source=st.none() | PLAIN,
        created_at=MOMENTS,
        updated_at=MOMENTS,
        stage_entered_at=MOMENTS,
        status_changed_at=MOMENTS,
        words=WORDS,
    )
)
@examples(150)
def test_an_opportunity_s_facts_come_back_from_the_log(facts: OpportunityFacts) -> None:
    again = opportunity_from_json(through_json(opportunity_to_json(facts)))
    assert again == facts
    assert str(again.value) == str(facts.value)


SEAL = Seal(b"a secret of tests, 32 bytes long")
USERS = [
    Ref("User", UUID(int=1)),
    Ref("User", UUID(int=2)),
    Ref("ContactFollower", UUID(int=3), UUID(int=4)),
]
START = datetime(2026, 1, 1, tzinfo=UTC)
ASKED_REFS = st.none() | st.lists(st.sampled_from(USERS[:2]), max_size=3)
TIMES = st.none() | st.builds(DateTimeRange, from_=st.none() | MOMENTS, to=st.none() | MOMENTS)
FILTERS = st.builds(
    BoardFilter,
    statuses=st.none() | st.lists(st.sampled_from(OpportunityStatus), max_size=5),
    search=st.none() | PLAIN,
    owner_ids=ASKED_REFS,
    unassigned=st.none() | st.booleans(),
    follower_ids=ASKED_REFS,
    tag_ids=ASKED_REFS,
    source=st.none() | st.lists(PLAIN, max_size=2),
    value=st.none() | st.builds(DecimalRange, min=st.none() | AMOUNTS, max=st.none() | AMOUNTS),
    owner_active=st.none() | st.booleans(),
    created_at=TIMES,
    updated_at=TIMES,
    stage_entered_at=TIMES,
    status_changed_at=TIMES,
)
ORDERS = st.builds(
    OpportunityOrder,
    field=st.sampled_from(OpportunityOrderField),
    direction=st.sampled_from(OrderDirection),
)
VIEWS = st.builds(BoardView, pipeline_id=IDS, filter=FILTERS, order_by=ORDERS)


@given(view=VIEWS, stage=st.none() | IDS)
@examples(150)
def test_c2_the_id_of_a_view_tells_the_view(view: BoardView, stage: UUID | None) -> None:
    text = view.id(SEAL, "column", stage)
    described = SEAL.open_view(text)
    assert described is not None
    part, again, step = restored_view(described)
    assert (part, step, again.pipeline_id, again.order_by) == (
        "column",
        stage,
        view.pipeline_id,
        view.order_by,
    )
    assert again.described_filter == view.described_filter
    assert again.fingerprint == view.fingerprint
    assert again.id(SEAL, "column", stage) == text


def view_of(**asked: Any) -> BoardView:
    order = OpportunityOrder(field=OpportunityOrderField.CREATED_AT)
    return BoardView(UUID(int=9), BoardFilter(**asked), order)


def test_equal_filters_are_one_view_however_they_are_written() -> None:
    one, two = USERS[:2]
    assert (
        view_of(owner_ids=[one, two]).fingerprint == view_of(owner_ids=[two, one, two]).fingerprint
    )
    empty = view_of(owner_ids=[], search=None, value=DecimalRange(), created_at=DateTimeRange())
    assert empty.fingerprint == view_of().fingerprint
    assert view_of(statuses=[]).fingerprint != view_of().fingerprint
    assert view_of(unassigned=False).fingerprint != view_of().fingerprint
    assert view_of(owner_ids=[one]).fingerprint != view_of(follower_ids=[one]).fingerprint
    assert view_of(owner_ids=[one]).fingerprint != view_of(owner_ids=[two]).fingerprint


def test_the_order_is_part_of_a_view_s_id_but_not_of_its_cursors() -> None:
    newest, oldest = (
        BoardView(
            UUID(int=9),
            BoardFilter(),
            OpportunityOrder(field=OpportunityOrderField.CREATED_AT, direction=direction),
        )
        for direction in (OrderDirection.DESC, OrderDirection.ASC)
    )
    assert newest.fingerprint == oldest.fingerprint
    assert newest.id(SEAL, "board") != oldest.id(SEAL, "board")
    assert newest.order(VIEWER).descending is not oldest.order(VIEWER).descending


def test_parts_and_stages_of_a_view_have_ids_of_their_own() -> None:
    view = view_of()
    ids = {
        view.id(SEAL, part, stage)
        for part in ("board", "column", "totals")
        for stage in (None, UUID(int=1))
    }
    assert len(ids) == 6


def test_an_id_of_another_kind_in_a_filter_is_no_obstacle_to_its_view() -> None:
    """C5: it matches nothing, and is told so by a board that can be subscribed to and paged."""
    view = view_of(owner_ids=[USERS[2]])
    described = SEAL.open_view(view.id(SEAL, "board"))
    assert described is not None
    assert restored_view(described)[1].fingerprint == view.fingerprint

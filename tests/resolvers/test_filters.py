"""C9: each term of a filter means the same as SQL and in memory, for every viewer."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from models.facts import contact_facts, opportunity_facts
from models.opportunity import Opportunity, opportunity
from permissions.rights import Permission
from permissions.viewer import Viewer
from permissions.visibility import CONTACT, sees
from resolvers import records
from resolvers.enums import OpportunityStatus
from resolvers.filters import BoardFilter, OpportunityFilter, board_terms, opportunity_terms
from resolvers.ids import Ref
from resolvers.inputs import DateTimeRange, DecimalRange
from resolvers.problems import BadRequest, Forbidden
from resolvers.seen import audience
from resolvers.terms import Judged, Term
from tests.resolvers.properties import examples
from tests.resolvers.staff import START
from tests.resolvers.world import MOMENTS, SOURCES, VALUES, World

SEARCHES = (
    "z", "zo", "ZOË", "zoé b", "ann", "anna", "o'n", "ost", "Øst", "李", "ss", "ß", "laser",
    "zo laser", "filler zoe", "p1", "p12@demo.example", "demo p", "+1 555 000", "5550000012",
    "no name", "", "  ", "!", "deal",
)  # fmt: skip


def refs(kind: str, keys: Sequence[UUID]) -> st.SearchStrategy[list[Ref] | None]:
    """Return lists of ids that are asked for: known, unknown, and of another kind."""
    asked = [Ref(kind, key) for key in keys]
    others = [
        Ref(kind, UUID(int=5)),
        Ref("Stage", keys[0]),
        Ref("ContactFollower", keys[0], keys[0]),
    ]
    return st.none() | st.lists(st.sampled_from([*asked, *others]), max_size=3)


def times() -> st.SearchStrategy[DateTimeRange | None]:
    """Return ranges that hold something, or are open."""
    pairs = [(one, two) for one in (None, *MOMENTS) for two in (None, *MOMENTS)]
    spans = [
        DateTimeRange(from_=one, to=two)
        for one, two in pairs
        if one is None or two is None or one < two
    ]
    return st.none() | st.sampled_from(spans)


def values() -> st.SearchStrategy[DecimalRange | None]:
    pairs = [(one, two) for one in (None, *VALUES) for two in (None, *VALUES)]
    spans = [
        DecimalRange(min=one, max=two)
        for one, two in pairs
        if one is None or two is None or one <= two
    ]
    return st.none() | st.sampled_from(spans)


def filters(world: World) -> st.SearchStrategy[BoardFilter]:
    users = [one.id for one in world.users]
    return st.builds(
        BoardFilter,
        statuses=st.none() | st.lists(st.sampled_from(OpportunityStatus), max_size=3),
        search=st.none() | st.sampled_from(SEARCHES),
        owner_ids=refs("User", users),
        unassigned=st.none() | st.booleans(),
        follower_ids=refs("User", users),
        tag_ids=refs("Tag", world.tags),
        source=st.none() | st.lists(st.sampled_from([one or "" for one in SOURCES]), max_size=2),
        value=values(),
        owner_active=st.none() | st.booleans(),
        created_at=times(),
        updated_at=times(),
        stage_entered_at=times(),
        status_changed_at=times(),
    )


def judged(world: World, viewer: Viewer, card: Opportunity) -> Judged:
    """Return a card as live boards judge it for `viewer`."""
    contact = card.contact_record
    assert contact is not None
    seen = sees(CONTACT, viewer, audience(contact))
    active = frozenset(one.id for one in world.users if one.active)
    return Judged(opportunity_facts(card), contact_facts(contact) if seen else None, active)


def compare(
    connection: Connection, world: World, viewer: Viewer, terms: Sequence[Term]
) -> tuple[list[set[Any]], list[set[Any]]]:
    """Return, for each term, the cards that SQL finds and those that hold in memory."""
    present = [opportunity.c.practice_id == world.practice.id, opportunity.c.deleted_at.is_(None)]
    keys = connection.scalars(select(opportunity.c.id).where(*present)).all()
    cards = records.load_whole_cards(connection, keys)
    found = [
        set(connection.scalars(select(opportunity.c.id).where(*present, term.sql())))
        for term in terms
    ]
    cases = {key: judged(world, viewer, card) for key, card in cards.items()}
    held = [{key for key, case in cases.items() if term.holds(case)} for term in terms]
    return found, held


@given(data=st.data())
@examples(60)
async def test_both_spellings_of_every_term_agree(world: World, data: st.DataObject) -> None:
    viewer = data.draw(st.sampled_from(world.viewers))
    terms = board_terms(data.draw(filters(world)), viewer)
    async with world.database.reader() as reader:
        found, held = await reader.run(compare, world, viewer, terms)
    for term, one, other in zip(terms, found, held, strict=True):
        assert one == other, (viewer.user.name, term)


async def test_the_terms_tell_cards_apart(world: World) -> None:
    """The property would hold of terms that find everything or nothing: these do not."""
    owner, user = Ref("User", world.users[1].id), Ref("User", world.users[4].id)
    asked = BoardFilter(
        search="zo",
        owner_ids=[owner],
        unassigned=True,
        follower_ids=[user],
        tag_ids=[Ref("Tag", world.tags[0])],
        source=["google"],
        value=DecimalRange(min=Decimal("0.01"), max=Decimal("500.00")),
        owner_active=True,
        created_at=DateTimeRange(to=START),
        updated_at=DateTimeRange(from_=START, to=MOMENTS[3]),
        stage_entered_at=DateTimeRange(from_=MOMENTS[1]),
        status_changed_at=DateTimeRange(from_=MOMENTS[1]),
    )
    present = sum(one.deleted_at is None for one in world.cards)
    for name in ("admin", "assigned"):
        viewer = world.viewer(name)
        terms = board_terms(asked, viewer)
        assert len(terms) == 12
        async with world.database.reader() as reader:
            found, held = await reader.run(compare, world, viewer, terms)
        assert found == held
        assert all(0 < len(one) < present for one in found), [len(one) for one in found]


@pytest.mark.parametrize(
    ("search", "finds"),
    [("zo", True), ("p1@demo.example", False), ("+1555", False), ("filler", True)],
)
async def test_r13_contact_words_find_a_card_only_for_who_sees_the_contact(
    world: World, search: str, finds: bool
) -> None:
    """Somebody without contacts finds cards by their own name and treatment, and no more."""
    blind = world.viewer("all without contacts")
    terms = board_terms(BoardFilter(statuses=[], search=search), blind)
    async with world.database.reader() as reader:
        (found,), (held,) = await reader.run(compare, world, blind, terms)
    assert found == held
    assert bool(found) is finds


async def test_r13_tags_find_nothing_for_who_sees_no_contact(world: World) -> None:
    asked = BoardFilter(statuses=[], tag_ids=[Ref("Tag", key) for key in world.tags])
    for name in ("all without contacts", "assigned without contacts"):
        viewer = world.viewer(name)
        async with world.database.reader() as reader:
            found, held = await reader.run(compare, world, viewer, board_terms(asked, viewer))
        assert found == held == [set()]


async def test_c5_ids_of_another_kind_match_nothing(world: World) -> None:
    viewer, key = world.viewer("admin"), world.users[1].id
    for asked in (
        BoardFilter(statuses=[], owner_ids=[Ref("Contact", key)]),
        BoardFilter(statuses=[], follower_ids=[Ref("Contact", key)]),
        BoardFilter(statuses=[], tag_ids=[Ref("User", world.tags[0])]),
    ):
        async with world.database.reader() as reader:
            found, held = await reader.run(compare, world, viewer, board_terms(asked, viewer))
        assert found == held == [set()]


def test_no_restriction_makes_no_term(world: World) -> None:
    viewer = world.viewer("admin")
    assert len(board_terms(BoardFilter(), viewer)) == 1
    empty = BoardFilter(
        statuses=[],
        search=" ",
        owner_ids=[],
        follower_ids=[],
        tag_ids=[],
        source=[],
        value=DecimalRange(),
        created_at=DateTimeRange(),
    )
    assert board_terms(empty, viewer) == []
    assert opportunity_terms(OpportunityFilter(), viewer) == []


def test_c9_ranges_that_hold_nothing_are_refused(world: World) -> None:
    viewer = world.viewer("admin")
    for asked in (
        BoardFilter(value=DecimalRange(min=Decimal("0.02"), max=Decimal("0.01"))),
        BoardFilter(created_at=DateTimeRange(from_=START, to=START)),
        BoardFilter(status_changed_at=DateTimeRange(from_=MOMENTS[1], to=START)),
    ):
        with pytest.raises(BadRequest):
            board_terms(asked, viewer)
    touching = BoardFilter(value=DecimalRange(min=Decimal("0.01"), max=Decimal("0.01")))
    assert len(board_terms(touching, viewer)) == 2


def test_r18_nobody_filters_by_values_he_may_not_see(world: World) -> None:
    viewer = world.viewer("admin")
    permissions = viewer.permissions - {Permission.OPPORTUNITY_VALUE_READ}
    blind = Viewer(viewer.user, viewer.practice, permissions, viewer.credential)
    with pytest.raises(Forbidden):
        board_terms(BoardFilter(value=DecimalRange(min=Decimal(1))), blind)
    assert len(board_terms(BoardFilter(value=DecimalRange()), blind)) == 1

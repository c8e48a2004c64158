"""C9: pages by keyset: every record once, in order, also while others move."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from models.opportunity import opportunity
from permissions.visibility import CONTACT, OPPORTUNITY, Guarded, sees
from resolvers.enums import ContactOrderField, OpportunityOrderField, OrderDirection
from resolvers.flush import flush
from resolvers.inputs import ContactOrder, OpportunityOrder
from resolvers.orders import Order, contact_order, opportunity_order
from resolvers.pages import Edge, Listing, Paging, Window, window
from resolvers.problems import BadRequest
from resolvers.seal import Seal
from resolvers.seen import audience
from tests.resolvers.people import VIEWER, person
from tests.resolvers.properties import examples
from tests.resolvers.world import MOMENTS, NAMES, VALUES, World

SEAL = Seal(b"a secret of tests, 32 bytes long")
DIRECTIONS = st.sampled_from(OrderDirection)
LISTS: st.SearchStrategy[tuple[Guarded, Order]] = st.one_of(
    st.builds(ContactOrder, field=st.sampled_from(ContactOrderField), direction=DIRECTIONS).map(
        lambda asked: (CONTACT, contact_order(asked))
    ),
    st.builds(
        OpportunityOrder, field=st.sampled_from(OpportunityOrderField), direction=DIRECTIONS
    ).map(lambda asked: (OPPORTUNITY, opportunity_order(asked, VIEWER))),
)


def paging(order: Order, viewer: Any = VIEWER) -> Paging:
    return Paging(viewer, SEAL, order)


def expected(world: World, kind: Guarded, order: Order, viewer: Any) -> list[UUID]:
    made: list[Any] = [*world.contacts] if kind is CONTACT else [*world.cards]
    seen = [one for one in made if one.deleted_at is None and sees(kind, viewer, audience(one))]
    return [one.id for one in sorted(seen, key=order.sort_key)]


@given(
    data=st.data(),
    asked=LISTS,
    size=st.integers(1, 9),
    backward=st.booleans(),
    often=st.booleans(),
)
@examples(60)
async def test_every_record_is_on_exactly_one_page_in_order(
    world: World,
    data: st.DataObject,
    asked: tuple[Guarded, Order],
    size: int,
    backward: bool,
    often: bool,
) -> None:
    kind, order = asked
    viewer = data.draw(st.sampled_from(world.viewers))
    listing = Listing(kind, paging(order, viewer), (), often)
    every = expected(world, kind, order, viewer)
    found: list[UUID] = []
    cursor: str | None = None
    async with world.database.reader() as reader:
        assert await reader.run(listing.count) == len(every)
        while True:
            place = {"before": cursor} if backward else {"after": cursor}
            page, ahead, behind = await reader.run(listing.page, Window(size, backward, **place))
            ids = [one.id for one in page]
            found = ids + found if backward else found + ids
            assert ahead is (bool(ids) and ids[-1] != every[-1])
            assert behind is (bool(ids) and ids[0] != every[0])
            if not (behind if backward else ahead):
                break
            cursor = listing.paging.cursor_of(page[0 if backward else -1])
    assert found == every


def shake(connection: Connection, world: World, kept: set[UUID]) -> None:
    """Move, delete and add cards, whatever is not among `kept`."""
    change, pick = world.change(connection), world.random.choice
    moving = opportunity.c.practice_id == world.practice.id
    for card in change.load(OPPORTUNITY, moving, opportunity.c.id.not_in(kept)):
        card.value, card.name = pick(VALUES), pick(NAMES) or "Deal"
        card.stage_entered_at = pick(MOMENTS)
        if world.random.random() < 0.2:
            card.deleted_at = change.now
    flush(change)
    world.add(connection, 2)


@pytest.mark.parametrize("direction", OrderDirection)
@pytest.mark.parametrize("field", ["VALUE", "NAME", "STAGE_ENTERED_AT"])
async def test_what_stays_is_read_exactly_once_while_the_rest_moves(
    world: World, field: str, direction: OrderDirection
) -> None:
    asked = OpportunityOrder(field=OpportunityOrderField(field), direction=direction)
    listing = Listing(OPPORTUNITY, paging(opportunity_order(asked, VIEWER), world.viewers[0]), ())
    every = expected(world, OPPORTUNITY, listing.paging.order, world.viewers[0])
    kept = set(world.random.sample(every, len(every) // 2))
    read: list[UUID] = []
    cursor, more = None, True
    for _ in range(100):
        async with world.database.reader() as reader:
            page, more, _ = await reader.run(listing.page, Window(5, after=cursor))
        read += [one.id for one in page]
        if not more:
            break
        cursor = listing.paging.cursor_of(page[-1])
        await world.database.write(shake, world, kept)
    assert not more
    assert [key for key in read if key in kept] == [key for key in every if key in kept]


async def test_a_page_after_and_before_is_what_lies_between(world: World) -> None:
    viewer, order = world.viewers[0], contact_order(None)
    listing = Listing(CONTACT, paging(order, viewer), ())
    async with world.database.reader() as reader:
        every, _, _ = await reader.run(listing.page, Window(100))
        start, end = (listing.paging.cursor_of(every[at]) for at in (3, 9))
        for backward in (False, True):
            asked = Window(100, backward, after=start, before=end)
            page, _, _ = await reader.run(listing.page, asked)
            assert page == every[4:9]
        nothing, more, less = await reader.run(listing.page, Window(0, after=start))
    assert (nothing, more, less) == ([], True, True)


def test_windows() -> None:
    assert window() == Window(50)
    assert window(first=0) == Window(0)
    assert window(100, "after") == Window(100, after="after")
    assert window(last=3, before="x") == Window(3, backward=True, before="x")


@pytest.mark.parametrize(
    ("first", "last"), [(1, 1), (0, 0), (-1, None), (101, None), (None, -1), (None, 101)]
)
def test_c9_windows_that_are_refused(first: int | None, last: int | None) -> None:
    with pytest.raises(BadRequest):
        window(first=first, last=last)


def order_by(field: str, direction: OrderDirection = OrderDirection.DESC) -> Order:
    asked = OpportunityOrder(field=OpportunityOrderField(field), direction=direction)
    return opportunity_order(asked, VIEWER)


async def test_c9_a_cursor_is_of_one_viewer_and_one_order(world: World) -> None:
    card = world.cards[0]
    ours = paging(order_by("VALUE"))
    cursor = Edge(card, ours).cursor
    assert ours.place(cursor) == (card.value, card.id)
    assert ours.place(None) is None
    for other in (
        paging(order_by("VALUE"), person(2)),
        paging(order_by("NAME")),
        paging(order_by("VALUE", OrderDirection.ASC)),
        Paging(VIEWER, Seal(b"another secret of 32 bytes, long"), order_by("VALUE")),
    ):
        with pytest.raises(BadRequest):
            other.place(cursor)


@pytest.mark.parametrize(
    "text", ["", "x", "AAAA", "é", "a" * 200, "\ud800", "=", "A" * 16, "A" * 64]
)
def test_what_was_never_a_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        paging(order_by("VALUE")).place(text)

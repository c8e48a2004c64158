"""C9: one order, three spellings: SQL, Python, and `sortKey` compared as plain strings."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from models.text import fold
from permissions.rights import Permission
from permissions.viewer import Viewer
from permissions.visibility import CONTACT, OPPORTUNITY, Guarded
from resolvers import records
from resolvers.enums import ContactOrderField, OpportunityOrderField, OrderDirection
from resolvers.inputs import ContactOrder, OpportunityOrder
from resolvers.orders import Order, contact_order, opportunity_order, restored
from resolvers.problems import Forbidden
from tests.resolvers.people import VIEWER
from tests.resolvers.properties import examples
from tests.resolvers.world import NAMES, World

ORDERS: list[tuple[Guarded, Order]] = [
    *(
        (CONTACT, contact_order(ContactOrder(field=field, direction=direction)))
        for field in ContactOrderField
        for direction in OrderDirection
    ),
    *(
        (OPPORTUNITY, opportunity_order(OpportunityOrder(field=field, direction=to), VIEWER))
        for field in OpportunityOrderField
        for to in OrderDirection
    ),
]


def value(order: Order, record: Any) -> Any:
    """Return what a record is ordered by, read plainly."""
    if order.name == "NAME":
        return fold(record.name).encode()
    return getattr(record, order.name.lower())


def plainly(order: Order, found: Sequence[Any]) -> list[Any]:
    return sorted(found, key=lambda one: (value(order, one), one.id), reverse=order.descending)


def all_of(connection: Connection, kind: Guarded, viewer: Viewer, order: Order) -> list[Any]:
    statement = records.select_visible(kind, viewer).order_by(*order.by)
    return records.records_of(kind, connection.execute(statement))


async def test_sql_python_and_sort_keys_agree(world: World) -> None:
    viewer = world.viewer("admin")
    async with world.database.reader() as reader:
        for kind, order in ORDERS:
            found = await reader.run(all_of, kind, viewer, order)
            assert len(found) > 20
            assert found == plainly(order, found), order.name
            assert found == sorted(found, key=order.sort_key), order.name
            assert len({order.sort_key(one) for one in found}) == len(found)


async def test_beyond_a_place_are_the_records_after_it(world: World) -> None:
    viewer = world.viewer("admin")

    def cut(connection: Connection, kind: Guarded, condition: Any) -> set[UUID]:
        rows = connection.execute(records.select_visible(kind, viewer, condition))
        return {one.id for one in records.records_of(kind, rows)}

    async with world.database.reader() as reader:
        for kind, order in ORDERS:
            found = await reader.run(all_of, kind, viewer, order)
            for place in (0, 7, len(found) // 2, len(found) - 1):
                one = found[place]
                stored = orjson.loads(orjson.dumps(order.place_of(one)))
                there = restored(order, stored[2])
                after = await reader.run(cut, kind, order.after(there, one.id))
                before = await reader.run(cut, kind, order.before(there, one.id))
                assert after == {each.id for each in found[place + 1 :]}
                assert before == {each.id for each in found[:place]}


NAMED = st.text(max_size=8) | st.sampled_from(NAMES) | st.text("az 0", max_size=4)
RECORDS = st.builds(
    SimpleNamespace,
    id=st.uuids(),
    name=NAMED,
    created_at=st.datetimes(timezones=st.just(UTC)) | st.just(datetime(2026, 1, 1, tzinfo=UTC)),
    value=st.integers(0, 10**12 - 1).map(lambda cents: Decimal(cents).scaleb(-2)),
)


@pytest.mark.parametrize("name", ["NAME", "CREATED_AT", "VALUE"])
@pytest.mark.parametrize("direction", OrderDirection)
@given(found=st.lists(RECORDS, max_size=6))
@examples(100)
def test_sort_keys_sort_as_the_order_does(
    name: str, direction: OrderDirection, found: list[Any]
) -> None:
    asked = OpportunityOrder(field=OpportunityOrderField(name), direction=direction)
    order = opportunity_order(asked, VIEWER)
    assert sorted(found, key=order.sort_key) == plainly(order, found)


@given(one=RECORDS)
@examples(50)
def test_a_place_in_a_list_survives_its_cursor(one: Any) -> None:
    for _, order in ORDERS:
        if order.name in ("NAME", "CREATED_AT", "VALUE"):
            name, descending, stored, key = orjson.loads(orjson.dumps(order.place_of(one)))
            assert (name, descending, UUID(key)) == (order.name, order.descending, one.id)
            assert restored(order, stored) == order.value_of(one)


def test_newest_first_where_nothing_is_asked_for() -> None:
    for order in (contact_order(None), opportunity_order(None, VIEWER)):
        assert (order.name, order.descending) == ("CREATED_AT", True)
    assert ContactOrder(field=ContactOrderField.NAME).direction is OrderDirection.DESC


def test_r18_nobody_orders_by_values_he_may_not_see() -> None:
    rights = VIEWER.permissions - {Permission.OPPORTUNITY_VALUE_READ}
    blind = Viewer(VIEWER.user, VIEWER.practice, rights, VIEWER.credential)
    for field in OpportunityOrderField:
        asked = OpportunityOrder(field=field)
        if field is OpportunityOrderField.VALUE:
            with pytest.raises(Forbidden):
                opportunity_order(asked, blind)
        else:
            assert opportunity_order(asked, blind).name == field.value

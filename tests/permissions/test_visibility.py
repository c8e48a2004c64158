"""R95: a list in SQL is exactly what the rule says of each record by itself."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from models.facts import followers_of
from permissions.viewer import Viewer
from permissions.visibility import CONTACT, OPPORTUNITY, Guarded, present, sees, visible
from resolvers import records
from resolvers.seen import audience
from tests.resolvers.properties import examples
from tests.resolvers.world import World, open_world

KINDS = (CONTACT, OPPORTUNITY)


def everything(connection: Connection, kind: Guarded) -> list[Any]:
    """Return every row there is: deleted ones and other practices' too."""
    keys = connection.scalars(select(kind.table.c.id)).all()
    found = list(records.load_rows(connection, kind, keys).values())
    records.attach_assigned(connection, kind, found)
    return found


def compare(connection: Connection, kind: Guarded, viewer: Viewer) -> tuple[set[Any], set[Any]]:
    """Return what SQL lists, and what the rule in memory says of every row."""
    listed = set(connection.scalars(select(kind.table.c.id).where(visible(kind, viewer))))
    judged = {
        one.id
        for one in everything(connection, kind)
        if one.practice_id == viewer.practice_id
        and one.deleted_at is None
        and sees(kind, viewer, audience(one))
    }
    return listed, judged


@given(seed=st.integers(0, 2**32))
@examples(6)
async def test_r95_the_list_is_the_filter_of_all(database_url: str, seed: int) -> None:
    async with open_world(database_url, seed, contacts=12) as world, world.database.reader() as it:
        for kind in KINDS:
            for viewer in world.viewers:
                listed, judged = await it.run(compare, kind, viewer)
                assert listed == judged, (kind.name, viewer.user.name)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_r95_each_viewer_sees_a_set_of_his_own(world: World, kind: Guarded) -> None:
    """The property would hold of empty lists, too: these are not."""
    async with world.database.reader() as reader:
        seen = {
            viewer.user.name: (await reader.run(compare, kind, viewer))[0]
            for viewer in world.viewers
        }
    everybody = seen["admin"]
    blind = {"all without contacts", "assigned without contacts"}
    blind = blind if kind is CONTACT else {"assigned without cards"}
    assert seen["flagged admin"] == seen["all"] == everybody
    assert {name for name, keys in seen.items() if not keys} == blind
    assert set[Any]() < seen["assigned"] < everybody
    assert set[Any]() < seen["assigned too"] < everybody
    assert seen["assigned"] != seen["assigned too"]


async def test_r12_an_unassigned_record_is_seen_by_followers_and_unrestricted_only(
    world: World,
) -> None:
    me = world.viewer("assigned")
    async with world.database.reader() as reader:
        listed, _ = await reader.run(compare, OPPORTUNITY, me)
    mine = {one.id: one for one in world.cards if one.deleted_at is None and one.owner_id is None}
    following = {key for key, one in mine.items() if me.user_id in followers_of(one.assigned)}
    assert following
    assert listed & mine.keys() == following


async def test_present_is_the_practice_s_own_undeleted_rows(world: World) -> None:
    me = world.viewer("assigned")
    async with world.database.reader() as reader:
        for kind, made in ((CONTACT, world.contacts), (OPPORTUNITY, world.cards)):
            condition = select(kind.table.c.id).where(present(kind, me))
            keys = set(await reader.run(Connection.scalars, condition))
            assert keys == {one.id for one in made if one.deleted_at is None}
            assert len(keys) < len(made)

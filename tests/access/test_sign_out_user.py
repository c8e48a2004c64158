"""R38: who may end the access of others, and what ends with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import Connection, func, select

from models.log import event
from tests.access.signs import again, changes_nothing, works
from tests.client import Client
from tests.scenarios.spa import Spa, open_spa

TEAM = "TEAM_WRITE"


@asynccontextmanager
async def nothing_ended(*clients: Client) -> AsyncIterator[None]:
    """Assert that what happens inside ends nobody's access, nor writes to a log."""
    database = clients[0].server.desk.services.database
    before = await database.write(_events)
    yield
    assert await database.write(_events) == before
    assert [await works(one) for one in clients] == [True] * len(clients)


def _events(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(event)) or 0


async def test_all_tokens_of_the_user_end_and_he_may_sign_in_again(spa: Spa) -> None:
    _, card = await spa.pair("Grace Park", spa.ben)
    tokens = [spa.ben, await again(spa.ben)]
    payload = await spa.ada.do("signOutUser", id=spa.ben.id)
    assert payload["user"]["id"] == spa.ben.id
    assert payload["user"]["active"] is True
    for one in tokens:
        assert not await works(one)
        await changes_nothing(one, spa, card)
    assert await works(await again(spa.ben))
    assert [await works(one) for one in (spa.ada, spa.cleo, spa.dan)] == [True] * 3


async def test_his_records_and_rights_stay_as_they_are(spa: Spa) -> None:
    contact, card = await spa.pair("Grace Park", spa.ben)
    async with spa.unchanged():
        await spa.ada.do("signOutUser", id=spa.ben.id)
        fresh = await again(spa.ben)
        document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
        found = await fresh.ask(document, ids=[contact, card])
        assert [one["id"] for one in found["nodes"]] == [contact, card]


async def test_an_admin_may_sign_out_himself_and_other_admins(spa: Spa) -> None:
    other = await spa.hire("Ivy", role="ADMIN", restricted=False)
    await other.do("signOutUser", id=spa.ada.id)
    assert [await works(one) for one in (spa.ada, other)] == [False, True]
    await other.do("signOutUser", id=other.id)
    assert not await works(other)
    assert await works(await again(other))


async def test_who_manages_the_team_signs_out_users_but_no_admin(spa: Spa) -> None:
    lead = await spa.hire("Lead", extra=[TEAM], restricted=False)
    await lead.do("signOutUser", id=spa.ben.id)
    async with nothing_ended(spa.ada, spa.cleo, lead):
        assert await lead.code("signOutUser", id=spa.ada.id) == "FORBIDDEN"
    assert not await works(spa.ben)


async def test_others_may_sign_out_nobody(spa: Spa) -> None:
    await again(spa.ben)
    async with nothing_ended(spa.ada, spa.ben, spa.cleo, spa.dan):
        for client in (spa.ben, spa.dan):
            for target in (spa.ada, spa.cleo, spa.ben, spa.dan):
                assert await client.code("signOutUser", id=target.id) == "FORBIDDEN"


async def test_who_is_not_of_the_practice_does_not_exist(spa: Spa) -> None:
    """P9, P24: NOT_FOUND for all of them alike, and before FORBIDDEN (C5)."""
    contact, card = await spa.pair("Grace Park", spa.ben)
    async with open_spa(spa.server, different_owners=True, name="other") as other:
        unseen = [other.ada.id, other.ben.id, contact, card, spa.pipeline, spa.practice]
        async with nothing_ended(other.ada, other.ben, spa.ada, spa.ben, spa.dan):
            for client in (spa.ada, spa.dan):
                for target in unseen:
                    assert await client.code("signOutUser", id=target) == "NOT_FOUND"
            for text in ("", "no id", "A" * 23, "\u0000"):
                assert await spa.ada.code("signOutUser", id=text) == "INVALID_INPUT"


async def test_a_deactivated_user_is_out_for_good(spa: Spa) -> None:
    _, card = await spa.pair("Grace Park", spa.ben)
    tokens = [spa.ben, await again(spa.ben)]
    await spa.ada.do("deactivateUser", id=spa.ben.id, strategy="KEEP")
    for one in (*tokens, await again(spa.ben)):
        assert not await works(one)
        await changes_nothing(one, spa, card)
    assert await works(spa.cleo)
    await spa.ada.do("signOutUser", id=spa.ben.id)  # of one who has no access: no harm


async def test_signing_out_twice_ends_what_came_between(spa: Spa) -> None:
    await spa.ada.do("signOutUser", id=spa.ben.id)
    between = await again(spa.ben)
    assert await works(between)
    await spa.ada.do("signOutUser", id=spa.ben.id)
    assert not await works(between)

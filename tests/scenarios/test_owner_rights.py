"""R34, R36 and C5: who may change an owner, and which refusal comes first."""

import pytest

from tests.client import Client
from tests.scenarios.reads import followers, owner, shown
from tests.scenarios.spa import Spa

NOT_BY_FOLLOWERS = "FOLLOWER_CANNOT_CHANGE_OWNER"
# actor: what he gets who owns the record, follows it, or neither; None: he may
TABLE: dict[str, tuple[str | None, str | None, str | None]] = {
    "admin": (None, None, None),
    "unrestricted": (None, NOT_BY_FOLLOWERS, None),
    "unrestricted without OWNER_CHANGE": (None, NOT_BY_FOLLOWERS, "FORBIDDEN"),
    "restricted": (None, NOT_BY_FOLLOWERS, "NOT_FOUND"),
    "restricted without OWNER_CHANGE": (None, NOT_BY_FOLLOWERS, "NOT_FOUND"),
    "without the right to write": ("FORBIDDEN", "FORBIDDEN", "FORBIDDEN"),
}


async def _actor(spa: Spa, name: str) -> Client:
    without: list[str] = []
    if "OWNER_CHANGE" in name:
        without = ["OWNER_CHANGE"]
    elif "write" in name:
        without = ["OPPORTUNITIES_WRITE", "CONTACTS_WRITE"]
    role = "ADMIN" if name == "admin" else "USER"
    return await spa.hire(
        "Actor", role=role, restricted=name.startswith("restricted"), without=without
    )


@pytest.mark.parametrize("name", TABLE)
async def test_r34_table_of_who_may_change_an_owner(decoupled: Spa, name: str) -> None:
    actor = await _actor(decoupled, name)
    for place, expected in enumerate(TABLE[name]):
        pair = await decoupled.pair(f"Grace{place} Park", actor if place == 0 else decoupled.ben)
        for record in pair:
            if place == 1:
                await decoupled.follow(record, actor)
            if expected != "NOT_FOUND":
                allowed = (await shown(actor, record))["viewerCanChangeOwner"]
                assert allowed is (expected is None)
            change = {"recordId": record, "ownerId": decoupled.cleo.id}
            if expected is None:
                await actor.do("changeOwner", **change)
                assert owner(await shown(decoupled.ada, record)) == decoupled.cleo.id
            else:
                async with decoupled.unchanged():
                    assert await actor.code("changeOwner", **change) == expected
                    assert (
                        await actor.code("changeOwner", recordId=record, ownerId=None) == expected
                    )


async def test_changing_to_the_present_owner_needs_only_the_right_to_write(decoupled: Spa) -> None:
    _, g1 = await decoupled.pair("Grace Park", decoupled.cleo)
    await decoupled.follow(g1, decoupled.ben)
    reader = await decoupled.hire("Ria", restricted=False, without=["OPPORTUNITIES_WRITE"])
    async with decoupled.unchanged():
        payload = await decoupled.own(g1, decoupled.cleo, by=decoupled.ben)
        code = await reader.code("changeOwner", recordId=g1, ownerId=decoupled.cleo.id)
    assert [payload["record"]["id"], payload["accessLost"]] == [g1, False]
    assert code == "FORBIDDEN"


async def test_r36_an_inactive_user_owns_nothing_new(decoupled: Spa) -> None:
    g, g1 = await decoupled.pair("Grace Park", decoupled.ben)
    await decoupled.ada.do("deactivateUser", id=decoupled.cleo.id, strategy="KEEP")
    gone, lead = decoupled.cleo.id, decoupled.types["Lead"]
    async with decoupled.unchanged():
        for record in (g, g1):
            code = await decoupled.ada.code("changeOwner", recordId=record, ownerId=gone)
            assert code == "INVALID_OWNER"
            code = await decoupled.ada.code("addFollowers", recordId=record, userIds=[gone])
            assert code == "INVALID_FOLLOWER"
        given = {"firstName": "X", "typeId": lead, "ownerId": gone}
        assert await decoupled.ada.code("createContact", **given) == "INVALID_OWNER"


async def test_r36_an_owner_without_the_module_is_allowed_with_a_warning(decoupled: Spa) -> None:
    blind = await decoupled.hire("Bo", without=["OPPORTUNITIES_READ"])
    _, g1 = await decoupled.pair("Grace Park")
    payload = await decoupled.own(g1, blind)
    assert [each["code"] for each in payload["warnings"]] == ["OWNER_CANNOT_SEE"]
    assert owner(await shown(decoupled.ada, g1)) == blind.id


async def test_c5_checks_come_in_order_input_record_right_version_rule(decoupled: Spa) -> None:
    ada, ben = decoupled.ada, decoupled.ben
    reader = await decoupled.hire("Ria", restricted=False, without=["OPPORTUNITIES_WRITE"])
    _, g1 = await decoupled.pair("Grace Park", decoupled.cleo)
    wrong = {"id": g1, "value": "-1", "expectedVersion": 99}
    stale = {"id": g1, "value": "1", "expectedVersion": 99}
    async with decoupled.unchanged():
        assert await ben.code("updateOpportunity", **wrong) == "INVALID_INPUT"
        assert await ben.code("updateOpportunity", **stale) == "NOT_FOUND"
        assert await reader.code("updateOpportunity", **stale) == "FORBIDDEN"
        assert await ada.code("updateOpportunity", **stale) == "CONFLICT"
        rule = {"recordId": g1, "ownerId": decoupled.cleo.id, "expectedVersion": 99}
        assert await ada.code("changeOwner", **rule) == "CONFLICT"


async def test_k6_a_relation_he_cannot_see_binds_and_is_not_named(coupled: Spa) -> None:
    blind = await coupled.hire("Bo", restricted=False, without=["CONTACTS_READ"])
    g, g1 = await coupled.pair("Grace Park", coupled.ben)
    await coupled.follow(g, blind)
    async with coupled.unchanged():
        (error,) = await blind.fails("changeOwner", recordId=g1, ownerId=coupled.cleo.id)
    assert error["code"] == NOT_BY_FOLLOWERS
    assert g not in str(error)
    assert followers(await shown(coupled.ada, g)) == {blind.id}

"""K1-K6, K8 and K9 of domain.md: owners, reconciliation, and the ten followers."""

from tests.model.fold import Json
from tests.scenarios.reads import followers, ids, owner, sees, shown, sources
from tests.scenarios.spa import Spa

RECONCILE: Json = {"allowDifferentOwners": False, "reconcile": "CONTACT_OWNER"}


async def test_k1_reconcile_skips_the_eleventh_follower(decoupled: Spa) -> None:
    ada, ben, cleo = decoupled.ada, decoupled.ben, decoupled.cleo
    g, g1 = await decoupled.pair("Grace Park", ben)
    _, full = await decoupled.pair("Full House", ben)
    ten = await decoupled.hire_many(10)
    for card in (g1, full):
        await decoupled.own(card, cleo)
    await decoupled.follow(full, *ten)
    g_before = await shown(ada, g)

    async with decoupled.unchanged():
        (error,) = await ada.fails("updateOwnershipSettings", allowDifferentOwners=False)
    assert [error["code"], error["count"], error["__typename"]] == [
        "OWNERS_DIFFER",
        2,
        "CountError",
    ]
    payload = await decoupled.settings(**RECONCILE)

    assert payload["ownership"]["allowDifferentOwners"] is False
    assert [owner(await shown(ada, card)) for card in (g1, full)] == [ben.id, ben.id]
    assert followers(await shown(ada, g1)) == {cleo.id}
    assert followers(await shown(ada, full)) == ids(*ten)
    assert await sees(cleo, g1, full) == [True, False]
    assert await shown(ada, g) == g_before


async def test_k1_switching_different_owners_on_changes_no_record(coupled: Spa) -> None:
    await coupled.pair("Grace Park", coupled.ben)
    before = await coupled.ada.everything(coupled.pipeline)

    await coupled.settings(allowDifferentOwners=True)

    after = await coupled.ada.everything(coupled.pipeline)
    settings = after["viewer"]["practice"]["ownership"]
    assert settings["allowDifferentOwners"] is True
    settings["allowDifferentOwners"] = False
    assert after == before


async def test_k2_reconcile_to_an_unassigned_contact_leaves_ex_owners_as_followers(
    decoupled: Spa,
) -> None:
    g, g1 = await decoupled.pair("Grace Park")
    await decoupled.own(g1, decoupled.cleo)
    cleos = await decoupled.watch(decoupled.cleo)

    await decoupled.settings(**RECONCILE)

    card = await shown(decoupled.cleo, g1)
    assert [owner(card), followers(card)] == [None, {decoupled.cleo.id}]
    assert owner(await shown(decoupled.ada, g)) is None
    updated = await cleos.next("CardUpdated")
    assert updated["opportunity"]["owner"] is None
    assert {"owner", "followers"} <= set(updated["changedFields"])


async def test_k3_keep_leaves_an_inactive_owner_whom_admins_can_filter(decoupled: Spa) -> None:
    ada, ben, cleo = decoupled.ada, decoupled.ben, decoupled.cleo
    g, g1 = await decoupled.pair("Grace Park", ben)
    other, other1 = await decoupled.pair("Henry Oak", cleo)
    new = await decoupled.contact("Ida Elm", ben)
    await decoupled.follow(other, ben)

    await ada.do("deactivateUser", id=ben.id, strategy="KEEP")

    card = await shown(ada, g1)
    assert card["owner"] == {"id": ben.id, "active": False}
    assert followers(await shown(ada, other)) == set()
    assert await sees(cleo, g, g1, other, other1) == [False, False, True, True]
    inactive = await ada.board(decoupled.pipeline, where={"ownerActive": False})
    assert inactive.ids == {g1}
    active = await ada.board(decoupled.pipeline, where={"ownerActive": True})
    assert active.ids == {other1}
    made = await shown(ada, await decoupled.card(new))
    assert owner(made) is None


async def test_k3_coupled_new_card_gets_the_same_inactive_owner(coupled: Spa) -> None:
    g = await coupled.contact("Grace Park", coupled.ben)
    await coupled.ada.do("deactivateUser", id=coupled.ben.id, strategy="KEEP")
    made = await shown(coupled.ada, await coupled.card(g))
    assert made["owner"] == {"id": coupled.ben.id, "active": False}


async def test_k4_follower_made_owner_frees_his_place(decoupled: Spa) -> None:
    g, _ = await decoupled.pair("Grace Park", decoupled.ben)
    ten = await decoupled.hire_many(10)
    await decoupled.follow(g, *ten)

    await decoupled.own(g, ten[0])

    record = await shown(decoupled.ada, g)
    assert [owner(record), followers(record)] == [ten[0].id, ids(*ten[1:])]
    payload = await decoupled.follow(g, decoupled.ben)
    assert [user["id"] for user in payload["added"]] == [decoupled.ben.id]
    assert followers(await shown(decoupled.ada, g)) == ids(*ten[1:], decoupled.ben)


async def test_k5_previous_owner_takes_the_place_of_the_follower_who_succeeds_him(
    decoupled: Spa,
) -> None:
    ben = decoupled.ben
    _, g1 = await decoupled.pair("Grace Park", ben)
    ten = await decoupled.hire_many(10)
    await decoupled.follow(g1, *ten)
    hand_over: Json = {"recordId": g1, "keepPreviousOwnerAsFollower": True}

    async with decoupled.unchanged():
        (error,) = await ben.fails("changeOwner", **hand_over, ownerId=decoupled.cleo.id)
    assert [error["code"], error["limit"], error["current"]] == ["FOLLOWER_LIMIT", 10, 10]

    payload = await ben.do("changeOwner", **hand_over, ownerId=ten[0].id)
    assert payload["accessLost"] is False
    record = await shown(ben, g1)
    assert [owner(record), followers(record)] == [ten[0].id, ids(*ten[1:], ben)]


async def test_k6_follower_of_one_member_cannot_change_the_owner_of_the_family(
    coupled: Spa,
) -> None:
    g, g1 = await coupled.pair("Grace Park", coupled.ben)
    await coupled.follow(g1, coupled.dan)

    async with coupled.unchanged():
        (error,) = await coupled.dan.fails("changeOwner", recordId=g, ownerId=coupled.cleo.id)
    assert error["code"] == "FOLLOWER_CANNOT_CHANGE_OWNER"
    assert g1 not in str(error)

    await coupled.ada.do("removeFollowers", recordId=g1, userIds=[coupled.dan.id])
    await coupled.own(g, coupled.cleo, by=coupled.dan)
    assert [owner(await shown(coupled.ada, each)) for each in (g, g1)] == [coupled.cleo.id] * 2


async def test_k8_sync_adds_no_row_for_one_who_is_there_already(decoupled: Spa) -> None:
    ada, ben, cleo = decoupled.ada, decoupled.ben, decoupled.cleo
    await decoupled.sync_both()
    owned, owned1 = await decoupled.pair("Grace Park", ben)
    await decoupled.own(owned1, cleo)
    await ada.do("removeFollowers", recordId=owned, all=True)
    before = await shown(ada, owned)
    payload = await decoupled.own(owned1, ben)
    assert payload["warnings"] == []
    assert await shown(ada, owned) == before

    followed, followed1 = await decoupled.pair("Henry Oak", ben)
    await decoupled.follow(followed, cleo)
    before = await shown(ada, followed)
    payload = await decoupled.own(followed1, cleo)
    assert payload["warnings"] == []
    assert await shown(ada, followed) == before
    assert sources(before) == {cleo.id: "MANUAL"}


async def test_k9_flipping_owners_with_sync_on_doubles_nobody(decoupled: Spa) -> None:
    ada, ben, cleo = decoupled.ada, decoupled.ben, decoupled.cleo
    await decoupled.sync_both()
    g, g1 = await decoupled.pair("Grace Park", ben)

    for new in (cleo, ben, cleo, ben):
        await decoupled.own(g1, new)
        assert owner(await shown(ada, g)) == ben.id
        assert followers(await shown(ada, g)) == {cleo.id}
    for new in (cleo, ben):
        await decoupled.own(g, new)
    contact = await shown(ada, g)
    assert [owner(contact), followers(contact)] == [ben.id, set()]
    card = await shown(ada, g1)
    assert [owner(card), followers(card)] == [ben.id, {cleo.id}]

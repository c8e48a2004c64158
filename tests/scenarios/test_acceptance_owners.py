"""A1-A7 and A18 of domain.md: owners and followers, as the people of the practice live them."""

import asyncio

from tests.scenarios.reads import (
    cards,
    contact,
    followers,
    ids,
    opportunity,
    owner,
    sees,
    shown,
    sources,
)
from tests.scenarios.spa import Spa

LEFT = {"__typename", "cursor", "hiddenByFilter", "ownKeys", "totals", "opportunityId"}


async def test_a1_coupled_owner_change_takes_the_family_from_ben_to_cleo(coupled: Spa) -> None:
    g, g1 = await coupled.pair(owner=coupled.ben)
    bens, cleos = await coupled.watch(coupled.ben), await coupled.watch(coupled.cleo)
    assert [bens.fold.ids, cleos.fold.ids] == [{g1}, set()]

    payload = await coupled.own(g1, coupled.cleo)

    assert payload["record"]["id"] == g1
    assert payload["accessLost"] is False
    assert [each["id"] for each in payload["alsoChanged"]] == [g]
    assert [owner(await shown(coupled.ada, each)) for each in (g, g1)] == [coupled.cleo.id] * 2
    assert await contact(coupled.ben, g) is None
    assert await opportunity(coupled.ben, g1) is None
    left = await bens.next("CardLeft")
    assert set(left) == LEFT
    assert left["opportunityId"] == g1
    assert [(each["count"], each["value"]["amount"]) for each in left["totals"]] == [(0, "0.00")]
    entered = await cleos.next("CardEntered")
    assert entered["opportunity"]["id"] == g1
    assert entered["opportunity"]["contact"]["id"] == g
    assert [(each["count"], each["value"]["amount"]) for each in entered["totals"]] == [
        (1, "500.00")
    ]
    await bens.silent()
    await cleos.silent()


async def test_a2_decoupled_owner_change_shows_cleo_the_card_and_only_the_name(
    decoupled: Spa,
) -> None:
    g = await decoupled.contact(
        owner=decoupled.ben, email="grace@park.example", phone="+12025550143"
    )
    g1 = await decoupled.card(g)
    assert owner(await shown(decoupled.ada, g1)) == decoupled.ben.id

    await decoupled.own(g1, decoupled.cleo)

    card = await shown(decoupled.cleo, g1)
    assert card["contact"] is None
    assert card["contactCard"] == {"contactId": g, "name": "Grace Park"}
    assert card["name"] == "Grace Park"
    assert await contact(decoupled.cleo, g) is None
    bens_view = await shown(decoupled.ben, g)
    assert bens_view["opportunities"] == {"totalCount": 0, "nodes": []}
    assert await opportunity(decoupled.ben, g1) is None
    assert followers(await shown(decoupled.ada, g)) == set()


async def test_a3_and_a4_sync_settings_keep_the_new_owners_together(decoupled: Spa) -> None:
    ada, ben, cleo, dan = decoupled.ada, decoupled.ben, decoupled.cleo, decoupled.dan
    g, g1 = await decoupled.pair(owner=ben)
    await decoupled.sync_both()

    await decoupled.own(g1, cleo)

    assert sources(await shown(ada, g)) == {cleo.id: "SYNC"}
    assert sources(await shown(ada, g1)) == {}
    assert (await shown(cleo, g1))["contact"]["id"] == g
    assert await sees(cleo, g, g1) == [True, True]
    assert await sees(ben, g, g1) == [True, False]

    await decoupled.own(g, dan)

    assert sources(await shown(ada, g1)) == {dan.id: "SYNC"}
    assert sources(await shown(ada, g)) == {cleo.id: "SYNC"}
    assert await sees(ben, g, g1) == [False, False]
    assert await sees(cleo, g, g1) == [True, True]


async def test_a5_follower_edits_everything_but_the_owner(decoupled: Spa) -> None:
    ben = decoupled.ben
    _, g1 = await decoupled.pair(owner=decoupled.cleo)
    await decoupled.follow(g1, ben)

    await ben.do("updateOpportunity", id=g1, name="Laser for Grace", value="750.50")
    await decoupled.move(g1, "Booked", by=ben)
    async with decoupled.unchanged():
        code = await ben.code("changeOwner", recordId=g1, ownerId=ben.id)

    assert code == "FOLLOWER_CANNOT_CHANGE_OWNER"
    card = await shown(ben, g1)
    assert [card["name"], card["value"]["amount"]] == ["Laser for Grace", "750.50"]
    assert card["valueSource"] == "MANUAL"
    assert card["stage"]["name"] == "Booked"
    assert card["viewerCanEdit"] is True
    assert card["viewerCanChangeOwner"] is False


async def test_a5_follower_of_a_coupled_card_cannot_change_the_familys_owner(
    coupled: Spa,
) -> None:
    ben = coupled.ben
    g, g1 = await coupled.pair(owner=coupled.cleo)
    for record in (g1, g):
        await coupled.follow(record, ben)
        async with coupled.unchanged():
            code = await ben.code("changeOwner", recordId=record, ownerId=ben.id)
        assert code == "FOLLOWER_CANNOT_CHANGE_OWNER"
        await coupled.ada.do("removeFollowers", recordId=record, all=True)


async def test_a6_hand_off_stands_though_the_contact_has_ten_followers(decoupled: Spa) -> None:
    g, g1 = await decoupled.pair(owner=decoupled.cleo)
    ten = await decoupled.hire_many(10)
    eve = await decoupled.hire("Eve")
    await decoupled.follow(g, *ten)
    await decoupled.settings(makeOpportunityOwnerFollowerOfContact=True)
    before = await shown(decoupled.ada, g)

    payload = await decoupled.own(g1, eve)

    told = [(each["code"], each["recordId"], each["userId"]) for each in payload["warnings"]]
    assert told == [("FOLLOWER_LIMIT_REACHED", g, eve.id)]
    assert owner(await shown(decoupled.ada, g1)) == eve.id
    assert await shown(decoupled.ada, g) == before
    assert followers(before) == ids(*ten)
    card = await shown(eve, g1)
    assert card["contact"] is None
    assert card["contactCard"]["name"] == "Grace Park"
    assert await contact(eve, g) is None


async def test_a7_adding_three_followers_to_eight_adds_none(decoupled: Spa) -> None:
    g = await decoupled.contact()
    eight = await decoupled.hire_many(8)
    await decoupled.follow(g, *eight)
    three = [decoupled.ben.id, decoupled.cleo.id, decoupled.dan.id]

    async with decoupled.unchanged():
        (error,) = await decoupled.ada.fails("addFollowers", recordId=g, userIds=three)

    assert [error["code"], error["limit"], error["current"]] == ["FOLLOWER_LIMIT", 10, 8]
    assert error["__typename"] == "FollowerLimitError"
    assert followers(await shown(decoupled.ada, g)) == ids(*eight)


async def test_a7_of_two_parallel_adds_at_nine_exactly_one_wins(decoupled: Spa) -> None:
    nine = await decoupled.hire_many(9)
    for turn in range(5):
        g = await decoupled.contact(f"Grace{turn} Park")
        await decoupled.follow(g, *nine)
        answers = await asyncio.gather(
            decoupled.ada.send("addFollowers", recordId=g, userIds=[decoupled.ben.id]),
            decoupled.ada.send("addFollowers", recordId=g, userIds=[decoupled.cleo.id]),
        )
        codes = [[error["code"] for error in answer["errors"]] for answer in answers]
        assert sorted(codes) == [[], ["FOLLOWER_LIMIT"]]
        loser = next(answer["errors"][0] for answer in answers if answer["errors"])
        assert [loser["limit"], loser["current"]] == [10, 10]
        (winner,) = [user["id"] for answer in answers for user in answer["added"]]
        assert followers(await shown(decoupled.ada, g)) == ids(*nine) | {winner}


async def test_a18_switching_different_owners_off_needs_and_does_reconcile(
    decoupled: Spa,
) -> None:
    ada, ben, cleo = decoupled.ada, decoupled.ben, decoupled.cleo
    pairs = [await decoupled.pair(f"Grace{number} Park", owner=ben) for number in range(3)]
    same = await decoupled.pair("Same Owner", owner=ben)
    for _, card in pairs:
        await decoupled.own(card, cleo)
    bens, cleos = await decoupled.watch(ben), await decoupled.watch(cleo)

    async with decoupled.unchanged():
        (error,) = await ada.fails("updateOwnershipSettings", allowDifferentOwners=False)
    assert [error["code"], error["count"]] == ["OWNERS_DIFFER", 3]

    await decoupled.settings(allowDifferentOwners=False, reconcile="CONTACT_OWNER")

    for g, g1 in [*pairs, same]:
        assert [owner(await shown(ada, each)) for each in (g, g1)] == [ben.id, ben.id]
    for _, g1 in pairs:
        assert followers(await shown(ada, g1)) == {cleo.id}
    assert followers(await shown(ada, same[1])) == set()
    everything = {g1 for _, g1 in [*pairs, same]}
    await bens.until(lambda: bens.fold.ids == everything, "Ben's board")
    kinds = [event["__typename"] for event in bens.events[1:]]
    assert kinds == ["CardEntered"] * 3
    theirs = {g1 for _, g1 in pairs}

    def owned_by_ben() -> bool:
        held = cleos.fold.cards()
        return set(held) == theirs and all(card["owner"]["id"] == ben.id for card in held.values())

    await cleos.until(owned_by_ben, "Cleo's board")
    assert cards(cleos.fold) == cards(await cleo.board(decoupled.pipeline))

"""K10-K13 and K15-K18 of domain.md: followers, access while watching, and races."""

import asyncio

from tests.scenarios.reads import followers, ids, owner, sees, shown
from tests.scenarios.spa import Spa


async def test_k10_manual_add_of_three_at_nine_adds_none(decoupled: Spa) -> None:
    g = await decoupled.contact()
    nine = await decoupled.hire_many(9)
    await decoupled.follow(g, *nine)
    three = [decoupled.ben.id, decoupled.cleo.id, decoupled.dan.id]
    async with decoupled.unchanged():
        (error,) = await decoupled.ada.fails("addFollowers", recordId=g, userIds=three)
    assert [error["code"], error["limit"], error["current"]] == ["FOLLOWER_LIMIT", 10, 9]

    again = [nine[0].id, decoupled.ben.id]
    payload = await decoupled.ada.do("addFollowers", recordId=g, userIds=again)
    assert [[user["id"] for user in payload[part]] for part in ("added", "skipped")] == [
        [decoupled.ben.id],
        [nine[0].id],
    ]
    assert followers(await shown(decoupled.ada, g)) == ids(*nine, decoupled.ben)


async def test_k11_last_follower_of_an_unassigned_card_is_seen_off(decoupled: Spa) -> None:
    ben, dan = decoupled.ben, decoupled.dan
    _, g1 = await decoupled.pair("Grace Park")
    await decoupled.follow(g1, ben)
    bens, dans = await decoupled.watch(ben), await decoupled.watch(dan)

    payload = await ben.do("removeFollowers", recordId=g1, userIds=[ben.id])

    assert [payload["record"], payload["accessLost"]] == [None, True]
    assert [user["id"] for user in payload["removed"]] == [ben.id]
    assert (await bens.next("CardLeft"))["opportunityId"] == g1
    updated = await dans.next("CardUpdated")
    assert [updated["changedFields"], updated["opportunity"]["followers"]] == [["followers"], []]
    assert [await sees(each, g1) for each in (ben, dan, decoupled.cleo)] == [
        [False],
        [True],
        [False],
    ]
    await bens.silent()


async def test_k12_in_flight_cards_are_not_shown_to_one_who_gets_the_flag(decoupled: Spa) -> None:
    dan = decoupled.dan
    _, own = await decoupled.pair("Grace Park", dan)
    foreign = [(await decoupled.pair(f"Henry{n} Oak", decoupled.ben))[1] for n in range(3)]
    board = await decoupled.watch(dan)
    assert board.fold.ids == {own, *foreign}
    told = len(board.events)

    await decoupled.access(dan, onlyAssignedData=True)
    await asyncio.gather(*(decoupled.move(card, "Booked") for card in foreign))

    snapshot = await board.next("BoardSnapshot")
    assert snapshot["reason"] == "ACCESS_CHANGED"
    await board.silent()
    assert len(board.events) == told + 1
    assert board.fold.ids == {own}
    assert not any(card in str(snapshot) for card in foreign)


async def test_k13_promotion_and_demotion_are_told_like_the_flag(decoupled: Spa) -> None:
    ben = decoupled.ben
    _, own = await decoupled.pair("Grace Park", ben)
    _, foreign = await decoupled.pair("Henry Oak", decoupled.cleo)
    board = await decoupled.watch(ben)
    for role, cards in (("ADMIN", {own, foreign}), ("USER", {own})):
        await decoupled.access(ben, role=role)
        assert (await board.next("BoardSnapshot"))["reason"] == "ACCESS_CHANGED"
        assert board.fold.ids == cards
        assert (await ben.board(decoupled.pipeline)).ids == cards


async def test_k13_only_an_admin_edits_his_own_access(decoupled: Spa) -> None:
    lead = await decoupled.hire("Lea", extra=["TEAM_WRITE"])
    async with decoupled.unchanged():
        code = await lead.code("updateUserAccess", id=lead.id, onlyAssignedData=False)
    assert code == "FORBIDDEN"
    second = await decoupled.hire("Adam", role="ADMIN")
    payload = await second.do("updateUserAccess", id=second.id, onlyAssignedData=False)
    assert payload["user"]["onlyAssignedData"] is False


async def test_k15_who_loses_a_card_hears_nothing_of_its_new_stage(decoupled: Spa) -> None:
    ben = decoupled.ben
    _, g1 = await decoupled.pair("Grace Park", ben)
    board = await decoupled.watch(ben)
    await board.cut()
    await decoupled.move(g1, "Booked")
    await decoupled.own(g1, decoupled.cleo)

    await board.resume()

    left = await board.next("CardLeft")
    assert left["opportunityId"] == g1
    assert [each["stage"]["id"] for each in left["totals"]] == [decoupled.stages["Lead"]]
    assert decoupled.stages["Booked"] not in str(left)
    await board.silent()


async def test_k16_follower_removed_and_added_in_two_commits_leaves_and_enters(
    decoupled: Spa,
) -> None:
    ben, ada = decoupled.ben, decoupled.ada
    _, g1 = await decoupled.pair("Grace Park", decoupled.cleo)
    await decoupled.follow(g1, ben)
    board = await decoupled.watch(ben)
    await ada.do("removeFollowers", recordId=g1, userIds=[ben.id])
    assert (await board.next("CardLeft"))["opportunityId"] == g1
    await decoupled.follow(g1, ben)
    assert (await board.next("CardEntered"))["opportunity"]["id"] == g1
    await board.cut()
    await ada.do("removeFollowers", recordId=g1, userIds=[ben.id])
    await decoupled.follow(g1, ben)
    await board.resume()
    assert (await board.next("CardUpdated"))["opportunity"]["id"] == g1
    await board.silent()


async def test_k17_of_two_stale_owner_changes_one_conflicts_without_version_both_count(
    decoupled: Spa,
) -> None:
    ada, ben, cleo, dan = decoupled.ada, decoupled.ben, decoupled.cleo, decoupled.dan
    _, g1 = await decoupled.pair("Grace Park")
    version = (await shown(ada, g1))["version"]
    answers = await asyncio.gather(
        ada.send("changeOwner", recordId=g1, ownerId=ben.id, expectedVersion=version),
        dan.send("changeOwner", recordId=g1, ownerId=cleo.id, expectedVersion=version),
    )
    errors = [error for answer in answers for error in answer["errors"]]
    assert [[error["code"], error["currentVersion"]] for error in errors] == [
        ["CONFLICT", version + 1]
    ]
    assert errors[0]["__typename"] == "ConflictError"
    won = next(answer["record"]["owner"]["id"] for answer in answers if not answer["errors"])
    assert [owner(await shown(ada, g1)), (await shown(ada, g1))["version"]] == [won, version + 1]

    start = await decoupled.own(g1, None)
    await asyncio.gather(decoupled.own(g1, ben), decoupled.own(g1, cleo, by=dan))
    card = await shown(ada, g1)
    assert owner(card) in ids(ben, cleo)
    assert card["version"] == start["record"]["version"] + 2


async def test_k18_five_owner_changes_by_one_who_owns_one_and_follows_two(decoupled: Spa) -> None:
    dan, ben, cleo = decoupled.dan, decoupled.ben, decoupled.cleo
    owned = (await decoupled.pair("Own Ed", dan))[1]
    followed = [(await decoupled.pair(f"Fol{n} Lowed", cleo))[1] for n in range(2)]
    others = [(await decoupled.pair(f"Oth{n} Er", cleo))[1] for n in range(2)]
    for card in followed:
        await decoupled.follow(card, dan, ben)
    for card in [owned, *others]:
        payload = await decoupled.own(card, ben, by=dan)
        assert [payload["record"]["owner"]["id"], payload["accessLost"]] == [ben.id, False]
    for card in followed:
        async with decoupled.unchanged():
            code = await dan.code("changeOwner", recordId=card, ownerId=ben.id)
        assert code == "FOLLOWER_CANNOT_CHANGE_OWNER"

    for card in [owned, *others]:
        async with decoupled.unchanged():
            assert await cleo.code("changeOwner", recordId=card, ownerId=cleo.id) == "NOT_FOUND"
    for card in followed:
        async with decoupled.unchanged():
            code = await ben.code("changeOwner", recordId=card, ownerId=ben.id)
        assert code == "FOLLOWER_CANNOT_CHANGE_OWNER"

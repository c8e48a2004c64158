"""K14 and K29 of domain.md as far as they exist, and what an event says (C1)."""

from tests.model.fold import Json
from tests.scenarios.reads import shown
from tests.scenarios.spa import Spa


async def test_k14_won_card_leaves_the_open_board_and_updates_the_whole_one(
    decoupled: Spa,
) -> None:
    _, g1 = await decoupled.pair("Grace Park", decoupled.ben)
    open_cards = await decoupled.watch(decoupled.ben)
    every_card = await decoupled.watch(decoupled.ben, where={"statuses": []})

    payload = await decoupled.move(g1, "Patient")
    assert [payload["opportunity"]["status"], payload["warnings"]] == ["OPEN", []]
    for board in (open_cards, every_card):
        moved = await board.next("CardUpdated")
        assert moved["changedFields"] == ["stage", "stageEnteredAt"]
        assert moved["previousStage"] == {"id": decoupled.stages["Lead"]}
        assert moved["opportunity"]["stage"] == {"id": decoupled.stages["Patient"]}
        totals = {each["stage"]["id"]: each["count"] for each in moved["totals"]}
        assert totals == {decoupled.stages["Lead"]: 0, decoupled.stages["Patient"]: 1}

    await decoupled.ada.do("setOpportunityStatus", id=g1, status="WON")
    left = await open_cards.next("CardLeft")
    assert [left["opportunityId"], left["hiddenByFilter"]] == [g1, 1]
    won = await every_card.next("CardUpdated")
    assert won["changedFields"] == ["status", "statusChangedAt"]
    assert [won["opportunity"]["status"], won["hiddenByFilter"]] == ["WON", 0]
    assert won["opportunity"]["stage"] == {"id": decoupled.stages["Patient"]}
    assert won["previousStage"] is None
    await open_cards.silent()
    await every_card.silent()


async def test_k29_follower_of_the_card_alone_hears_of_the_contacts_deletion(
    decoupled: Spa,
) -> None:
    g, g1 = await decoupled.pair("Grace Park", decoupled.cleo)
    await decoupled.follow(g1, decoupled.ben)
    board = await decoupled.watch(decoupled.ben)
    assert board.fold.cards()[g1]["contact"] is None
    await decoupled.ada.do("deleteContact", id=g)
    assert (await board.next("CardLeft"))["opportunityId"] == g1
    await board.silent()


async def test_manual_move_from_lead_to_cold_warns_and_changes_no_status(decoupled: Spa) -> None:
    _, g1 = await decoupled.pair("Grace Park", decoupled.ben)
    payload = await decoupled.move(g1, "Cold", by=decoupled.ben)
    told = [(each["code"], each["recordId"]) for each in payload["warnings"]]
    assert told == [("COLD_SKIPS_NURTURE", g1)]
    assert payload["opportunity"]["status"] == "OPEN"
    await decoupled.move(g1, "Booked")
    assert (await decoupled.move(g1, "Cold"))["warnings"] == []


async def test_rename_of_the_contact_reaches_each_viewer_with_what_he_may_know(
    decoupled: Spa,
) -> None:
    ben, cleo = decoupled.ben, decoupled.cleo
    g, g1 = await decoupled.pair("Grace Park", ben)
    await decoupled.follow(g1, cleo)
    bens, cleos = await decoupled.watch(ben), await decoupled.watch(cleo)
    version = (await shown(decoupled.ada, g1))["version"]

    await ben.do("updateContact", id=g, lastName="Stone", email="grace@stone.example")

    event = await bens.next("CardUpdated")
    assert event["changedFields"] == ["contact", "contactCard", "name"]
    assert event["opportunity"]["contact"]["email"] == "grace@stone.example"
    event = await cleos.next("CardUpdated")
    assert event["changedFields"] == ["contactCard", "name"]
    assert event["opportunity"]["contact"] is None
    assert "grace@stone" not in str(cleos.events)
    assert event["opportunity"]["name"] == "Grace Stone"
    assert event["opportunity"]["contactCard"] == {"contactId": g, "name": "Grace Stone"}
    assert event["opportunity"]["version"] == version + 1
    await cleos.silent()


async def test_change_of_the_contact_alone_is_told_only_to_who_sees_it(decoupled: Spa) -> None:
    ben, cleo = decoupled.ben, decoupled.cleo
    g, g1 = await decoupled.pair("Grace Park", ben)
    await decoupled.follow(g1, cleo)
    bens, cleos = await decoupled.watch(ben), await decoupled.watch(cleo)
    changes: list[tuple[str, Json]] = [
        ("editTags", {"contactId": g, "add": ["laser"]}),
        ("setDoNotDisturb", {"contactId": g, "channels": [{"channel": "SMS", "on": True}]}),
        ("updateContact", {"id": g, "phone": "202-555-0143"}),
    ]
    for name, fields in changes:
        await ben.do(name, **fields)
        assert (await bens.next("CardUpdated"))["changedFields"] == ["contact"]
    await bens.silent()
    assert bens.fold.cards()[g1]["contact"]["phone"] == "+12025550143"
    await cleos.silent()


async def test_sight_of_the_contact_comes_and_goes_on_the_card(decoupled: Spa) -> None:
    cleo = decoupled.cleo
    g, g1 = await decoupled.pair("Grace Park", decoupled.ben)
    await decoupled.follow(g1, cleo)
    board = await decoupled.watch(cleo)
    await decoupled.follow(g, cleo)
    event = await board.next("CardUpdated")
    assert event["changedFields"] == ["contact"]
    assert event["opportunity"]["contact"]["id"] == g
    await decoupled.ada.do("removeFollowers", recordId=g, all=True)
    event = await board.next("CardUpdated")
    assert [event["changedFields"], event["opportunity"]["contact"]] == [["contact"], None]
    await board.silent()


async def test_value_is_named_as_changed_only_to_who_may_read_it(decoupled: Spa) -> None:
    poor = await decoupled.hire("Poe", restricted=False, without=["OPPORTUNITY_VALUE_READ"])
    _, g1 = await decoupled.pair("Grace Park", decoupled.ben)
    await decoupled.ada.do("updateOpportunity", id=g1, value="700")
    bens, poors = await decoupled.watch(decoupled.ben), await decoupled.watch(poor)
    await decoupled.ada.do("updateOpportunity", id=g1, value="800.5")
    event = await bens.next("CardUpdated")
    assert event["changedFields"] == ["value"]
    assert event["opportunity"]["value"] == {"amount": "800.50", "currency": "USD"}
    assert [each["value"]["amount"] for each in event["totals"]] == ["800.50"]
    event = await poors.next("CardUpdated")
    assert [event["changedFields"], event["opportunity"]["value"]] == [[], None]
    assert "800.50" not in str(poors.events)
    assert "700.00" not in str(poors.events)

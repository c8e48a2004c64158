"""A13, A14, A17 and A20 (its deleting half) of domain.md: types, totals, access and deletion."""

from tests.client import Client
from tests.model.fold import Json
from tests.scenarios.reads import contact, count, opportunity, sees, shown
from tests.scenarios.spa import Spa


async def test_a13_lead_and_patient_are_beyond_everybody(decoupled: Spa) -> None:
    for name in ("Lead", "Patient"):
        kind = decoupled.types[name]
        async with decoupled.unchanged():
            renamed = await decoupled.ada.code("renameContactType", id=kind, name="Visitor")
            gone = await decoupled.ada.code("deleteContactType", id=kind)
        assert [renamed, gone] == ["SYSTEM_CONTACT_TYPE"] * 2


async def test_a13_a_used_type_goes_only_with_a_replacement(decoupled: Spa) -> None:
    ada, patient = decoupled.ada, decoupled.types["Patient"]
    boss = await decoupled.hire("Bea", extra=["SETTINGS_WRITE"])
    vip = (await ada.do("createContactType", name="VIP"))["contactType"]["id"]
    bens = await decoupled.contact("Grace Park", boss, typeId=vip)
    hidden = await decoupled.contact("Henry Oak", decoupled.cleo, typeId=vip)
    assert await sees(boss, bens, hidden) == [True, False]

    async with decoupled.unchanged():
        (error,) = await boss.fails("deleteContactType", id=vip)
    assert [error["code"], error["count"]] == ["CONTACT_TYPE_IN_USE", 2]

    payload = await boss.do("deleteContactType", id=vip, replacementTypeId=patient)
    assert [payload["deletedId"], payload["changedContactCount"]] == [vip, 2]
    types = [(await shown(ada, each))["type"]["name"] for each in (bens, hidden)]
    assert types == ["Patient", "Patient"]


async def test_a14_totals_are_the_sums_of_ones_own_cards(decoupled: Spa) -> None:
    ben, cleo = decoupled.ben, decoupled.cleo
    values = {"Grace Park": (ben, "100.10"), "Henry Oak": (cleo, "900"), "Ida Elm": (ben, "50.05")}
    for name, (owner, value) in values.items():
        await decoupled.card(await decoupled.contact(name), owner, value=value)
    await decoupled.card(await decoupled.contact("No Owner"))

    bens = (await ben.board(decoupled.pipeline)).columns[decoupled.stages["Lead"]]
    adas = (await decoupled.ada.board(decoupled.pipeline)).columns[decoupled.stages["Lead"]]

    assert [bens.count, bens.value, len(bens.cards)] == [2, "150.15", 2]
    assert [adas.count, adas.value, len(adas.cards)] == [4, "1550.15", 4]


async def test_a14_search_reads_the_contact_only_for_those_who_see_it(decoupled: Spa) -> None:
    cleo = decoupled.cleo
    g = await decoupled.contact(owner=decoupled.ben, phone="+12025550143", email="gp@park.example")
    g1 = await decoupled.card(g, cleo)

    async def finds(text: str) -> bool:
        board = await cleo.board(decoupled.pipeline, where={"search": text})
        assert count(board) == len(board.ids)
        assert board.hidden == 1 - len(board.ids)
        return g1 in board.ids

    words = ["Park", "grace p", "12025550143", "2025550143", "gp@park.example", "gp"]
    assert [await finds(word) for word in words] == [True, True, False, False, False, False]
    await decoupled.follow(g, cleo)
    assert [await finds(word) for word in words] == [True] * 6


async def test_a17_only_assigned_data_off_on_and_deactivation_while_subscribed(
    decoupled: Spa,
) -> None:
    ben = decoupled.ben
    _, own = await decoupled.pair("Grace Park", ben)
    _, followed = await decoupled.pair("Henry Oak", decoupled.cleo)
    _, foreign = await decoupled.pair("Ida Elm", decoupled.cleo)
    await decoupled.follow(followed, ben)
    board = await decoupled.watch(ben)
    assert board.fold.ids == {own, followed}

    await decoupled.access(ben, onlyAssignedData=False)
    assert (await board.next("BoardSnapshot"))["reason"] == "ACCESS_CHANGED"
    assert board.fold.ids == {own, followed, foreign}
    await decoupled.access(ben, onlyAssignedData=True)
    assert (await board.next("BoardSnapshot"))["reason"] == "ACCESS_CHANGED"
    assert board.fold.ids == {own, followed}
    await board.silent()

    await decoupled.ada.do("deactivateUser", id=ben.id, strategy="KEEP")
    assert await board.closed() == 4403
    assert len(board.events) == 3
    answer = await ben.post("{ viewer { role } }")
    assert answer.status_code == 401
    assert _codes(answer.json()) == ["UNAUTHENTICATED"]


def _codes(body: Json) -> list[str]:
    return [error["extensions"]["code"] for error in body["errors"]]


async def test_a20_dan_deletes_only_what_he_owns(decoupled: Spa) -> None:
    dan = decoupled.dan
    g, g1 = await decoupled.pair(owner=decoupled.ben)
    await decoupled.follow(g1, dan)
    async with decoupled.unchanged():
        assert await dan.code("deleteContact", id=g) == "FORBIDDEN"
        assert await dan.code("deleteOpportunity", id=g1) == "FORBIDDEN"
    assert (await shown(dan, g))["viewerCanDelete"] is False
    assert (await shown(dan, g1))["viewerCanDelete"] is False
    own = await decoupled.card(await decoupled.contact("Henry Oak"), dan)
    assert (await shown(dan, own))["viewerCanDelete"] is True
    assert (await dan.do("deleteOpportunity", id=own))["deletedId"] == own


async def test_a20_deleting_a_contact_takes_its_card_from_every_board(decoupled: Spa) -> None:
    viewers: list[Client] = [decoupled.ada, decoupled.ben, decoupled.cleo, decoupled.dan]
    g = await decoupled.contact(owner=decoupled.ben)
    g1 = await decoupled.card(g, decoupled.cleo)
    await decoupled.follow(g1, decoupled.ben)
    boards = [await decoupled.watch(viewer) for viewer in viewers]
    assert [board.fold.ids for board in boards] == [{g1}] * 4

    assert (await decoupled.ada.do("deleteContact", id=g))["deletedId"] == g

    for board in boards:
        left = await board.next("CardLeft")
        assert left["opportunityId"] == g1
        assert [each["count"] for each in left["totals"]] == [0]
        await board.silent()
    for viewer in viewers:
        assert await contact(viewer, g) is None
        assert await opportunity(viewer, g1) is None
        assert count(await viewer.board(decoupled.pipeline, where={"statuses": []})) == 0

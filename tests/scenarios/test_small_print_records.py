"""C6-C8 and R24: absent and null, names, versions, do-not-disturb, types."""

from typing import Any

import pytest

from tests.model.fold import Json
from tests.scenarios.reads import shown
from tests.scenarios.spa import Spa

CHANNELS = ["EMAIL", "SMS", "CALL", "WHATSAPP", "INSTAGRAM", "FACEBOOK", "GOOGLE_BUSINESS"]


async def test_r24_a_change_counts_one_version_and_a_no_op_none(decoupled: Spa) -> None:
    ada = decoupled.ada
    g, g1 = await decoupled.pair("Grace Park", decoupled.ben)
    board = await decoupled.watch(decoupled.ben)
    start = (await shown(ada, g1))["version"]
    payload = await ada.do("updateOpportunity", id=g1, name="Laser", value="9.5", source="Web")
    assert payload["opportunity"]["version"] == start + 1
    await board.next("CardUpdated")
    lead = decoupled.stages["Lead"]
    no_ops: list[tuple[str, Json]] = [
        ("updateOpportunity", {"id": g1, "name": " Laser ", "value": "9.50", "source": "Web"}),
        ("updateOpportunity", {"id": g1}),
        ("moveOpportunity", {"id": g1, "stageId": lead}),
        ("setOpportunityStatus", {"id": g1, "status": "OPEN"}),
        ("changeOwner", {"recordId": g1, "ownerId": decoupled.ben.id}),
        ("addFollowers", {"recordId": g1, "userIds": [decoupled.ben.id]}),
        ("removeFollowers", {"recordId": g1, "userIds": [decoupled.cleo.id]}),
        ("updateContact", {"id": g, "firstName": "Grace", "email": "  "}),
        ("editTags", {"contactId": g, "remove": []}),
        ("setDoNotDisturb", {"contactId": g, "all": False}),
    ]
    async with decoupled.unchanged():
        for name, fields in no_ops:
            await ada.do(name, **fields)
    await board.silent()
    async with decoupled.unchanged():
        assert await ada.code("updateOpportunity", id=g1, expectedVersion=start) == "CONFLICT"


async def test_c7_a_card_follows_the_contacts_name_until_it_is_given_one(decoupled: Spa) -> None:
    ada = decoupled.ada
    g, g1 = await decoupled.pair("Grace Park")

    async def name() -> Any:
        return (await shown(ada, g1))["name"]

    await ada.do("updateContact", id=g, firstName="Gráce")
    assert await name() == "Gráce Park"
    await ada.do("updateOpportunity", id=g1, name="Laser")
    await ada.do("updateContact", id=g, lastName="Stone")
    assert await name() == "Laser"
    await ada.do("updateOpportunity", id=g1, name=" ")
    assert await name() == "Gráce Stone"
    await ada.do("updateContact", id=g, firstName=None, lastName=None, email="g@park.example")
    assert await name() == "No name"
    async with decoupled.unchanged():
        assert await ada.code("updateContact", id=g, email=None) == "INVALID_INPUT"


@pytest.mark.parametrize(
    ("name", "fields", "code"),
    [
        ("updateContact", {"typeId": None}, "CONTACT_TYPE_REQUIRED"),
        ("updateContact", {"email": "no e-mail"}, "INVALID_INPUT"),
        ("updateContact", {"phone": "12"}, "INVALID_INPUT"),
        ("updateContact", {"firstName": "x" * 201}, "INVALID_INPUT"),
        ("updateContact", {"firstName": "a\u0000b"}, "INVALID_INPUT"),
        ("updateContact", {"firstName": "a\u0007b"}, "INVALID_INPUT"),
        ("updateOpportunity", {"value": None}, "INVALID_INPUT"),
        ("updateOpportunity", {"value": "-0.01"}, "INVALID_INPUT"),
        ("updateOpportunity", {"name": "x" * 201}, "INVALID_INPUT"),
        ("setOpportunityStatus", {"status": "WON", "lostReason": "Dear"}, "INVALID_INPUT"),
    ],
)
async def test_c6_wrong_input_is_refused(
    decoupled: Spa, name: str, fields: Json, code: str
) -> None:
    g, g1 = await decoupled.pair()
    record = g if name == "updateContact" else g1
    async with decoupled.unchanged():
        (error,) = await decoupled.ada.fails(name, id=record, **fields)
    assert error["code"] == code
    assert error["path"] == ["input", [*fields][-1]]


async def test_c6_owner_and_followers_must_be_named(decoupled: Spa) -> None:
    g = await decoupled.contact()
    async with decoupled.unchanged():
        assert await decoupled.ada.code("changeOwner", recordId=g) == "INVALID_INPUT"
        assert await decoupled.ada.code("removeFollowers", recordId=g) == "INVALID_INPUT"
        assert await decoupled.ada.code("updateContact", id="x", firstName="y") == "INVALID_INPUT"


async def test_c6_leaving_lost_clears_the_reason(decoupled: Spa) -> None:
    _, g1 = await decoupled.pair()
    lost = await decoupled.ada.do("setOpportunityStatus", id=g1, status="LOST", lostReason="Dear")
    assert lost["opportunity"]["lostReason"] == "Dear"
    won = await decoupled.ada.do("setOpportunityStatus", id=g1, status="WON")
    assert [won["opportunity"]["status"], won["opportunity"]["lostReason"]] == ["WON", None]


async def test_c8_do_not_disturb_lists_seven_channels_and_unfolds_all(decoupled: Spa) -> None:
    g = await decoupled.contact()

    async def after(**fields: Any) -> tuple[bool, list[str]]:
        await decoupled.ada.do("setDoNotDisturb", contactId=g, **fields)
        found = (await shown(decoupled.ada, g))["doNotDisturb"]
        assert [each["channel"] for each in found["channels"]] == CHANNELS
        on = [each["channel"] for each in found["channels"] if each["status"] == "ON"]
        return found["all"], on

    def channel(name: str, on: bool) -> list[Json]:
        return [{"channel": name, "on": on}]

    rest = [each for each in CHANNELS if each != "SMS"]
    assert await after() == (False, [])
    assert await after(channels=channel("SMS", True)) == (False, ["SMS"])
    assert await after(all=True) == (True, CHANNELS)
    assert await after(channels=channel("CALL", True)) == (True, CHANNELS)
    assert await after(channels=channel("SMS", False)) == (False, rest)
    assert await after(all=True, channels=channel("SMS", False)) == (False, rest)
    assert await after(all=False, channels=channel("SMS", True)) == (False, ["SMS"])
    assert await after(all=False) == (False, [])


async def test_r57_tags_are_one_in_any_case_and_shared(decoupled: Spa) -> None:
    g, other = await decoupled.contact(), await decoupled.contact("Henry Oak")
    await decoupled.ada.do("editTags", contactId=g, add=[" Laser ", "peel"])
    await decoupled.ada.do("editTags", contactId=other, add=["LASER"])
    tags = [(await shown(decoupled.ada, each))["tags"] for each in (g, other)]
    assert sorted(tag["name"] for tag in tags[0]) == ["Laser", "peel"]
    assert [tag["name"] for tag in tags[1]] == ["Laser"]
    await decoupled.ada.do("editTags", contactId=g, remove=["laser", "unknown"])
    assert [tag["name"] for tag in (await shown(decoupled.ada, g))["tags"]] == ["peel"]


async def test_k21_and_r52_names_of_types_are_one_in_any_case(decoupled: Spa) -> None:
    ada = decoupled.ada
    vip = (await ada.do("createContactType", name="  VIP "))["contactType"]
    assert [vip["name"], vip["system"]] == ["VIP", False]
    async with decoupled.unchanged():
        for name in ("Lead ", "PATIENT", "lead"):
            assert await ada.code("renameContactType", id=vip["id"], name=name) == "DUPLICATE_NAME"
        assert await ada.code("createContactType", name="vip") == "DUPLICATE_NAME"
        for name in ("", "  ", "x" * 51):
            assert await ada.code("createContactType", name=name) == "INVALID_INPUT"
        assert await decoupled.dan.code("createContactType", name="New") == "FORBIDDEN"
    g = await decoupled.contact(typeId=vip["id"])
    version = (await shown(ada, g))["version"]
    await ada.do("renameContactType", id=vip["id"], name="vip")
    record = await shown(ada, g)
    assert [record["type"]["name"], record["version"]] == ["vip", version]

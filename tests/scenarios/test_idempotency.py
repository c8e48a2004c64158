"""P13 and C10: once per actor, field and key, answered from the first outcome."""

import asyncio

from tests.model.documents import mutation
from tests.model.fold import Json
from tests.scenarios.reads import shown
from tests.scenarios.spa import Spa


def _plain(payload: Json) -> Json:
    return {key: value for key, value in payload.items() if key != "cursor"}


async def test_p13_a_repeat_changes_nothing_and_gets_the_first_answer(decoupled: Spa) -> None:
    given = {"firstName": "Grace", "typeId": decoupled.types["Lead"]}
    first = await decoupled.dan.do("createContact", key="k1", **given)
    async with decoupled.unchanged():
        again = await decoupled.dan.do("createContact", key="k1", **given)
    assert _plain(again) == _plain(first)

    g1 = await decoupled.card(first["contact"]["id"])
    warned: Json = {"id": g1, "stageId": decoupled.stages["Cold"]}
    first = await decoupled.dan.do("moveOpportunity", key="k1", **warned)
    assert [each["code"] for each in first["warnings"]] == ["COLD_SKIPS_NURTURE"]
    async with decoupled.unchanged():
        again = await decoupled.dan.do("moveOpportunity", key="k1", **warned)
    assert _plain(again) == _plain(first)


async def test_p13_a_repeat_reads_the_record_with_present_rights(decoupled: Spa) -> None:
    ben = decoupled.ben
    _, g1 = await decoupled.pair("Grace Park", ben)
    renamed: Json = {"id": g1, "name": "Laser"}
    await ben.do("updateOpportunity", key="k", **renamed)
    await decoupled.ada.do("updateOpportunity", id=g1, name="Peel")
    again = await ben.do("updateOpportunity", key="k", **renamed)
    assert again["opportunity"]["name"] == "Peel"
    await decoupled.own(g1, decoupled.cleo)
    async with decoupled.unchanged():
        again = await ben.do("updateOpportunity", key="k", **renamed)
    assert again["opportunity"] is None
    assert (await shown(decoupled.ada, g1))["name"] == "Peel"


async def test_p13_followers_added_are_told_again_as_the_first_time(decoupled: Spa) -> None:
    g = await decoupled.contact()
    users: Json = {"recordId": g, "userIds": [decoupled.ben.id]}
    first = await decoupled.ada.do("addFollowers", key="k", **users)
    await decoupled.ada.do("removeFollowers", **users)
    async with decoupled.unchanged():
        again = await decoupled.ada.do("addFollowers", key="k", **users)
    assert [user["id"] for user in again["added"]] == [decoupled.ben.id]
    assert again["added"] == first["added"]
    assert again["record"]["followers"] == []


async def test_p13_other_arguments_with_a_used_key_are_refused(decoupled: Spa) -> None:
    ada = decoupled.ada
    g = await decoupled.contact()
    await ada.do("updateContact", key="k", id=g, lastName="Stone")
    async with decoupled.unchanged():
        payload = await ada.send("updateContact", key="k", id=g, lastName="Wood")
    assert [error["code"] for error in payload["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert payload["contact"] is None


async def test_p13_another_actor_or_field_has_keys_of_its_own(decoupled: Spa) -> None:
    g = await decoupled.contact()
    await decoupled.ada.do("updateContact", key="k", id=g, lastName="Stone")
    await decoupled.dan.do("updateContact", key="k", id=g, lastName="Wood")
    await decoupled.ada.do("editTags", key="k", contactId=g, add=["laser"])
    record = await shown(decoupled.ada, g)
    assert [record["lastName"], [tag["name"] for tag in record["tags"]]] == ["Wood", ["laser"]]


async def test_p13_a_refused_call_stores_nothing(decoupled: Spa) -> None:
    ben = decoupled.ben
    _, g1 = await decoupled.pair("Grace Park", decoupled.cleo)
    change: Json = {"id": g1, "name": "Laser"}
    async with decoupled.unchanged():
        refused = await ben.send("updateOpportunity", key="k", **change)
    assert [error["code"] for error in refused["errors"]] == ["NOT_FOUND"]
    await decoupled.follow(g1, ben)
    payload = await ben.do("updateOpportunity", key="k", **change)
    assert payload["opportunity"]["name"] == "Laser"


async def test_p13_two_at_once_apply_once_and_both_get_the_answer(decoupled: Spa) -> None:
    given = {"firstName": "Grace", "typeId": decoupled.types["Lead"]}
    for turn in range(5):
        key = f"turn {turn}"
        answers = await asyncio.gather(
            *(decoupled.ada.do("createContact", key=key, **given) for _ in range(4))
        )
        assert len({answer["contact"]["id"] for answer in answers}) == 1
    total = (await decoupled.ada.ask("{ contacts { totalCount } }"))["contacts"]["totalCount"]
    assert total == 5


async def test_idempotent_elsewhere_than_on_a_mutation_field_is_a_bad_request(
    decoupled: Spa,
) -> None:
    query = '{ viewer @idempotent(key: "k") { role } }'
    assert await decoupled.ada.refused(query) == ["BAD_REQUEST"]
    g = await decoupled.contact()
    for key in ("", "k" * 201):
        async with decoupled.unchanged():
            body = await decoupled.ada.body(
                mutation("updateContact", keyed=True), input={"id": g, "lastName": "X"}, key=key
            )
            assert "X" not in str(body.get("data"))


async def test_p22_own_keys_name_the_callers_own_mutations_only(decoupled: Spa) -> None:
    ada, ben = decoupled.ada, decoupled.ben
    _, g1 = await decoupled.pair("Grace Park", ben)
    adas, bens = await decoupled.watch(ada), await decoupled.watch(ben)
    await ben.do("updateOpportunity", key="bens key", id=g1, name="Laser")
    event = await bens.next("CardUpdated")
    assert [event["ownKeys"], event["opportunity"]["name"]] == [["bens key"], "Laser"]
    event = await adas.next("CardUpdated")
    assert [event["ownKeys"], event["opportunity"]["name"]] == [[], "Laser"]
    await ben.do("updateOpportunity", id=g1, name="Peel")
    assert (await bens.next("CardUpdated"))["ownKeys"] == []


async def test_p22_a_query_after_the_answer_sees_the_effect(decoupled: Spa) -> None:
    _, g1 = await decoupled.pair("Grace Park", decoupled.ben)
    for number in range(20):
        await decoupled.ben.do("updateOpportunity", id=g1, name=f"Deal {number}")
        assert (await shown(decoupled.dan, g1))["name"] == f"Deal {number}"
        stage = list(decoupled.stages)[number % 5]
        await decoupled.move(g1, stage)
        column = (await decoupled.ben.board(decoupled.pipeline)).columns[decoupled.stages[stage]]
        assert column.order == [g1]

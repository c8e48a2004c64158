"""The leak list's answers: errors, duplicates, and payloads after losing access by one's act."""

from tests.model.fold import Json
from tests.scenarios.reads import followers, owner, shown
from tests.scenarios.spa import Spa


async def test_k27_a_duplicate_of_a_hidden_contact_is_told_without_detail(decoupled: Spa) -> None:
    ben, lead = decoupled.ben, decoupled.types["Lead"]
    hidden = await decoupled.contact(
        "Grace Park", decoupled.cleo, email="grace@park.example", phone="+12025550143"
    )
    own = await decoupled.contact("Own Person", ben, email="own@park.example")
    for field, value in (("email", " GRACE@park.example"), ("phone", "(202) 555-0143")):
        async with decoupled.unchanged():
            (error,) = await ben.fails(
                "createContact", firstName="X", typeId=lead, **{field: value}
            )
            (again,) = await ben.fails("updateContact", id=own, **{field: value})
        for each in (error, again):
            assert [each["code"], each["existing"]] == ["DUPLICATE_CONTACT", None]
            assert each["path"] == ["input", field]
            assert not any(text in str(each) for text in ("Grace", "Park", hidden, "Cleo"))

    (error,) = await ben.fails(
        "createContact", firstName="X", typeId=lead, email="own@park.example"
    )
    assert error["existing"] == {"__typename": "Contact", "id": own}
    assert error["__typename"] == "DuplicateError"
    await decoupled.follow(hidden, ben)
    (error,) = await ben.fails("createContact", typeId=lead, email="grace@park.example")
    assert error["existing"]["id"] == hidden


async def test_a_second_card_of_a_contact_names_the_first_only_to_who_sees_it(
    decoupled: Spa,
) -> None:
    ben = decoupled.ben
    g = await decoupled.contact("Grace Park", ben)
    g1 = await decoupled.card(g, decoupled.cleo)
    card = {"contactId": g, "pipelineId": decoupled.pipeline}
    async with decoupled.unchanged():
        (error,) = await ben.fails("createOpportunity", **card)
    assert [error["code"], error["existing"]] == ["DUPLICATE_OPPORTUNITY", None]
    assert g1 not in str(error)
    (error,) = await decoupled.ada.fails("createOpportunity", **card)
    assert error["existing"] == {"__typename": "Opportunity", "id": g1}


async def test_r37_handing_a_record_over_answers_null_and_access_lost(decoupled: Spa) -> None:
    ben = decoupled.ben
    for record in await decoupled.pair("Grace Park", ben):
        payload = await ben.do("changeOwner", recordId=record, ownerId=decoupled.cleo.id)
        assert [payload["record"], payload["accessLost"], payload["alsoChanged"]] == [
            None,
            True,
            [],
        ]
        assert not any(each["recordId"] for each in payload["warnings"])
        assert owner(await shown(decoupled.ada, record)) == decoupled.cleo.id


async def test_r37_staying_as_follower_keeps_the_record(coupled: Spa) -> None:
    ben = coupled.ben
    g, g1 = await coupled.pair("Grace Park", ben)
    payload = await ben.do(
        "changeOwner", recordId=g, ownerId=coupled.cleo.id, keepPreviousOwnerAsFollower=True
    )
    assert [payload["record"]["id"], payload["accessLost"]] == [g, False]
    assert followers(await shown(ben, g)) == {ben.id}
    assert owner(await shown(coupled.ada, g1)) == coupled.cleo.id


async def test_also_changed_names_only_records_that_he_may_still_see(coupled: Spa) -> None:
    ben = coupled.ben
    g, g1 = await coupled.pair("Grace Park", ben)
    payload = await ben.do("changeOwner", recordId=g1, ownerId=coupled.cleo.id)
    assert [payload["record"], payload["alsoChanged"], payload["accessLost"]] == [None, [], True]
    await coupled.own(g, ben)
    blind = await coupled.hire("Blinda", role="USER", restricted=False, without=["CONTACTS_READ"])
    payload = await blind.do("changeOwner", recordId=g1, ownerId=coupled.cleo.id)
    assert [payload["record"]["id"], payload["alsoChanged"]] == [g1, []]
    assert g not in str(payload)


async def test_nothing_of_a_record_is_read_later_in_the_document_that_lost_it(
    decoupled: Spa,
) -> None:
    ben = decoupled.ben
    _, g1 = await decoupled.pair("Grace Park", ben)
    document = """mutation Lose($own: ChangeOwnerInput!, $edit: UpdateOpportunityInput!) {
      first: changeOwner(input: $own) { record { id name } accessLost errors { code } }
      second: updateOpportunity(input: $edit) { opportunity { id name } errors { code } }
    }"""
    given: Json = {"own": {"recordId": g1, "ownerId": decoupled.cleo.id}}
    data = await ben.ask(document, **given, edit={"id": g1, "name": "Mine"})
    assert data["first"] == {"record": None, "accessLost": True, "errors": []}
    assert data["second"] == {"opportunity": None, "errors": [{"code": "NOT_FOUND"}]}
    assert (await shown(decoupled.ada, g1))["name"] == "Grace Park"


async def test_who_cannot_see_what_he_made_gets_no_record(decoupled: Spa) -> None:
    ben, cleo = decoupled.ben, decoupled.cleo
    lead = decoupled.types["Lead"]
    payload = await ben.do("createContact", firstName="Grace", typeId=lead, ownerId=cleo.id)
    assert [payload["contact"], payload["accessLost"]] == [None, True]
    own = await decoupled.contact("Own Person", ben)
    payload = await ben.do(
        "createOpportunity", contactId=own, pipelineId=decoupled.pipeline, ownerId=cleo.id
    )
    assert [payload["opportunity"], payload["accessLost"]] == [None, True]
    payload = await ben.do("createContact", firstName="Ida", typeId=lead)
    assert [payload["contact"]["owner"], payload["accessLost"]] == [{"id": ben.id}, False]


async def test_a_card_made_in_a_coupled_family_of_nobody_is_lost_to_its_maker(
    coupled: Spa,
) -> None:
    g = await coupled.contact("Grace Park")
    await coupled.follow(g, coupled.ben)
    payload = await coupled.ben.do(
        "createOpportunity", contactId=g, pipelineId=coupled.pipeline, name="Laser"
    )
    assert [payload["opportunity"], payload["accessLost"]] == [None, True]
    data = await coupled.ada.ask("{ opportunities { nodes { name owner { id } } } }")
    assert data["opportunities"]["nodes"] == [{"name": "Laser", "owner": None}]


async def test_a_delete_payload_echoes_the_id_and_nothing_else(decoupled: Spa) -> None:
    ben = decoupled.ben
    _, g1 = await decoupled.pair("Grace Park", ben)
    payload = await ben.do("deleteOpportunity", id=g1)
    assert payload == {"cursor": payload["cursor"], "errors": [], "deletedId": g1}


async def test_a_conflict_tells_the_version_only_of_a_visible_record(decoupled: Spa) -> None:
    ben, cleo = decoupled.ben, decoupled.cleo
    _, g1 = await decoupled.pair("Grace Park", cleo)
    for client, code in ((ben, "NOT_FOUND"), (cleo, "CONFLICT")):
        async with decoupled.unchanged():
            (error,) = await client.fails("updateOpportunity", id=g1, name="X", expectedVersion=77)
        assert [error["code"], "currentVersion" in error] == [code, client is cleo]


async def test_limits_and_bad_followers_of_a_hidden_record_are_not_told(decoupled: Spa) -> None:
    g = await decoupled.contact("Grace Park", decoupled.cleo)
    ten = await decoupled.hire_many(10)
    await decoupled.follow(g, *ten)
    for users in ([decoupled.dan.id], [ten[0].id], [g]):
        async with decoupled.unchanged():
            errors = await decoupled.ben.fails("addFollowers", recordId=g, userIds=users)
        assert [error["code"] for error in errors][:1] == ["NOT_FOUND"]
        assert not any("limit" in error or "current" in error for error in errors)

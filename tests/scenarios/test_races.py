"""K20, R36, R38 and R41 in races: nobody becomes owner or follower too late."""

import asyncio

from tests.model.fold import Json
from tests.scenarios.reads import followers, owner, shown
from tests.scenarios.spa import Spa


def _codes(payloads: list[Json]) -> set[str]:
    return {error["code"] for payload in payloads for error in payload["errors"]}


async def test_k20_no_contact_keeps_a_type_that_was_deleted_while_it_was_made(
    decoupled: Spa,
) -> None:
    ada, patient = decoupled.ada, decoupled.types["Patient"]
    vip = (await ada.do("createContactType", name="VIP"))["contactType"]["id"]
    given = {"typeId": vip}
    made = [ada.send("createContact", firstName=f"Grace{n}", **given) for n in range(12)]
    gone = ada.do("deleteContactType", id=vip, replacementTypeId=patient)
    async with asyncio.timeout(10):
        payloads = await asyncio.gather(*made[:6], gone, *made[6:])

    assert _codes(payloads) <= {"NOT_FOUND"}
    created = [payload["contact"]["id"] for payload in payloads if payload.get("contact")]
    data = await ada.ask("{ contacts { totalCount nodes { id type { id } } } }")
    types = {node["id"]: node["type"]["id"] for node in data["contacts"]["nodes"]}
    assert types == dict.fromkeys(created, patient)


async def test_r38_nobody_receives_a_record_while_he_is_dismissed(decoupled: Spa) -> None:
    ada, ben, cleo = decoupled.ada, decoupled.ben, decoupled.cleo
    cards = [(await decoupled.pair(f"Grace{n} Park", decoupled.dan))[1] for n in range(8)]
    given = [ada.send("changeOwner", recordId=card, ownerId=ben.id) for card in cards[:4]]
    followed = [ada.send("addFollowers", recordId=card, userIds=[ben.id]) for card in cards[4:]]
    gone = ada.do("deactivateUser", id=ben.id, strategy="REASSIGN", reassignToId=cleo.id)
    async with asyncio.timeout(10):
        payloads = await asyncio.gather(*given[:2], *followed[:2], gone, *given[2:], *followed[2:])

    assert _codes(payloads) <= {"INVALID_OWNER", "INVALID_FOLLOWER"}
    records = [await shown(ada, card) for card in cards]
    assert {owner(record) for record in records} <= {cleo.id, decoupled.dan.id}
    assert [followers(record) for record in records] == [set()] * 8


async def test_r40_an_owner_who_is_made_follower_at_once_is_never_both(decoupled: Spa) -> None:
    ada, ben = decoupled.ada, decoupled.ben
    for turn in range(6):
        g = await decoupled.contact(f"Grace{turn} Park")
        async with asyncio.timeout(10):
            payloads = await asyncio.gather(
                ada.send("changeOwner", recordId=g, ownerId=ben.id),
                ada.send("addFollowers", recordId=g, userIds=[ben.id]),
            )
        assert _codes([*payloads]) == set()
        record = await shown(ada, g)
        assert [owner(record), followers(record)] == [ben.id, set()]


async def test_r30_a_coupled_family_is_never_torn_by_parallel_changes(coupled: Spa) -> None:
    people = [coupled.ben, coupled.cleo, coupled.dan, None]
    for turn in range(4):
        g, g1 = await coupled.pair(f"Grace{turn} Park", coupled.ben)
        async with asyncio.timeout(10):
            await asyncio.gather(
                *(coupled.own((g, g1)[n % 2], people[n % 4]) for n in range(8)),
            )
        owners = [owner(await shown(coupled.ada, each)) for each in (g, g1)]
        assert owners[0] == owners[1]


async def test_r30_a_card_made_while_the_owner_changes_belongs_to_the_contacts_owner(
    coupled: Spa,
) -> None:
    for turn in range(6):
        g = await coupled.contact(f"Grace{turn} Park", coupled.ben)
        async with asyncio.timeout(10):
            card, _ = await asyncio.gather(coupled.card(g), coupled.own(g, coupled.cleo))
        owners = [owner(await shown(coupled.ada, each)) for each in (g, card)]
        assert owners == [coupled.cleo.id] * 2


async def test_a_card_made_while_its_contact_is_deleted_goes_with_it(decoupled: Spa) -> None:
    for turn in range(6):
        g = await decoupled.contact(f"Grace{turn} Park")
        made, gone = await asyncio.gather(
            decoupled.ada.send("createOpportunity", contactId=g, pipelineId=decoupled.pipeline),
            decoupled.ada.send("deleteContact", id=g),
        )
        assert [_codes([gone]), _codes([made]) <= {"NOT_FOUND"}] == [set(), True]
    data = await decoupled.ada.ask("{ opportunities { totalCount } contacts { totalCount } }")
    assert [each["totalCount"] for each in data.values()] == [0, 0]

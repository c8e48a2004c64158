"""P14: many at once; every answer is definite, and all that look see the same end."""

import asyncio
import random

from tests.client import Client
from tests.model.fold import Json, difference
from tests.scenarios.reads import followers, ids, shown
from tests.scenarios.spa import Spa

CLIENTS, MOVES = 50, 20


async def test_p14_fifty_clients_move_one_card_twenty_times_each(decoupled: Spa) -> None:
    _, g1 = await decoupled.pair("Grace Park", decoupled.ben)
    await decoupled.follow(g1, decoupled.cleo)
    people = [decoupled.ada, decoupled.ben, decoupled.cleo, decoupled.dan]
    boards = [await decoupled.watch(person) for person in people]
    stages = list(decoupled.stages.values())

    async def mover(number: int) -> list[Json]:
        chance, client = random.Random(number), people[number % len(people)]
        send = client.send
        return [
            await send("moveOpportunity", id=g1, stageId=chance.choice(stages))
            for _ in range(MOVES)
        ]

    answers = [each for one in await asyncio.gather(*map(mover, range(CLIENTS))) for each in one]

    assert len(answers) == CLIENTS * MOVES == 1000
    assert [answer["errors"] for answer in answers if answer["errors"]] == []
    assert all(answer["opportunity"]["id"] == g1 for answer in answers)
    last = await shown(decoupled.ada, g1)
    assert max(answer["opportunity"]["version"] for answer in answers) == last["version"]
    for person, board in zip(people, boards, strict=True):
        fresh = await person.board(decoupled.pipeline)
        await board.until(
            lambda b=board, f=fresh: difference(b.fold, f, f.cards()) is None,  # type: ignore[misc]
            lambda b=board, f=fresh: str(difference(b.fold, f, f.cards())),  # type: ignore[misc]
        )
        final = board.events[-1]
        assert final["opportunity"]["stage"]["id"] == last["stage"]["id"]
        assert final["opportunity"]["version"] == last["version"]


async def test_p14_moves_with_a_version_win_once_each(decoupled: Spa) -> None:
    _, g1 = await decoupled.pair("Grace Park")
    start = (await shown(decoupled.ada, g1))["version"]
    stages = [decoupled.stages[name] for name in ("Booked", "Patient")]

    async def attempt(number: int, version: int) -> Json:
        client: Client = (decoupled.ada, decoupled.dan)[number % 2]
        return await client.send(
            "moveOpportunity", id=g1, stageId=stages[version % 2], expectedVersion=version
        )

    for version in range(start, start + 5):
        answers = await asyncio.gather(*(attempt(number, version) for number in range(8)))
        codes = sorted(str([error["code"] for error in each["errors"]]) for each in answers)
        assert codes == ["['CONFLICT']"] * 7 + ["[]"]
    assert (await shown(decoupled.ada, g1))["version"] == start + 5


async def test_p14_parallel_adds_fill_the_ten_places_and_no_more(decoupled: Spa) -> None:
    g = await decoupled.contact()
    staff = await decoupled.hire_many(14)
    answers = await asyncio.gather(
        *(decoupled.ada.send("addFollowers", recordId=g, userIds=[each.id]) for each in staff)
    )
    added = {user["id"] for answer in answers for user in answer["added"]}
    codes = [error["code"] for answer in answers for error in answer["errors"]]
    assert [len(added), codes] == [10, ["FOLLOWER_LIMIT"] * 4]
    record = await shown(decoupled.ada, g)
    assert followers(record) == added
    assert added < ids(*staff)


async def test_two_at_once_cannot_make_the_same_contact_or_card(decoupled: Spa) -> None:
    given = {"firstName": "Grace", "email": "g@park.example", "typeId": decoupled.types["Lead"]}
    answers = await asyncio.gather(
        *(each.send("createContact", **given) for each in (decoupled.ada, decoupled.dan))
    )
    codes = sorted(str([error["code"] for error in answer["errors"]]) for answer in answers)
    assert codes == ["['DUPLICATE_CONTACT']", "[]"]
    g = next(answer["contact"]["id"] for answer in answers if answer["contact"])
    card = {"contactId": g, "pipelineId": decoupled.pipeline}
    answers = await asyncio.gather(
        *(each.send("createOpportunity", **card) for each in (decoupled.ada, decoupled.dan))
    )
    codes = sorted(str([error["code"] for error in answer["errors"]]) for answer in answers)
    assert codes == ["['DUPLICATE_OPPORTUNITY']", "[]"]


async def test_p14_parallel_changes_of_the_settings_are_all_answered(coupled: Spa) -> None:
    card = (await coupled.pair("Grace Park", coupled.ben))[1]
    syncs = [coupled.settings(makeOpportunityOwnerFollowerOfContact=n % 2 == 0) for n in range(8)]
    async with asyncio.timeout(5):
        await asyncio.gather(*syncs)
        await asyncio.gather(
            *(coupled.settings(allowDifferentOwners=True) for _ in range(4)),
            *(coupled.own(card, owner) for owner in (coupled.cleo, coupled.dan, None)),
        )

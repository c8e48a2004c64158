"""P1 and P14 under a storm: many changes at once; every answer definite, every rule kept."""

import asyncio
from random import Random

import pytest

from tests.flagship.side import STAFF, Side
from tests.flagship.views import Seat
from tests.model.fold import Fold, Json, difference
from tests.scenarios.spa import Spa, open_spa
from tests.server import Server

CALM = {"createUser", "updateUserAccess", "deactivateUser"}  # rights stay as they are
ROUNDS, AT_ONCE = 4, 25
RECORDS = """{
  viewer { practice { ownership { allowDifferentOwners } } }
  contacts(first: 100) { nodes { id owner { id } followers { user { id } } } }
  opportunities(first: 100) { nodes { id owner { id } followers { user { id } }
    contact { id owner { id } } } }
}"""


async def _storm(side: Side) -> dict[str, int]:
    moves: list[tuple[str, str, Json]] = []
    while len(moves) < AT_ONCE:
        move = side.moves.draw()
        if move[1] == "createDocument":
            contact = move[2]["contactId"]
            move[2]["uploadId"] = await side.uploaded(side.clients[move[0]], contact)
        if move[1] not in CALM:
            moves.append(move)
    payloads = await asyncio.gather(
        *(side.clients[actor].send(name, **given) for actor, name, given in moves)
    )
    accepted = [
        name for (_, name, _), each in zip(moves, payloads, strict=True) if not each["errors"]
    ]
    return {name: accepted.count(name) for name in accepted}


async def _rules_hold(spa: Spa) -> None:
    data = await spa.ada.ask(RECORDS)
    cards = data["opportunities"]["nodes"]
    for record in [*data["contacts"]["nodes"], *cards]:
        followers = [each["user"]["id"] for each in record["followers"]]
        assert len(followers) == len(set(followers)) <= 10, record
        assert record["owner"] is None or record["owner"]["id"] not in followers, record
    contacts = [card["contact"]["id"] for card in cards]
    assert len(contacts) == len(set(contacts))
    if not data["viewer"]["practice"]["ownership"]["allowDifferentOwners"]:
        assert [card for card in cards if card["owner"] != card["contact"]["owner"]] == []


async def _agrees(seat: Seat) -> None:
    board = seat.board
    fresh: Fold = await seat.client.board(board.pipeline, **board.view)
    await board.until(
        lambda: difference(board.fold, fresh, fresh.cards()) is None,
        lambda: f"{seat.label}: {difference(board.fold, fresh, fresh.cards())}",
    )


@pytest.mark.parametrize("different", [False, True])
async def test_p14_a_storm_of_changes_leaves_rules_and_boards_whole(
    server: Server, different: bool
) -> None:
    async with open_spa(server, different_owners=different) as spa:
        side = Side(spa, Random(f"storm {different}"), different_owners=different)
        await side.settle_in(list(STAFF), contacts=6)
        for client in (spa.ada, spa.ben, spa.cleo, spa.dan):
            await side.seat(client, 2)
        accepted: dict[str, int] = {}
        try:
            for _ in range(ROUNDS):
                accepted |= await _storm(side)
                await _rules_hold(spa)
                for seat in side.seats:
                    if not seat.board.errors:
                        await _agrees(seat)
        finally:
            for seat in side.seats:
                await seat.board.cut()
    assert len(accepted) >= 6
    assert [seat.board.fold.broken for seat in side.seats if seat.board.fold.broken] == []

"""C11: a live board's snapshot is read like a board; its changes are no reads."""

from typing import Any

from resolvers.ids import parse
from tests.audit.trail import Json, last_number, read_by
from tests.scenarios.spa import Spa


def reads(rows: list[Json]) -> list[tuple[Any, ...]]:
    """Return (actor, action, changes) of the rows that are reads."""
    named = [row for row in rows if "." in row["action"]]
    assert {row["record_kind"] for row in named} <= {"Pipeline"}
    return [(row["actor_id"], row["action"], row["changes"]) for row in named]


async def test_opening_a_live_board_is_read_once(spa: Spa) -> None:
    await spa.pair("Grace Park", spa.ben)
    before = await last_number(spa)
    for person in (spa.ada, spa.ben, spa.cleo):
        await spa.watch(person)
    told = reads(await read_by(spa, before))
    counts = ((spa.ada, 1), (spa.ben, 1), (spa.cleo, 0))
    assert told == [(parse(who.id).id, "board.read", {"count": n}) for who, n in counts]
    rows = await read_by(spa, before)
    assert all(row["request_id"] for row in rows)


async def test_changes_are_told_to_many_and_are_no_reads(spa: Spa) -> None:
    _, card = await spa.pair("Grace Park", spa.ben)
    boards = [await spa.watch(person) for person in (spa.ada, spa.ben)]
    before = await last_number(spa)
    await spa.move(card, "Booked")
    for board in boards:
        await board.next("CardUpdated")
    assert reads(await read_by(spa, before)) == []


async def test_a_restart_is_read_again_and_a_resume_is_not(spa: Spa) -> None:
    _, card = await spa.pair("Grace Park", spa.ben)
    board = await spa.watch(spa.ben)
    await board.cut()
    before = await last_number(spa)
    await spa.move(card, "Booked")
    await board.resume()
    await board.next("CardUpdated")
    assert reads(await read_by(spa, before)) == []
    await spa.access(spa.ben, onlyAssignedData=False)
    snapshot = await board.next("BoardSnapshot")
    assert snapshot["reason"] == "ACCESS_CHANGED"
    told = reads(await read_by(spa, before))
    assert told == [(parse(spa.ben.id).id, "board.read", {"count": 1})]

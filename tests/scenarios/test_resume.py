"""P2, P5 and P6: a board that was away gets the net of what it missed, with present rights."""

import asyncio
import copy
import random

from tests.client import LiveBoard
from tests.model.fold import Fold, difference
from tests.scenarios.spa import Spa


async def _equals_query(board: LiveBoard) -> None:
    fresh = await board.client.board(board.pipeline, first=board.fold.first, **board.view)
    await board.until(
        lambda: difference(board.fold, fresh, fresh.cards()) is None,
        lambda: str(difference(board.fold, fresh, fresh.cards())),
    )


async def test_p5_resume_yields_the_net_change_of_each_card_once(decoupled: Spa) -> None:
    ben = decoupled.ben
    pairs = [await decoupled.pair(f"Grace{number} Park", ben) for number in range(4)]
    (_, moved), (_, lost), (_, there_and_back), (_, untouched) = pairs
    board = await decoupled.watch(ben)
    await board.cut()
    for stage in ("Booked", "Cold", "Patient"):
        await decoupled.move(moved, stage)
    await decoupled.ada.do("updateOpportunity", id=moved, name="Laser")
    await decoupled.own(lost, decoupled.cleo)
    await decoupled.own(there_and_back, None)
    await decoupled.own(there_and_back, ben)
    _, new = await decoupled.pair("Henry Oak", ben)
    _, gone = await decoupled.pair("Ida Elm", ben)
    await decoupled.ada.do("deleteOpportunity", id=gone)

    await board.resume()
    await _equals_query(board)

    missed = board.events[1:]
    ids = [event.get("opportunityId") or event["opportunity"]["id"] for event in missed]
    kinds = dict(zip(ids, [event["__typename"] for event in missed], strict=True))
    assert len(ids) == len(set(ids))
    assert kinds == {
        moved: "CardUpdated",
        lost: "CardLeft",
        there_and_back: "CardUpdated",
        new: "CardEntered",
    }
    assert ids == [moved, lost, there_and_back, new]
    assert untouched in board.fold.ids


async def test_p5_resume_without_a_change_sends_nothing(decoupled: Spa) -> None:
    await decoupled.pair("Grace Park", decoupled.ben)
    board = await decoupled.watch(decoupled.ben)
    await board.cut()
    await decoupled.pair("Henry Oak", decoupled.cleo)
    await board.resume()
    await board.silent()
    _, mine = await decoupled.pair("Ida Elm", decoupled.ben)
    assert (await board.next("CardEntered"))["opportunity"]["id"] == mine


async def test_p2_the_cursor_of_a_query_resumes_without_gap_or_double(decoupled: Spa) -> None:
    ben = decoupled.ben
    _, g1 = await decoupled.pair("Grace Park", ben)
    board = LiveBoard(ben, decoupled.pipeline)
    decoupled.boards.append(board)
    board.fold = await ben.board(decoupled.pipeline)
    await decoupled.move(g1, "Booked")
    await board.resume()
    event = await board.next("CardUpdated")
    assert event["previousStage"] == {"id": decoupled.stages["Lead"]}
    await board.silent()


async def test_p6_resume_after_losing_a_card_tells_only_that_it_left(decoupled: Spa) -> None:
    ben = decoupled.ben
    _, g1 = await decoupled.pair("Grace Park", ben)
    _, kept = await decoupled.pair("Henry Oak", ben)
    board = await decoupled.watch(ben)
    await board.cut()
    await decoupled.ada.do("updateOpportunity", id=g1, name="Before The Loss")
    await decoupled.own(g1, decoupled.cleo)
    await decoupled.ada.do("updateOpportunity", id=g1, name="After The Loss", value="777.77")

    await board.resume()

    assert (await board.next("CardLeft"))["opportunityId"] == g1
    await board.silent()
    told = str(board.events[1:])
    assert [text in told for text in ("The Loss", "777.77")] == [False, False]
    assert board.fold.ids == {kept}


async def test_p6_resume_after_a_change_of_rights_starts_with_a_snapshot(decoupled: Spa) -> None:
    dan = decoupled.dan
    _, own = await decoupled.pair("Grace Park", dan)
    _, foreign = await decoupled.pair("Henry Oak", decoupled.ben)
    board = await decoupled.watch(dan)
    await board.cut()
    await decoupled.move(foreign, "Booked")
    await decoupled.access(dan, onlyAssignedData=True)
    await decoupled.move(foreign, "Patient")
    await board.resume()
    snapshot = await board.next("BoardSnapshot")
    assert foreign not in str(snapshot)
    assert board.fold.ids == {own}
    await board.silent()


def _prefixes(board: LiveBoard) -> list[Fold]:
    """Return what was held after each message: the states in which a connection can be lost."""
    replay, folds = Fold(board.fold.first), []
    for event in board.events:
        replay.apply(event)
        folds.append(copy.deepcopy(replay))
    return folds


async def _converges(spa: Spa, fold: Fold) -> LiveBoard:
    """Resume Ben's board where `fold` ends; it must come to equal a fresh query."""
    again = LiveBoard(spa.ben, spa.pipeline)
    again.fold, again.fold.strict = fold, False
    spa.boards.append(again)
    await again.resume()
    await _equals_query(again)
    await again.cut()
    return again


async def _burst(spa: Spa, cards: list[str]) -> None:
    chance, stages = random.Random(5), list(spa.stages)
    owners = [spa.ben, spa.cleo, spa.dan, None]

    async def change(card: str) -> None:
        for _ in range(5):
            if chance.random() < 0.5:
                await spa.move(card, chance.choice(stages))
            else:
                await spa.own(card, chance.choice(owners))

    await asyncio.gather(*(change(card) for card in cards for _ in range(3)))


async def test_p5_a_board_cut_after_any_message_of_a_burst_resumes_to_the_truth(
    decoupled: Spa,
) -> None:
    cards = [(await decoupled.pair(f"Grace{n} Park", decoupled.ben))[1] for n in range(6)]
    board = await decoupled.watch(decoupled.ben)
    await _burst(decoupled, cards)
    await _equals_query(board)
    assert len(board.events) > 5

    for fold in _prefixes(board):
        await _converges(decoupled, fold)


async def test_p2_boards_opened_during_a_stream_of_changes_miss_nothing(decoupled: Spa) -> None:
    cards = [(await decoupled.pair(f"Grace{n} Park", decoupled.ben))[1] for n in range(6)]
    boards: list[LiveBoard] = []
    burst = asyncio.create_task(_burst(decoupled, cards))
    while not burst.done() and len(boards) < 9:
        boards.append(await decoupled.watch(decoupled.ben))
    await burst
    for board in boards:
        await _equals_query(board)


async def test_an_event_applied_twice_changes_nothing_the_second_time(decoupled: Spa) -> None:
    cards = [(await decoupled.pair(f"Grace{n} Park", decoupled.ben))[1] for n in range(3)]
    board = await decoupled.watch(decoupled.ben)
    await _burst(decoupled, cards)
    await _equals_query(board)
    fold = Fold(board.fold.first)
    for event in board.events:
        fold.apply(event)
        once = copy.deepcopy(fold.columns)
        fold.apply(event)
        assert fold.columns == once
    assert fold.columns == board.fold.columns

"""P5 and P6 in the middle of a batch: what came before the cut counts, what came after is missing.

A resume delivers one batch (C1). A client that loses the connection after some of its messages,
and resumes at the last of those, must still come to the truth: cards and totals.
"""

import copy

import pytest

from tests.client import LiveBoard
from tests.model.fold import Fold, difference
from tests.scenarios.spa import Spa


async def _batch(spa: Spa, board: LiveBoard, count: int) -> list[Fold]:
    """Resume into one batch of `count` messages; return what was held after each of them."""
    start, told = copy.deepcopy(board.fold), len(board.events)
    await board.resume()
    await board.until(lambda: len(board.events) == told + count, f"{count} messages")
    await board.cut()
    folds = []
    for event in board.events[told:]:
        start.apply(event)
        folds.append(copy.deepcopy(start))
    return folds


async def _comes_to_the_truth(spa: Spa, fold: Fold) -> LiveBoard:
    again = LiveBoard(spa.ben, spa.pipeline)
    again.fold, again.fold.strict = fold, False
    spa.boards.append(again)
    await again.resume()
    fresh = await spa.ben.board(spa.pipeline)
    await again.until(
        lambda: difference(again.fold, fresh, fresh.cards()) is None,
        lambda: f"{difference(again.fold, fresh, fresh.cards())} after {again.events}",
    )
    await again.cut()
    return again


@pytest.mark.parametrize("cut", [0, 1])
async def test_totals_of_a_column_changed_before_the_cut_are_not_lost(
    decoupled: Spa, cut: int
) -> None:
    _, moved = await decoupled.pair("Grace Park", decoupled.ben)
    _, renamed = await decoupled.pair("Henry Oak", decoupled.ben)
    board = await decoupled.watch(decoupled.ben)
    await board.cut()
    await decoupled.move(moved, "Booked")
    await decoupled.ada.do("updateOpportunity", id=renamed, name="Laser")
    folds = await _batch(decoupled, board, 2)
    await _comes_to_the_truth(decoupled, folds[cut])


async def test_totals_are_not_lost_where_nothing_else_is_missing(decoupled: Spa) -> None:
    _, moved = await decoupled.pair("Grace Park", decoupled.ben)
    _, passing = await decoupled.pair("Henry Oak", decoupled.cleo)
    board = await decoupled.watch(decoupled.ben)
    await board.cut()
    await decoupled.move(moved, "Booked")
    await decoupled.follow(passing, decoupled.ben)
    folds = await _batch(decoupled, board, 2)
    await decoupled.own(passing, decoupled.dan)
    him = [decoupled.ben.id]
    await decoupled.ada.do("removeFollowers", recordId=passing, userIds=him)
    await _comes_to_the_truth(decoupled, folds[0])


async def test_a_card_lost_before_the_cut_and_changed_after_it_leaves(decoupled: Spa) -> None:
    _, lost = await decoupled.pair("Grace Park", decoupled.ben)
    _, renamed = await decoupled.pair("Henry Oak", decoupled.ben)
    board = await decoupled.watch(decoupled.ben)
    await board.cut()
    await decoupled.own(lost, decoupled.cleo)
    await decoupled.ada.do("updateOpportunity", id=renamed, name="Laser")
    await decoupled.move(lost, "Booked")
    folds = await _batch(decoupled, board, 2)
    assert lost in folds[0].ids
    again = await _comes_to_the_truth(decoupled, folds[0])
    assert lost not in again.fold.ids


async def test_a_card_gained_before_the_cut_and_changed_after_it_enters(decoupled: Spa) -> None:
    _, gained = await decoupled.pair("Grace Park", decoupled.cleo)
    _, renamed = await decoupled.pair("Henry Oak", decoupled.ben)
    board = await decoupled.watch(decoupled.ben)
    await board.cut()
    await decoupled.follow(gained, decoupled.ben)
    await decoupled.ada.do("updateOpportunity", id=renamed, name="Laser")
    await decoupled.move(gained, "Booked")
    folds = await _batch(decoupled, board, 2)
    assert gained not in folds[0].ids
    again = await _comes_to_the_truth(decoupled, folds[0])
    assert gained in again.fold.ids


async def test_a_filtered_board_loses_a_card_that_stopped_matching_before_the_cut(
    decoupled: Spa,
) -> None:
    _, won = await decoupled.pair("Grace Park", decoupled.ben)
    _, renamed = await decoupled.pair("Henry Oak", decoupled.ben)
    board = await decoupled.watch(decoupled.ben)
    await board.cut()
    await decoupled.ada.do("setOpportunityStatus", id=won, status="WON")
    await decoupled.ada.do("updateOpportunity", id=renamed, name="Laser")
    await decoupled.ada.do("updateOpportunity", id=won, value="900")
    folds = await _batch(decoupled, board, 2)
    again = await _comes_to_the_truth(decoupled, folds[0])
    assert again.fold.ids == {renamed}

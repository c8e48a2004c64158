"""C2: the cursors of boards and streams, and what any other text in their place gets."""

from typing import Any

import pytest

from tests.client import Client, LiveBoard
from tests.model.fold import Json
from tests.scenarios.spa import Spa, open_spa
from tests.server import Server


async def _first_after(spa: Spa, client: Client, after: str, **view: Any) -> LiveBoard:
    board = LiveBoard(client, spa.pipeline, **view)
    spa.boards.append(board)
    board.fold = await client.board(spa.pipeline, where=view.get("where"))
    board.fold.strict = False
    await board.open(after=after)
    await board.until(lambda: bool(board.events) or board.over, "an answer")
    return board


async def _expired(spa: Spa, client: Client, after: str, **view: Any) -> Json:
    board = await _first_after(spa, client, after, **view)
    snapshot = await board.next("BoardSnapshot")
    assert snapshot["reason"] == "CURSOR_EXPIRED"
    await board.cut()
    return snapshot


async def test_any_other_cursor_of_the_right_shape_gets_the_same_snapshot(
    decoupled: Spa, server: Server
) -> None:
    ben, cleo = decoupled.ben, decoupled.cleo
    _, g1 = await decoupled.pair("Grace Park", ben)
    everything = (await ben.board(decoupled.pipeline, where={"statuses": []})).cursor
    of_cleo = (await cleo.board(decoupled.pipeline)).cursor
    moved = await decoupled.move(g1, "Booked", by=ben)
    own = (await ben.board(decoupled.pipeline)).cursor
    async with open_spa(server, different_owners=True, name="other") as other:
        foreign = (await other.ben.board(other.pipeline)).cursor
    assert None not in (everything, of_cleo, own, foreign)
    middle = len(own or "") // 2
    forged = (own or "")[:middle] + ("A" if (own or "")[middle] != "A" else "B")
    forged += (own or "")[middle + 1 :]

    texts = [everything, of_cleo, moved["cursor"], foreign, forged]
    assert {len(text) for text in texts} == {len(own or "")}
    snapshots = [await _expired(decoupled, ben, text) for text in texts]

    boards = [snapshot["board"]["columns"] for snapshot in snapshots]
    assert all(board == boards[0] for board in boards)
    assert all(g1 in str(board) for board in boards)


@pytest.mark.parametrize("text", ["", "x", "not a cursor", "ä", "A" * 2000])
async def test_a_text_of_another_shape_is_a_bad_request(decoupled: Spa, text: str) -> None:
    board = LiveBoard(decoupled.ben, decoupled.pipeline)
    decoupled.boards.append(board)
    await board.open(after=text)
    assert await board.ended() == ["BAD_REQUEST"]
    assert board.events == []


async def test_filters_that_mean_the_same_and_any_order_resume(decoupled: Spa) -> None:
    ben = decoupled.ben
    _, g1 = await decoupled.pair("Grace Park", ben)
    board = await decoupled.watch(ben)
    assert board.fold.cursor is not None
    await decoupled.move(g1, "Booked")
    moved = await board.next("CardUpdated")
    order = {"field": "VALUE", "direction": "ASC"}
    sorted_by_value = await _first_after(decoupled, ben, board.events[0]["cursor"], order=order)
    event = sorted_by_value.events[0]
    assert [event["__typename"], event["opportunity"]["id"]] == ["CardUpdated", g1]
    await board.cut()
    await board.open(after=moved["cursor"])
    await board.silent()


async def test_cursors_of_lists_are_bound_to_order_and_viewer(decoupled: Spa) -> None:
    ben, dan = decoupled.ben, decoupled.dan
    for number in range(3):
        await decoupled.pair(f"Grace{number} Park", ben)
    page = """query Page($after: String, $order: OpportunityOrder) {
      opportunities(first: 1, after: $after, orderBy: $order) {
        totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor }
      }
    }"""
    seen, after = [], None
    for more in (True, True, False):
        answer = (await ben.ask(page, after=after))["opportunities"]
        assert [answer["totalCount"], answer["pageInfo"]["hasNextPage"]] == [3, more]
        seen.append(answer["nodes"][0]["id"])
        after = answer["pageInfo"]["endCursor"]
    assert len(set(seen)) == 3
    assert await dan.refused(page, after=after) == ["BAD_REQUEST"]
    by_value = {"field": "VALUE", "direction": "DESC"}
    assert await ben.refused(page, after=after, order=by_value) == ["BAD_REQUEST"]
    assert await ben.refused(page, after="nonsense") == ["BAD_REQUEST"]


async def test_page_sizes_out_of_range_are_bad_requests(decoupled: Spa) -> None:
    for wrong in ("first: 101", "first: -1", "first: 1, last: 1", "last: 101"):
        for field in ("contacts", "opportunities"):
            query = f"{{ {field}({wrong}) {{ totalCount }} }}"
            assert await decoupled.ben.refused(query) == ["BAD_REQUEST"], query


async def test_descending_is_the_exact_reverse_of_ascending_ties_included(decoupled: Spa) -> None:
    for number in range(5):
        await decoupled.card(await decoupled.contact(f"Grace{number} Park"), value="100")
    query = """query Sorted($order: OpportunityOrder) {
      opportunities(orderBy: $order) { edges { sortKey node { id } } }
    }"""
    for field in ("CREATED_AT", "VALUE", "NAME", "STAGE_ENTERED_AT", "UPDATED_AT"):
        both = []
        for direction in ("ASC", "DESC"):
            order = {"field": field, "direction": direction}
            edges = (await decoupled.ada.ask(query, order=order))["opportunities"]["edges"]
            keys = [edge["sortKey"] for edge in edges]
            assert keys == sorted(set(keys)), field
            both.append([edge["node"]["id"] for edge in edges])
        assert both[0] == both[1][::-1], field

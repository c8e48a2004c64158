"""Live boards over server-sent events: the same stream, and where it goes on after a loss."""

from typing import Any

import pytest

from tests.client import Client
from tests.http.edge import codes_of
from tests.http.event_source import EventBoard, streaming, watching
from tests.model.documents import LIVE
from tests.model.fold import Json, difference
from tests.scenarios.spa import Spa


async def test_what_is_folded_is_what_a_query_answers(spa: Spa) -> None:
    """P1, on both transports at once, also for one who sees only what is his."""
    _, first = await spa.pair("Grace Park", spa.ben)
    socket = await spa.watch(spa.ben)
    async with watching(spa.ben, spa.pipeline) as board:
        await board.next("BoardSnapshot")
        contact, second = await spa.pair("Ivy Stone", spa.cleo)
        await spa.move(first, "Booked")
        await spa.follow(second, spa.ben)
        await spa.ada.do("editTags", contactId=contact, add=["vip"])
        await spa.ada.do("setOpportunityStatus", id=first, status="WON")
        await spa.own(first, spa.cleo)
        await spa.ada.do("updateOpportunity", id=second, value="750.00")
        await board.equals_a_fresh_query()
        fresh = await spa.ben.board(spa.pipeline)
        await socket.until(
            lambda: difference(socket.fold, fresh, fresh.cards()) is None, "the same over WebSocket"
        )
    assert [board.fold.columns, board.fold.hidden] == [socket.fold.columns, socket.fold.hidden]
    kinds = {event["__typename"] for event in board.events}
    assert kinds >= {"BoardSnapshot", "CardUpdated", "CardEntered", "CardLeft"}


async def missed(spa: Spa) -> tuple[EventBoard, dict[str, str]]:
    """Let Ben hold a board and lose the stream; return it, and what happens then by its effect."""
    cards = {name: (await spa.pair(name, spa.ben))[1] for name in ("Kept", "Moved", "Lost", "Gone")}
    async with watching(spa.ben, spa.pipeline) as board:
        await board.next("BoardSnapshot")
        await spa.move(cards["Moved"], "Booked")
        await board.next("CardUpdated")
    for stage in ("Patient", "Cold", "Booked", "Lead"):
        await spa.move(cards["Moved"], stage)
    await spa.own(cards["Lost"], spa.cleo)
    await spa.ada.do("updateOpportunity", id=cards["Lost"], name="Secret")
    await spa.ada.do("deleteOpportunity", id=cards["Gone"])
    cards["New"] = (await spa.pair("New", spa.ben))[1]
    await spa.move(cards["New"], "Cold")
    return board, cards


async def test_a_lost_stream_goes_on_with_each_missed_card_once(spa: Spa) -> None:
    """P5 and P6: the net of what happened, and nothing of what was done to a lost card."""
    before, cards = await missed(spa)
    async with watching(spa.ben, spa.pipeline, before.id) as board:
        board.holding(before.fold)
        events = [await board.any() for _ in range(4)]
        await board.equals_a_fresh_query()
        await board.silent()
        held = dict(board.fold.columns)
    told = {event.get("opportunityId") or event["opportunity"]["id"]: event for event in events}
    kinds = {key: event["__typename"] for key, event in told.items()}
    assert kinds == {
        cards["Moved"]: "CardUpdated",
        cards["Lost"]: "CardLeft",
        cards["Gone"]: "CardLeft",
        cards["New"]: "CardEntered",
    }
    assert b"Secret" not in board.raw
    assert held == (await spa.ben.board(spa.pipeline)).columns


async def test_an_id_amid_a_batch_tells_the_rest_with_the_totals(spa: Spa) -> None:
    """ADR-0008: what was cut is told again from where it began; nothing is left out."""
    before, _ = await missed(spa)
    last = before.id
    for taken in (1, 2, 3):
        async with watching(spa.ben, spa.pipeline, last) as board:
            board.holding(before.fold).fold.strict = False
            for _ in range(taken):
                await board.any()
            last = board.id
    async with watching(spa.ben, spa.pipeline, last) as board:
        await board.holding(before.fold).equals_a_fresh_query()
        told = [one.get("opportunityId") or one["opportunity"]["id"] for one in board.events]
        assert len(told) == len(set(told))


async def test_where_nothing_was_missed_the_next_change_comes_next(spa: Spa) -> None:
    """The answer begins at once: the client need not wait for the first event to know."""
    async with watching(spa.ben, spa.pipeline) as board:
        await board.next("BoardSnapshot")
    async with watching(spa.ben, spa.pipeline, board.id) as again:
        assert again.response.status_code == 200
        again.holding(board.fold)
        await again.silent()
        await spa.pair("Grace Park", spa.ben)
        await again.next("CardEntered")
        await again.equals_a_fresh_query()


async def test_the_header_wins_over_after(spa: Spa) -> None:
    """An EventSource repeats its request with the header: the cursor in it is the older one."""
    async with watching(spa.ben, spa.pipeline) as board:
        first = (await board.next("BoardSnapshot"))["cursor"]
        await spa.pair("Grace Park", spa.ben)
        await board.next("CardEntered")
    for after in (first, "no cursor"):
        async with watching(spa.ben, spa.pipeline, board.id, after=after) as again:
            again.holding(board.fold)
            await again.silent()
    async with watching(spa.ben, spa.pipeline, "", after=first) as again:
        told = await again.result()
    assert told["data"]["boardEvents"]["__typename"] == "CardEntered"


async def test_ids_and_cursors_are_one_over_both_transports(spa: Spa) -> None:
    async with watching(spa.ben, spa.pipeline) as board:
        cursor = (await board.next("BoardSnapshot"))["cursor"]
    await spa.pair("Grace Park", spa.ben)
    for last, after in ((board.id, None), (cursor, None), (None, board.id), (None, cursor)):
        more = {} if after is None else {"after": after}
        async with watching(spa.ben, spa.pipeline, last, **more) as again:
            told = await again.result()
        assert told["data"]["boardEvents"]["__typename"] == "CardEntered"
    socket = await spa.watch(spa.ben)
    await socket.cut()
    await spa.pair("Ivy Stone", spa.ben)
    assert socket.fold.cursor is not None
    async with watching(spa.ben, spa.pipeline, socket.fold.cursor) as again:
        again.holding(socket.fold)
        await again.next("CardEntered")
        await again.equals_a_fresh_query()


MALFORMED = ["x", "1", "no cursor", "A" * 103, "A" * 105, "*" * 104, "../" * 30, "A" * 4000]


async def test_a_malformed_id_is_bad_request(spa: Spa) -> None:
    for last in MALFORMED:
        variables: Json = {"pipeline": spa.pipeline, "first": 1}
        async with streaming(spa.ben, LIVE, variables, last_event_id=last) as stream:
            assert stream.response.status_code == 200
            told = await stream.result()
            await stream.completed()
        assert codes_of({"errors": told["errors"]}) == ["BAD_REQUEST"], last


async def test_an_id_of_something_else_is_answered_with_all_of_it(spa: Spa) -> None:
    """C2: another viewer's, another filter's, a mutation's, nobody's: all alike."""

    async def last_of(client: Client, **view: Any) -> str:
        async with watching(client, spa.pipeline, **view) as board:
            await board.next("BoardSnapshot")
        return board.id

    mine = await last_of(spa.ben)
    made = await spa.ben.do("createContact", firstName="Grace", typeId=spa.types["Lead"])
    wrong = [
        await last_of(spa.cleo),
        await last_of(spa.ben, where={"statuses": ["WON"]}),
        made["cursor"],
        "A" * len(mine),
        mine[:-4] + ("AAAA" if mine[-4:] != "AAAA" else "BBBB"),
    ]
    for last in wrong:
        async with watching(spa.ben, spa.pipeline, last) as board:
            assert (await board.next("BoardSnapshot"))["reason"] == "CURSOR_EXPIRED"
            await board.equals_a_fresh_query()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_client_s_order_may_change_on_the_way(spa: Spa) -> None:
    async with watching(spa.ben, spa.pipeline) as board:
        await board.next("BoardSnapshot")
    await spa.pair("Grace Park", spa.ben)
    order = {"field": "NAME", "direction": "ASC"}
    async with watching(spa.ben, spa.pipeline, board.id, order=order) as again:
        await again.holding(board.fold).next("CardEntered")

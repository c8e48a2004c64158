"""The leak list's streams: cursors, shared frames, resumes, and lies at the door."""

import asyncio

from tests.client import LiveBoard
from tests.model.fold import difference
from tests.scenarios.spa import Spa


async def test_a_stolen_cursor_shows_the_thief_his_own_board(decoupled: Spa) -> None:
    ben, cleo = decoupled.ben, decoupled.cleo
    _, bens = await decoupled.pair("Grace Park", ben)
    _, cleos = await decoupled.pair("Henry Oak", cleo)
    stolen = (await decoupled.watch(ben)).fold.cursor
    await decoupled.move(bens, "Booked")
    board = LiveBoard(cleo, decoupled.pipeline)
    decoupled.boards.append(board)
    await board.open(after=stolen)
    assert (await board.next("BoardSnapshot"))["reason"] == "CURSOR_EXPIRED"
    assert board.fold.ids == {cleos}
    assert bens not in str(board.events)


async def test_viewers_of_one_event_share_no_more_than_they_may(decoupled: Spa) -> None:
    poor = await decoupled.hire("Poe", restricted=False, without=["OPPORTUNITY_VALUE_READ"])
    blind = await decoupled.hire("Bo", restricted=False, without=["CONTACTS_READ"])
    reader = await decoupled.hire("Rea", restricted=False, without=["OPPORTUNITIES_WRITE"])
    g = await decoupled.contact("Grace Park", decoupled.ben, email="grace@park.example")
    g1 = await decoupled.card(g, decoupled.ben)
    await decoupled.follow(g1, decoupled.cleo)
    everybody = [
        decoupled.ada,
        decoupled.ben,
        decoupled.cleo,
        decoupled.dan,
        poor,
        blind,
        reader,
    ]
    boards = [await decoupled.watch(each) for each in everybody]

    await decoupled.ada.do("updateOpportunity", id=g1, value="750.00")

    cards = [(await board.next("CardUpdated"))["opportunity"] for board in boards]
    money = [card["value"] and card["value"]["amount"] for card in cards]
    assert money == ["750.00"] * 4 + [None] + ["750.00"] * 2
    emails = [card["contact"] and card["contact"]["email"] for card in cards]
    grace = "grace@park.example"
    assert emails == [grace, grace, None, grace, grace, None, grace]
    assert [card["viewerCanEdit"] for card in cards] == [True] * 6 + [False]
    assert [card["viewerCanDelete"] for card in cards] == [True, True] + [False] * 5
    for client, board in zip(everybody, boards, strict=True):
        fresh = await client.board(decoupled.pipeline)
        assert difference(board.fold, fresh, fresh.cards()) is None


async def test_the_door_believes_the_token_and_nothing_else(decoupled: Spa) -> None:
    ben = decoupled.ben
    _, own = await decoupled.pair("Grace Park", ben)
    await decoupled.pair("Henry Oak", decoupled.cleo)
    board = LiveBoard(ben, decoupled.pipeline)
    decoupled.boards.append(board)
    board.claims = {
        "userId": decoupled.ada.id,
        "user": {"id": decoupled.ada.id},
        "role": "ADMIN",
        "onlyAssignedData": False,
        "practiceId": decoupled.practice,
        "permissions": ["SETTINGS_WRITE"],
    }
    await board.open()
    assert board.fold.ids == {own}
    assert board.events[0]["totals"] is not None
    assert sum(column.count for column in board.fold.columns.values()) == 1


async def test_a_token_in_another_field_opens_nothing(decoupled: Spa) -> None:
    board = LiveBoard(decoupled.ben, decoupled.pipeline)
    decoupled.boards.append(board)
    board.claims = {"Authorization": f"Bearer {decoupled.ada.token}", "token": decoupled.ada.token}
    decoupled.ben.token = "nonsense"
    await board.open()
    assert await board.closed() == 4401
    assert board.events == []


async def test_hidden_changes_make_no_sound(decoupled: Spa) -> None:
    ben, cleo = decoupled.ben, decoupled.cleo
    await decoupled.pair("Grace Park", ben)
    board = await decoupled.watch(ben)
    everything = await decoupled.watch(ben, where={"statuses": []})
    counts = await decoupled.watch(ben, first=0)
    g, g1 = await decoupled.pair("Henry Oak", cleo)
    await decoupled.move(g1, "Booked")
    await decoupled.ada.do("updateContact", id=g, lastName="Elm", email="henry@elm.example")
    await decoupled.ada.do("editTags", contactId=g, add=["laser"])
    await decoupled.own(g1, decoupled.dan)
    await decoupled.follow(g1, cleo)
    await decoupled.access(cleo, onlyAssignedData=False)
    await decoupled.ada.do("deleteContact", id=g)
    await asyncio.sleep(0.2)
    for each in (board, everything, counts):
        await each.silent()


async def test_a_grant_shows_the_card_and_no_old_value(decoupled: Spa) -> None:
    ben = decoupled.ben
    _, g1 = await decoupled.pair("Grace Park", decoupled.cleo)
    board = await decoupled.watch(ben)
    await decoupled.ada.do("updateOpportunity", id=g1, name="Old name", value="111.11")
    await decoupled.ada.do("updateOpportunity", id=g1, name="New name", value="222.22")
    await decoupled.follow(g1, ben)
    entered = await board.next("CardEntered")
    assert set(entered) == {
        "__typename",
        "cursor",
        "hiddenByFilter",
        "ownKeys",
        "totals",
        "sortKey",
        "opportunity",
    }
    assert entered["opportunity"]["name"] == "New name"
    assert not any(text in str(board.events) for text in ("Old name", "111.11"))
    await board.silent()

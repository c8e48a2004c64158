"""C1: a document that comes or goes is told to live boards, to those who may know of it."""

from tests.client import Client, LiveBoard
from tests.documents.filing import field, field_filed, filed
from tests.model.fold import difference
from tests.scenarios.spa import Spa


async def counted(board: LiveBoard, name: str, *, card: int, contact: int | None) -> None:
    """Take one update: what changed, and the numbers of the card and of its contact."""
    told = await board.next("CardUpdated")
    shown = told["opportunity"]
    of_contact = shown["contact"] and shown["contact"]["documentCount"]
    assert (told["changedFields"], shown["documentCount"], of_contact) == ([name], card, contact)


async def same_as_asked(board: LiveBoard) -> None:
    """Assert that the folded board is the one that is read now."""
    fresh = await board.client.board(board.pipeline)
    assert difference(board.fold, fresh, fresh.cards()) is None


async def test_files_of_a_card_s_field_are_counted_on_the_card(spa: Spa) -> None:
    _, card = await spa.pair(owner=spa.ben)
    of = await field(spa, "OPPORTUNITY", allowMultiple=True)
    boards = [await spa.watch(client) for client in (spa.ada, spa.ben, spa.dan)]
    hidden = await spa.watch(spa.cleo)
    made = await field_filed(spa.ben, card, of)
    await field_filed(spa.ada, card, of)
    await spa.ada.do("updateDocument", id=made["id"], name="New.pdf")
    await spa.ada.do("deleteFieldFile", id=made["id"])
    for board in boards:
        for count in (1, 2, 1):
            await counted(board, "documentCount", card=count, contact=0)
        await board.silent()
        await same_as_asked(board)
    await hidden.silent()


async def test_a_contact_s_documents_are_counted_on_the_contact_of_its_cards(spa: Spa) -> None:
    contact, _ = await spa.pair(owner=spa.ben)
    board = await spa.watch(spa.ben)
    made = await filed(spa.ben, contact)
    await spa.ben.do("updateDocument", id=made["id"], folder="Laser")
    await spa.ben.do("deleteDocument", id=made["id"])
    await spa.ben.do("restoreDocument", id=made["id"])
    await field_filed(spa.ben, contact, await field(spa))
    for count in (1, 0, 1, 2):
        await counted(board, "contact", card=0, contact=count)
    await board.silent()
    await same_as_asked(board)


async def test_who_sees_the_card_alone_is_not_told_of_the_contact_s_documents(spa: Spa) -> None:
    contact = await spa.contact(owner=spa.cleo)
    card = await spa.card(contact, spa.ben)
    of = await field(spa, "OPPORTUNITY")
    board = await spa.watch(spa.ben)
    await filed(spa.cleo, contact)
    await board.silent()
    await field_filed(spa.ben, card, of)
    await counted(board, "documentCount", card=1, contact=None)
    await same_as_asked(board)


async def poor_board(spa: Spa) -> tuple[Client, LiveBoard]:
    poor = await spa.hire("Poe", restricted=False, without=["DOCUMENTS_READ"])
    return poor, await spa.watch(poor)


async def test_who_may_not_read_documents_is_told_nothing_and_counts_none(spa: Spa) -> None:
    contact, card = await spa.pair()
    of = await field(spa, "OPPORTUNITY")
    poor, board = await poor_board(spa)
    await filed(spa.ada, contact)
    made = await field_filed(spa.ada, card, of)
    await board.silent()
    await spa.ada.do("updateOpportunity", id=card, name="Laser")
    told = await board.next("CardUpdated")
    assert told["changedFields"] == ["name"]
    assert told["opportunity"]["documentCount"] == 0
    assert told["opportunity"]["contact"]["documentCount"] == 0
    await spa.ada.do("deleteFieldFile", id=made["id"])
    await board.silent()
    await same_as_asked(board)
    await spa.access(poor, permissions=["CONTACTS_READ", "OPPORTUNITIES_READ", "DOCUMENTS_READ"])
    snapshot = await board.next("BoardSnapshot")
    assert snapshot["reason"] == "ACCESS_CHANGED"
    assert board.fold.cards()[card]["contact"]["documentCount"] == 1


async def test_a_change_of_card_and_documents_at_once_tells_each_what_he_may_know(spa: Spa) -> None:
    """What was missed is told at once: of documents to Ben, and to Poe the name alone."""
    _, card = await spa.pair(owner=spa.ben)
    of = await field(spa, "OPPORTUNITY")
    _, poor = await poor_board(spa)
    mine = await spa.watch(spa.ben)
    for board in (poor, mine):
        await board.cut()
    await spa.ada.do("updateOpportunity", id=card, name="Laser")
    await field_filed(spa.ada, card, of)
    for board, fields in ((poor, ["name"]), (mine, ["documentCount", "name"])):
        await board.resume()
        assert (await board.next("CardUpdated"))["changedFields"] == fields
        await board.silent()
        await same_as_asked(board)

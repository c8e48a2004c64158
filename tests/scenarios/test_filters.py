"""C9: what filters mean, and which are bad requests."""

from typing import Any

import pytest

from tests.model.fold import Json
from tests.scenarios.reads import shown
from tests.scenarios.spa import Spa

WHOLE: Json = {"statuses": []}


async def test_board_filters_join_fields_by_and_and_values_by_or(decoupled: Spa) -> None:
    ben, cleo, dan = decoupled.ben, decoupled.cleo, decoupled.dan
    cards: dict[str, str] = {}
    for name, who, source, value in (
        ("A", ben, "Web", "0"),
        ("B", cleo, "ads", "100"),
        ("C", None, None, "200"),
    ):
        contact = await decoupled.contact(f"{name} Person")
        given: Json = {} if source is None else {"source": source}
        cards[name] = await decoupled.card(contact, who, value=value, **given)
    await decoupled.follow(cards["C"], dan)
    await decoupled.ada.do("setOpportunityStatus", id=cards["B"], status="WON")

    async def found(**where: Any) -> str:
        board = await decoupled.ada.board(decoupled.pipeline, where=where)
        assert board.hidden == 3 - len(board.ids)
        return "".join(name for name, card in cards.items() if card in board.ids)

    assert await found() == "AC"
    assert await found(statuses=None) == "AC"
    assert await found(statuses=[]) == "ABC"
    assert await found(statuses=["WON", "OPEN"]) == "ABC"
    assert await found(**WHOLE, ownerIds=[ben.id, cleo.id]) == "AB"
    assert await found(**WHOLE, ownerIds=[ben.id], unassigned=True) == "AC"
    assert await found(**WHOLE, unassigned=True) == "C"
    assert await found(**WHOLE, unassigned=False) == "AB"
    assert await found(**WHOLE, ownerIds=[], search=" ", source=None) == "ABC"
    assert await found(**WHOLE, source=["WEB"]) == "A"
    assert await found(**WHOLE, source=["web", "Ads"]) == "AB"
    assert await found(**WHOLE, followerIds=[dan.id, ben.id]) == "C"
    assert await found(**WHOLE, value={"min": "100"}) == "BC"
    assert await found(**WHOLE, value={"min": "100", "max": "100.00"}) == "B"
    assert await found(ownerIds=[ben.id, cleo.id], value={"max": "500"}) == "A"


async def test_time_ranges_take_their_start_and_leave_their_end(decoupled: Spa) -> None:
    _, g1 = await decoupled.pair("Grace Park")
    await decoupled.move(g1, "Booked")
    card = await shown(decoupled.ada, g1)
    for name in ("createdAt", "updatedAt", "stageEnteredAt", "statusChangedAt"):
        time = card[name]
        for bounds, ids in (
            ({"from": time}, {g1}),
            ({"to": time}, set()),
            ({"from": "2020-01-01T00:00:00+02:00", "to": "2999-01-01T00:00:00Z"}, {g1}),
        ):
            board = await decoupled.ada.board(decoupled.pipeline, where={name: bounds})
            assert board.ids == ids, (name, bounds)


async def test_search_reads_words_by_their_beginnings_without_case_or_accent(
    decoupled: Spa,
) -> None:
    g = await decoupled.contact("Zoë Müller-Lüdenscheidt", email="zm@mail.example")
    g1 = await decoupled.card(g, treatmentOfInterest="Laser Peel")

    async def found(text: str) -> bool:
        board = await decoupled.ada.board(decoupled.pipeline, where={"search": text})
        return g1 in board.ids

    for text in ("zoe", "ZOË", "muller", "lud", "zoe lud", "laser zo", "pee", "zm@mail.example"):
        assert await found(text), text
    for text in ("oe", "uller", "zoe x", "aser"):
        assert not await found(text), text


@pytest.mark.parametrize(
    "where",
    [
        '{ value: { min: "2", max: "1" } }',
        '{ createdAt: { from: "2026-01-02T00:00:00Z", to: "2026-01-01T00:00:00Z" } }',
        '{ createdAt: { from: "2026-01-02T00:00:00Z", to: "2026-01-02T00:00:00Z" } }',
        '{ createdAt: { from: "2026-01-02T00:00:00" } }',
        '{ value: { min: "1.234" } }',
        '{ ownerIds: ["not an id"] }',
        '{ search: "a\\u0007b" }',
    ],
)
async def test_ranges_ids_and_texts_that_make_no_sense_are_bad_requests(
    decoupled: Spa, where: str
) -> None:
    document = f'{{ board(pipelineId: "{decoupled.pipeline}", filter: {where}) {{ id }} }}'
    assert await decoupled.ada.refused(document) == ["BAD_REQUEST"]
    document = f"{{ opportunities(filter: {where}) {{ totalCount }} }}"
    assert await decoupled.ada.refused(document) == ["BAD_REQUEST"]

"""P10 and the leak list's numbers: counts, sums, pages, sorting and searching of hidden things."""

import pytest

from tests.client import LiveBoard
from tests.model.fold import Json
from tests.scenarios.reads import count
from tests.scenarios.spa import Spa

LISTS = """query Lists($search: String, $tag: [ID!], $contacts: ContactOrder) {
  contacts(first: 1, filter: { search: $search, tagIds: $tag }, orderBy: $contacts) {
    totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage }
  }
  opportunities(first: 1, filter: { search: $search, tagIds: $tag }) {
    totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage }
  }
}"""
SINGLE = {"hasNextPage": False, "hasPreviousPage": False}


async def test_counts_and_page_info_come_from_the_visible_records_alone(decoupled: Spa) -> None:
    ben = decoupled.ben
    own = await decoupled.pair("Grace Park", ben)
    for number in range(4):
        await decoupled.pair(f"Grace{number} Park", decoupled.cleo)
    for view in ({}, {"search": "grace"}, {"contacts": {"field": "NAME", "direction": "ASC"}}):
        data = await ben.ask(LISTS, **view)
        for name, record in zip(("contacts", "opportunities"), own, strict=True):
            page = data[name]
            assert [page["totalCount"], page["nodes"]] == [1, [{"id": record}]]
            assert page["pageInfo"] == SINGLE
    data = await decoupled.cleo.ask(LISTS)
    assert data["contacts"]["pageInfo"]["hasNextPage"] is True


async def test_stage_sums_and_hidden_by_filter_ignore_what_he_cannot_see(decoupled: Spa) -> None:
    ben, lead = decoupled.ben, decoupled.stages["Lead"]
    await decoupled.pair("Grace Park", ben)
    board = await decoupled.watch(ben)
    hidden = (await decoupled.pair("Henry Oak", decoupled.cleo))[1]
    for stage in ("Booked", "Patient"):
        await decoupled.move(hidden, stage)
    await decoupled.ada.do("setOpportunityStatus", id=hidden, status="WON")
    await board.silent()
    filters: list[Json] = [{}, {"statuses": []}, {"statuses": ["WON"]}]
    for where in filters:
        fresh = await ben.board(decoupled.pipeline, where=where)
        shown = 0 if where.get("statuses") == ["WON"] else 1
        assert [count(fresh), fresh.hidden] == [shown, 1 - shown]
        assert fresh.columns[lead].value == ("500.00" if shown else "0.00")
        assert {column.value for column in fresh.columns.values()} <= {"500.00", "0.00"}


async def test_search_and_tags_of_a_hidden_contact_find_nothing(decoupled: Spa) -> None:
    cleo, ada = decoupled.cleo, decoupled.ada
    g = await decoupled.contact(owner=decoupled.ben, email="zed@park.example", phone="+12025550143")
    await decoupled.card(g, cleo, treatmentOfInterest="Botox")
    tagged = await ada.do("editTags", contactId=g, add=["laser"])
    assert tagged["accessLost"] is False
    tags = (await ada.ask("{ viewer { practice { tags { id } } } }"))["viewer"]["practice"]["tags"]
    tag = [each["id"] for each in tags]

    async def found(**view: object) -> list[int]:
        data = await cleo.ask(LISTS, **view)
        return [data[name]["totalCount"] for name in ("contacts", "opportunities")]

    assert await found(search="grace") == [0, 1]
    assert await found(search="botox") == [0, 1]
    for text in ("zed", "zed@park.example", "12025550143", "2025550143", "grace zed"):
        assert await found(search=text) == [0, 0], text
    assert await found(tag=tag) == [0, 0]
    await decoupled.follow(g, cleo)
    for text in ("zed", "zed@park.example", "12025550143", "2025550143", "grace zed"):
        assert await found(search=text) == [1, 1], text
    assert await found(tag=tag) == [1, 1]


async def test_no_event_tells_that_a_hidden_contact_began_to_match(decoupled: Spa) -> None:
    cleo, ada = decoupled.cleo, decoupled.ada
    other = await decoupled.contact("Tag Teacher")
    await ada.do("editTags", contactId=other, add=["laser"])
    tags = (await ada.ask("{ viewer { practice { tags { id } } } }"))["viewer"]["practice"]["tags"]
    g, g1 = await decoupled.pair("Grace Park", decoupled.ben)
    await decoupled.follow(g1, cleo)
    by_search = await decoupled.watch(cleo, where={"search": "zed"})
    by_tag = await decoupled.watch(cleo, where={"tagIds": [tags[0]["id"]]})
    by_both = await decoupled.watch(decoupled.ben, where={"search": "zed"})
    await ada.do("updateContact", id=g, email="zed@park.example")
    assert (await by_both.next("CardEntered"))["opportunity"]["id"] == g1
    await ada.do("editTags", contactId=g, add=["laser"])
    await by_search.silent()
    await by_tag.silent()
    assert [by_search.fold.ids, by_tag.fold.ids] == [set(), set()]


@pytest.mark.parametrize(
    "request_text",
    [
        "board(pipelineId: $p, orderBy: { field: VALUE }) { id }",
        'board(pipelineId: $p, filter: { value: { min: "1" } }) { id }',
        "opportunities(orderBy: { field: VALUE, direction: ASC }) { totalCount }",
        'opportunities(filter: { pipelineId: $p, value: { max: "9" } }) { totalCount }',
        'contacts { nodes { opportunities(filter: { value: { min: "1" } }) { totalCount } } }',
    ],
)
async def test_sorting_or_filtering_by_a_hidden_value_is_refused(
    decoupled: Spa, request_text: str
) -> None:
    poor = await decoupled.hire("Poe", restricted=False, without=["OPPORTUNITY_VALUE_READ"])
    await decoupled.pair()
    document = "{ " + request_text.replace("$p", f'"{decoupled.pipeline}"') + " }"
    body = await poor.body(document)
    codes = [error["extensions"]["code"] for error in body["errors"]]
    assert codes == ["FORBIDDEN"]
    assert "500" not in str(body.get("data"))


async def test_streams_sorted_or_filtered_by_a_hidden_value_are_refused(decoupled: Spa) -> None:
    poor = await decoupled.hire("Poe", restricted=False, without=["OPPORTUNITY_VALUE_READ"])
    await decoupled.pair()
    views: list[Json] = [
        {"order": {"field": "VALUE", "direction": "ASC"}},
        {"where": {"value": {"min": "1"}}},
    ]
    for view in views:
        board: LiveBoard = await decoupled.watch(poor, **view)
        assert await board.ended() == ["FORBIDDEN"]
        assert board.events == []


async def test_money_is_null_everywhere_without_the_right(decoupled: Spa) -> None:
    poor = await decoupled.hire("Poe", restricted=False, without=["OPPORTUNITY_VALUE_READ"])
    _, g1 = await decoupled.pair()
    await decoupled.ada.do("updateOpportunity", id=g1, value="777.77")
    board = await decoupled.watch(poor)
    await decoupled.ada.do("updateOpportunity", id=g1, value="888.88")
    await board.next("CardUpdated")
    await decoupled.move(g1, "Booked")
    await board.next("CardUpdated")
    payload = await poor.do("updateOpportunity", id=g1, name="Laser")
    assert payload["opportunity"]["value"] is None
    everything = await poor.everything(decoupled.pipeline)
    for text in (str(board.events), str(everything), str(payload)):
        assert not any(amount in text for amount in ("777.77", "888.88"))


async def test_sources_are_those_of_visible_records(decoupled: Spa) -> None:
    await decoupled.contact("Grace Park", decoupled.ben, source="Website")
    await decoupled.contact("Henry Oak", decoupled.cleo, source="Secret campaign")
    query = "{ viewer { practice { sources } } }"
    found = (await decoupled.ben.ask(query))["viewer"]["practice"]["sources"]
    assert found == ["Website"]

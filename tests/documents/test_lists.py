"""P10: lists of documents: search, filters, pages, totals and folders, of what is seen alone."""

from typing import Any

from tests.client import Client
from tests.documents.filing import field, field_filed, filed
from tests.model.fold import Json
from tests.scenarios.spa import Spa
from tests.statements import Statement, statements

PAGE = """totalCount nodes { id name }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"""
LIST = f"""query Q($first: Int, $after: String, $last: Int, $before: String, $f: DocumentFilter) {{
  documents(first: $first, after: $after, last: $last, before: $before, filter: $f) {{ {PAGE} }}
}}"""
OF_CONTACT = f"""query Q($id: ID!, $first: Int, $after: String, $f: DocumentFilter) {{
  contact(id: $id) {{ documents(first: $first, after: $after, filter: $f) {{ {PAGE} }} }}
}}"""
FOLDERS = """query Q($id: ID!) { contact(id: $id) {
  documentFolders { name system count }
} }"""


async def names(client: Client, document: str = LIST, **asked: Any) -> list[str]:
    """Return the names in a list; its total is that of the names."""
    data = await client.ask(document, first=100, **asked)
    page = (data.get("contact") or data)["documents"]
    found = [one["name"] for one in page["nodes"]]
    assert page["totalCount"] == len(found)
    return found


def about_documents(heard: list[Statement]) -> int:
    """Return how many statements are about documents and fields."""
    return sum("document" in one.sql or "custom_field" in one.sql for one in heard)


async def test_documents_are_found_by_words_of_their_name_and_of_their_text(spa: Spa) -> None:
    contact = await spa.contact()
    await filed(spa.ada, contact, "Botox Plán.pdf", words=["hyaluron", "march"])
    other = await filed(spa.ada, contact, "Consent.pdf", words=["hyaline"])
    for search, found in (
        ("plan", ["Botox Plán.pdf"]),
        ("BOT", ["Botox Plán.pdf"]),
        ("hya", ["Consent.pdf", "Botox Plán.pdf"]),
        ("hya bot", ["Botox Plán.pdf"]),
        ("botox consent", []),
        ("yaluron", []),
        ("pdf", ["Consent.pdf", "Botox Plán.pdf"]),
        (" ", ["Consent.pdf", "Botox Plán.pdf"]),
    ):
        assert await names(spa.ada, f={"search": search}) == found, search
        assert await names(spa.ada, OF_CONTACT, id=contact, f={"search": search}) == found, search
    await spa.ada.do("updateDocument", id=other["id"], name="Waiver.pdf")
    assert await names(spa.ada, f={"search": "consent"}) == []
    assert await names(spa.ada, f={"search": "waiver hyaline"}) == ["Waiver.pdf"]


async def test_filters_are_joined_by_and_their_values_by_or(spa: Spa) -> None:
    one, two = await spa.contact("One"), await spa.contact("Two")
    of = await field(spa)
    await filed(spa.ada, one, "a.pdf", folder="Laser")
    await filed(spa.ada, one, "b.pdf")
    await filed(spa.ada, two, "c.pdf", folder="LASER")
    await field_filed(spa.ada, two, of, name="d.pdf")
    gone = await filed(spa.ada, two, "e.pdf")
    await spa.ada.do("deleteDocument", id=gone["id"])
    told: list[tuple[Json, str]] = [
        ({}, "dcba"),
        ({"folders": ["laser"]}, "ca"),
        ({"folders": ["laser", "Internal"]}, "cba"),
        ({"folders": ["custom fields"], "kinds": ["FILE"]}, ""),
        ({"kinds": ["FORM_FIELD_FILE"]}, "d"),
        ({"kinds": ["FORM_FIELD_FILE", "FILE"], "contactIds": [two]}, "dc"),
        ({"contactIds": [one, two], "folders": ["laser"]}, "ca"),
        ({"contactIds": [of["id"]]}, ""),
        ({"statuses": ["STORED"], "search": "c"}, "c"),
        ({"statuses": ["DRAFT", "SENT"]}, ""),
        ({"deleted": False}, "dcba"),
        ({"deleted": True}, "e"),
        ({"deleted": True, "contactIds": [one]}, ""),
    ]
    for asked, found in told:
        assert await names(spa.ada, f=asked) == [f"{name}.pdf" for name in found], asked
    assert await names(spa.ada, OF_CONTACT, id=two, f={"deleted": True}) == ["e.pdf"]
    assert await names(spa.ada, OF_CONTACT, id=two, f={"folders": ["LAser"]}) == ["c.pdf"]


async def test_pages_go_both_ways_and_leave_nothing_out(spa: Spa) -> None:
    contact = await spa.contact()
    every = [(await filed(spa.ada, contact, f"{n}.pdf"))["id"] for n in range(5)][::-1]
    first = (await spa.ada.ask(LIST, first=2))["documents"]
    info = first["pageInfo"]
    second = (await spa.ada.ask(LIST, first=2, after=info["endCursor"]))["documents"]
    third = (await spa.ada.ask(LIST, first=2, after=second["pageInfo"]["endCursor"]))["documents"]
    ids = [[one["id"] for one in page["nodes"]] for page in (first, second, third)]
    assert ids == [every[:2], every[2:4], every[4:]]
    assert {page["totalCount"] for page in (first, second, third)} == {5}
    ends = [
        (page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["hasNextPage"])
        for page in (first, second, third)
    ]
    assert ends == [(False, True), (True, True), (True, False)]
    before = second["pageInfo"]["startCursor"]
    back = (await spa.ada.ask(LIST, last=2, before=before))["documents"]
    assert [one["id"] for one in back["nodes"]] == every[:2]
    page = (await spa.ada.ask(OF_CONTACT, id=contact, first=3))["contact"]["documents"]
    after = page["pageInfo"]["endCursor"]
    rest = (await spa.ada.ask(OF_CONTACT, id=contact, first=3, after=after))["contact"]["documents"]
    assert [one["id"] for one in (*page["nodes"], *rest["nodes"])] == every


async def test_totals_and_pages_are_of_what_is_seen(spa: Spa) -> None:
    mine, hidden = await spa.contact("One", spa.ben), await spa.contact("Two", spa.cleo)
    await filed(spa.ben, mine, "mine.pdf")
    for number in range(3):
        await filed(spa.cleo, hidden, f"{number}.pdf")
    page = (await spa.ben.ask(LIST, first=1))["documents"]
    assert (page["totalCount"], page["nodes"][0]["name"]) == (1, "mine.pdf")
    assert (page["pageInfo"]["hasNextPage"], page["pageInfo"]["hasPreviousPage"]) == (False, False)
    assert await names(spa.ben, f={"contactIds": [hidden]}) == []
    assert await names(spa.ben, f={"search": "0"}) == []
    poor = await spa.hire("Poe", restricted=False, without=["DOCUMENTS_READ"])
    assert await names(poor) == []


async def test_folders_are_those_of_every_record_and_its_own_with_their_counts(spa: Spa) -> None:
    contact, other = await spa.contact("One"), await spa.contact("Two")
    for folder in ("Zeta", "laser", "LASER", "Sent", None):
        await filed(spa.ada, contact, folder=folder)
    await filed(spa.ada, other, folder="Other")
    await field_filed(spa.ada, contact, await field(spa))
    gone = await filed(spa.ada, contact, folder="Gone")
    await spa.ada.do("deleteDocument", id=gone["id"])
    found = (await spa.ada.ask(FOLDERS, id=contact))["contact"]["documentFolders"]
    told = [(one["name"], one["system"], one["count"]) for one in found]
    assert [(name.title(), system, count) for name, system, count in told] == [
        ("Internal", True, 1),
        ("Sent", True, 1),
        ("Received", True, 0),
        ("Custom Fields", True, 1),
        ("Laser", False, 2),
        ("Zeta", False, 1),
    ]
    assert told[4][0] in ("laser", "LASER")
    poor = await spa.hire("Poe", restricted=False, without=["DOCUMENTS_READ"])
    found = (await poor.ask(FOLDERS, id=contact))["contact"]["documentFolders"]
    assert [(one["system"], one["count"]) for one in found] == [(True, 0)] * 4


COUNTED = """{
  contacts(first: 50) { nodes { id documentCount } }
  opportunities(first: 50) { nodes { id documentCount } }
}"""
FILLED = """{ contacts(first: 50) { nodes { id
  customFields { field { name } files { name uploadedBy { name } contact { name } } }
} } }"""

DEFINED = "{ contacts(first: 50) { nodes { id customFields { field { name } } } } }"


async def test_counts_and_fields_of_a_page_take_as_many_statements_as_of_one_record(
    spa: Spa,
) -> None:
    of, on_cards = await field(spa), await field(spa, "OPPORTUNITY")
    asked: list[list[int]] = []
    for number in range(3):
        contact, card = await spa.pair(f"Grace{number} Park")
        await field_filed(spa.ada, contact, of)
        await field_filed(spa.ada, card, on_cards)
        await filed(spa.ada, contact)
        counts = []
        for document in (COUNTED, FILLED, DEFINED):
            with statements(spa.server.desk.services.database.engine.sync_engine) as heard:
                data = await spa.ada.ask(document)
            counts.append(about_documents(heard))
            assert len(data["contacts"]["nodes"]) == number + 1
        asked.append(counts)
        data = await spa.ada.ask(COUNTED)
        assert {one["documentCount"] for one in data["contacts"]["nodes"]} == {2}
        assert {one["documentCount"] for one in data["opportunities"]["nodes"]} == {1}
    assert asked[0] == asked[1] == asked[2]
    assert asked[0][2] < asked[0][1]  # files that nobody asks for are not read

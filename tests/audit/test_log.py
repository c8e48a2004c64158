"""R97: the audit trail through the API: who may read it, what is withheld, filters and pages."""

from typing import Any

import pytest

from resolvers.ids import global_id, parse
from tests.audit.trail import Json, last_number, read_by, told
from tests.client import Client
from tests.scenarios.spa import Spa, open_spa
from tests.server import Server

ENTRY = """id number at actorKind actor { id } action recordKind recordId requestId hash
  changes { field before after }"""
LOG = (
    "query ($where: AuditFilter, $first: Int, $after: String, $last: Int, $before: String) {"
    " auditLog(filter: $where, first: $first, after: $after, last: $last, before: $before) {"
    " totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    " edges { cursor } nodes { " + ENTRY + " } } }"
)
SIGN_OUT = "mutation ($id: ID!) { signOutUser(input: {id: $id}) { errors { code } } }"
NODE = "query ($id: ID!) { node(id: $id) { id ...on AuditEntry { number action } } }"


async def log(client: Client, **asked: Any) -> Json:
    found: Json = (await client.ask(LOG, **asked))["auditLog"]
    return found


async def entries(client: Client, **where: Any) -> list[Json]:
    """Return what a filter finds, newest first."""
    found: list[Json] = (await log(client, where=where, first=100))["nodes"]
    return found


def changes(entry: Json) -> dict[str, tuple[str | None, str | None]]:
    return {one["field"]: (one["before"], one["after"]) for one in entry["changes"]}


async def test_newest_first_with_all_that_is_stored(spa: Spa) -> None:
    contact = await spa.contact("Grace Park", spa.ben)
    found = await entries(spa.ada)
    rows = await told(spa)
    assert [one["number"] for one in found] == [row["number"] for row in reversed(rows)]
    assert [one["hash"] for one in found] == [row["hash"] for row in reversed(rows)]
    newest = found[0]
    assert (newest["action"], newest["recordKind"]) == ("createContact", "Contact")
    assert (newest["recordId"], newest["actor"]["id"]) == (contact, spa.ada.id)
    assert newest["requestId"] == rows[-1]["request_id"]
    told_changes = changes(newest)
    assert told_changes["name"] == (None, "Grace Park")
    assert told_changes["ownerId"] == (None, spa.ben.id)
    assert told_changes["typeId"] == (None, spa.types["Lead"])
    assert told_changes["doNotDisturbAll"] == (None, "false")
    oldest = found[-1]
    assert (oldest["actor"], oldest["actorKind"]) == (None, "SYSTEM")
    assert (oldest["recordId"], oldest["requestId"]) == (spa.practice, None)


async def test_lists_of_ids_are_told_as_the_api_spells_them(spa: Spa) -> None:
    contact = await spa.contact("Grace Park")
    await spa.follow(contact, spa.ben, spa.cleo)
    (newest,) = await entries(spa.ada, actions=["addFollowers"])
    before, after = changes(newest)["followers"]
    assert before == "[]"
    assert after is not None
    assert all(person.id in after for person in (spa.ben, spa.cleo))


async def test_filters(spa: Spa) -> None:
    contact, card = await spa.pair("Grace Park", spa.ben)
    await spa.move(card, "Booked", by=spa.ben)
    by_ben = await entries(spa.ada, actorId=spa.ben.id)
    assert [one["action"] for one in by_ben] == ["moveOpportunity"]
    of_card = await entries(spa.ada, recordId=card)
    assert [one["action"] for one in of_card] == ["moveOpportunity", "createOpportunity"]
    both = await entries(spa.ada, recordId=card, actorId=spa.ada.id)
    assert [one["action"] for one in both] == ["createOpportunity"]
    made = await entries(spa.ada, actions=["createContact", "createOpportunity"])
    assert [one["recordId"] for one in made] == [card, contact]
    assert len(await entries(spa.ada, actions=[])) > 5
    at = of_card[0]["at"]
    assert [one["action"] for one in await entries(spa.ada, recordId=card, at={"from": at})] == [
        "moveOpportunity"
    ]
    assert [one["action"] for one in await entries(spa.ada, recordId=card, at={"to": at})] == [
        "createOpportunity"
    ]
    assert await spa.ada.refused(LOG, where={"at": {"from": at, "to": at}}) == ["BAD_REQUEST"]
    assert await spa.ada.refused(LOG, where={"recordId": "nonsense"}) == ["BAD_REQUEST"]
    swapped = global_id("Contact", parse(card).id)
    for where in ({"recordId": swapped}, {"actorId": contact}, {"actions": ["none"]}):
        assert await entries(spa.ada, **where) == []


async def test_ended_sessions_are_found_under_their_user(spa: Spa) -> None:
    await spa.ada.ask(SIGN_OUT, id=spa.ben.id)
    newest, made = await entries(spa.ada, recordId=spa.ben.id)
    assert (newest["action"], newest["recordKind"]) == ("signOutUser", "Session")
    assert newest["recordId"] == made["recordId"] == spa.ben.id


async def test_pages_go_both_ways(spa: Spa) -> None:
    await spa.pair("Grace Park", spa.ben)
    where = {"actions": ["createUser", "createContact", "createOpportunity"]}
    every = await log(spa.ada, where=where)
    numbers = [one["number"] for one in every["nodes"]]
    assert every["totalCount"] == len(numbers) == 5
    first = await log(spa.ada, where=where, first=2)
    after = first["pageInfo"]["endCursor"]
    second = await log(spa.ada, where=where, first=2, after=after)
    assert [one["number"] for one in second["nodes"]] == numbers[2:4]
    assert [first["pageInfo"][name] for name in ("hasPreviousPage", "hasNextPage")] == [False, True]
    assert [second["pageInfo"][name] for name in ("hasPreviousPage", "hasNextPage")] == [True, True]
    before = second["pageInfo"]["startCursor"]
    back = await log(spa.ada, where=where, last=1, before=before)
    assert [one["number"] for one in back["nodes"]] == numbers[1:2]
    oldest = await log(spa.ada, where=where, last=2)
    assert [one["number"] for one in oldest["nodes"]] == numbers[3:]
    assert oldest["totalCount"] == 5
    assert first["edges"][1]["cursor"] != after  # a cursor is never twice the same


async def test_cursors_belong_to_this_list_and_viewer(spa: Spa) -> None:
    contact = await spa.contact("Grace Park")
    auditor = await spa.hire("Audrey", restricted=False, extra=["AUDIT_READ"])
    cursor = (await log(spa.ada, first=1))["pageInfo"]["endCursor"]
    assert contact
    assert await auditor.refused(LOG, after=cursor) == ["BAD_REQUEST"]
    contacts = "query ($after: String) { contacts(after: $after) { pageInfo { endCursor } } }"
    assert await spa.ada.refused(contacts, after=cursor) == ["BAD_REQUEST"]
    other = (await spa.ada.ask(contacts))["contacts"]["pageInfo"]["endCursor"]
    assert await spa.ada.refused(LOG, after=other) == ["BAD_REQUEST"]
    assert await spa.ada.refused(LOG, first=101) == ["BAD_REQUEST"]


async def test_it_needs_the_right_and_is_never_for_restricted_users(spa: Spa) -> None:
    newest = (await entries(spa.ada))[0]["id"]
    strict = await spa.hire("Strict", restricted=True, extra=["AUDIT_READ"])
    before = await last_number(spa)
    for person in (spa.ben, spa.dan, strict):
        assert await person.refused(LOG) == ["FORBIDDEN"]
        assert await person.ask(NODE, id=newest) == {"node": None}
    assert await read_by(spa, before) == []
    await spa.access(strict, onlyAssignedData=False)
    assert (await entries(strict))[0]["action"] == "updateUserAccess"


async def test_asking_is_a_row_with_the_count(spa: Spa) -> None:
    auditor = await spa.hire("Audrey", restricted=False, extra=["AUDIT_READ"])
    before = await last_number(spa)
    found = (await log(auditor, first=3))["nodes"]
    await auditor.ask("{ auditLog { totalCount } }")
    one = (await auditor.ask(NODE, id=found[0]["id"]))["node"]
    assert (one["id"], one["number"]) == (found[0]["id"], before)
    rows = await read_by(spa, before)
    assert [(row["action"], row["changes"]) for row in rows] == [
        ("audit.read", {"count": 3}),
        ("audit.read", {"count": 0}),
        ("audit.read", {"count": 1}),
    ]
    assert {(row["actor_id"], row["record_kind"]) for row in rows} == {
        (parse(auditor.id).id, "Practice")
    }


WITHHELD: list[tuple[str, str, set[str]]] = [
    ("CONTACTS_READ", "createContact", set()),
    ("OPPORTUNITIES_READ", "createOpportunity", set()),
    ("TEAM_READ", "createUser", set()),
    ("OPPORTUNITY_VALUE_READ", "createOpportunity", {"valueSource"}),
]


@pytest.mark.parametrize(("right", "action", "kept"), WITHHELD)
async def test_what_its_reader_may_not_know_is_withheld(
    spa: Spa, right: str, action: str, kept: set[str]
) -> None:
    await spa.pair("Grace Park", spa.ben)
    auditor = await spa.hire("Audrey", restricted=False, extra=["AUDIT_READ"], without=[right])
    entry = (await entries(auditor, actions=[action]))[-1]
    whole = (await entries(spa.ada, actions=[action]))[-1]
    assert entry["number"] == whole["number"]
    if kept:
        hidden = changes(whole).keys() - changes(entry).keys()
        assert hidden == {"value"}
        assert kept <= changes(entry).keys()
    else:
        assert (len(whole["changes"]) > 2, entry["changes"]) == (True, [])


async def test_nothing_crosses_practices(server: Server, spa: Spa) -> None:
    contact = await spa.contact("Grace Park")
    async with open_spa(server, different_owners=True, name="other") as other:
        newest = (await entries(other.ada))[0]
        assert {one["actor"]["id"] for one in await entries(other.ada) if one["actor"]} == {
            other.ada.id
        }
        for where in ({"recordId": contact}, {"actorId": spa.ada.id}):
            assert await entries(other.ada, **where) == []
        assert await spa.ada.ask(NODE, id=newest["id"]) == {"node": None}
        assert newest["id"] not in {one["id"] for one in await entries(spa.ada)}

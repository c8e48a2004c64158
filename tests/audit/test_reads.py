"""P21, C11: what a reader is shown leaves a row, what he is not shown leaves none."""

from typing import Any

import pytest
from uuid_utils import uuid7

from resolvers.ids import global_id, parse
from tests.audit.trail import Json, last_number, read_by
from tests.client import Client
from tests.scenarios.spa import Spa

Told = list[tuple[str, str | None, Json]]
LISTED = "{ %s(first: 10) { totalCount nodes { id } } }"


class Reads:
    """A med spa with Grace's and Hugo's records, of which Ben sees Grace's card only."""

    def __init__(self, spa: Spa) -> None:
        self.spa = spa

    async def set_up(self) -> "Reads":
        self.grace = await self.spa.contact("Grace Park")
        self.card = await self.spa.card(self.grace, self.spa.ben)
        self.hugo = await self.spa.contact("Hugo Hill", self.spa.cleo)
        self.other = await self.spa.card(self.hugo)
        return self

    async def of(self, client: Client, document: str, **variables: Any) -> Told:
        """Return (action, record, changes) of the rows that a request leaves, in order."""
        before = await last_number(self.spa)
        answer = await client.post(document, variables)
        rows = await read_by(self.spa, before)
        for row in rows:
            assert (row["actor_kind"], row["actor_id"]) == ("user", parse(client.id).id)
            assert row["request_id"] == answer.headers["x-request-id"]
        return [(row["action"], named(row), row["changes"]) for row in rows]


def named(row: Json) -> str | None:
    key = row["record_id"]
    return key and global_id(row["record_kind"], key)


@pytest.fixture
async def reads(spa: Spa) -> Reads:
    return await Reads(spa).set_up()


async def test_single_records_leave_a_row_each(reads: Reads) -> None:
    ada, grace, card = reads.spa.ada, reads.grace, reads.card
    contact: Any = ("contact.read", grace, {})
    opportunity: Any = ("opportunity.read", card, {})
    one = "query ($id: ID!) { contact(id: $id) { name } }"
    assert await reads.of(ada, one, id=grace) == [contact]
    one = "query ($id: ID!) { opportunity(id: $id) { name contactCard { name } } }"
    assert await reads.of(ada, one, id=card) == [opportunity]
    one = "query ($id: ID!) { opportunity(id: $id) { name contact { name } } }"
    assert await reads.of(ada, one, id=card) == [opportunity, contact]
    one = "query ($id: ID!) { node(id: $id) { id ...on Opportunity { contact { name } } } }"
    assert await reads.of(ada, one, id=grace) == [contact]
    assert await reads.of(ada, one, id=card) == [opportunity, contact]


async def test_a_record_shown_twice_in_a_request_leaves_one_row(reads: Reads) -> None:
    ada, grace, card = reads.spa.ada, reads.grace, reads.card
    document = """query ($card: ID!, $grace: ID!) {
      a: opportunity(id: $card) { id contact { id } } b: contact(id: $grace) { id }
      nodes(ids: [$grace, $card, $grace]) { id }
    }"""
    told = await reads.of(ada, document, card=card, grace=grace)
    assert told == [("opportunity.read", card, {}), ("contact.read", grace, {})]


async def test_nodes_and_followers_leave_a_row_a_record(reads: Reads) -> None:
    ada = reads.spa.ada
    await reads.spa.follow(reads.hugo, reads.spa.ben)
    ask = "query ($id: ID!) { contact(id: $id) { followers { id } } }"
    follower = (await ada.ask(ask, id=reads.hugo))["contact"]["followers"][0]["id"]
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    ids = [reads.spa.practice, follower, reads.card, ada.id, reads.grace, reads.spa.pipeline]
    told = await reads.of(ada, document, ids=ids)
    assert sorted((action, key) for action, key, _ in told) == [
        *sorted([("contact.read", reads.grace), ("contact.read", reads.hugo)]),
        ("opportunity.read", reads.card),
    ]


async def test_what_is_hidden_or_missing_leaves_nothing(reads: Reads) -> None:
    ben = reads.spa.ben
    missing = global_id("Contact", parse(reads.spa.ada.id).id)
    one = "query ($id: ID!) { contact(id: $id) { name } node(id: $id) { id } }"
    for key in (reads.grace, reads.hugo, missing, reads.other, "nonsense"):
        assert await reads.of(ben, one, id=key) == []
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    told = await reads.of(ben, document, ids=[reads.hugo, missing, reads.card, reads.other])
    assert told == [("opportunity.read", reads.card, {})]
    hidden = "query ($id: ID!) { opportunity(id: $id) { name contact { name } } }"
    assert await reads.of(ben, hidden, id=reads.card) == [("opportunity.read", reads.card, {})]


@pytest.mark.parametrize("leave", ["@skip(if: $leave)", "@include(if: $take)"])
async def test_what_a_directive_leaves_out_is_not_shown(reads: Reads, leave: str) -> None:
    document = f"""query ($id: ID!, $leave: Boolean = true, $take: Boolean = false) {{
      opportunity(id: $id) {{ id {leave} ...on Opportunity {leave} {{ contact {{ id }} }}
        version contact {leave} {{ id }} }}
      contacts {{ totalCount @skip(if: $take) @include(if: $leave) nodes {leave} {{ id }} }}
    }}"""
    told = await reads.of(reads.spa.ada, document, id=reads.card)
    assert told == [
        ("opportunity.read", reads.card, {}),
        ("contacts.listed", None, {"count": 0}),
    ]


async def test_lists_leave_one_row_with_the_count(reads: Reads) -> None:
    ada, ben = reads.spa.ada, reads.spa.ben
    assert await reads.of(ada, LISTED % "contacts") == [("contacts.listed", None, {"count": 2})]
    assert await reads.of(ben, LISTED % "contacts") == [("contacts.listed", None, {"count": 0})]
    cards = LISTED % "opportunities"
    assert await reads.of(ada, cards) == [("opportunities.listed", None, {"count": 2})]
    assert await reads.of(ben, cards) == [("opportunities.listed", None, {"count": 1})]
    edges = "{ opportunities(first: 1) { edges { node { contact { name } } } } }"
    assert await reads.of(ada, edges) == [("opportunities.listed", None, {"count": 1})]
    counted = "{ opportunities { totalCount pageInfo { hasNextPage } } }"
    assert await reads.of(ada, counted) == [("opportunities.listed", None, {"count": 0})]


async def test_a_contact_s_opportunities_are_a_list(reads: Reads) -> None:
    document = """query ($id: ID!) { contact(id: $id) { id opportunities { nodes { id } } }
      contacts { nodes { opportunities { nodes { id } } } } }"""
    told = await reads.of(reads.spa.ada, document, id=reads.grace)
    assert sorted(told, key=str) == [
        ("contact.read", reads.grace, {}),
        ("contacts.listed", None, {"count": 2}),
        ("opportunities.listed", None, {"count": 3}),
    ]


async def test_boards_leave_one_row_with_the_count(reads: Reads) -> None:
    spa = reads.spa
    query = "query ($id: ID!) { board(pipelineId: $id) { id columns { id %s } } }"
    cards = "cards(first: 10) { nodes { contact { id } } }"
    told = await reads.of(spa.ada, query % cards, id=spa.pipeline)
    assert told == [("board.read", spa.pipeline, {"count": 2})]
    told = await reads.of(spa.ben, query % cards, id=spa.pipeline)
    assert told == [("board.read", spa.pipeline, {"count": 1})]
    told = await reads.of(spa.ada, query % "totals { count }", id=spa.pipeline)
    assert told == [("board.read", spa.pipeline, {"count": 0})]
    assert await reads.of(spa.ada, query % cards, id=reads.grace) == []
    board = (await spa.ada.ask(query % "", id=spa.pipeline))["board"]
    node = f"query ($id: ID!) {{ node(id: $id) {{ id ...on BoardColumn {{ {cards} }} }} }}"
    told = await reads.of(spa.ada, node, id=board["columns"][0]["id"])
    assert told == [("board.read", spa.pipeline, {"count": 2})]
    await spa.access(spa.ben, permissions=[])
    assert await reads.of(spa.ben, query % cards, id=spa.pipeline) == []


async def test_a_changed_record_in_a_payload_is_no_further_read(reads: Reads) -> None:
    spa = reads.spa
    document = """mutation ($id: ID!, $tag: String!) {
      editTags(input: {contactId: $id, add: [$tag]}) { contact { name } }
      createContact(input: {email: "eve@spa.example", typeId: $type}) { contact { id } }
    }""".replace("$type", f'"{spa.types["Lead"]}"')
    told = await reads.of(spa.ada, document, id=reads.grace, tag="Botox")
    assert sorted({action for action, _, _ in told}) == ["createContact", "editTags"]


async def test_a_change_that_changes_nothing_shows_the_record_all_the_same(reads: Reads) -> None:
    spa = reads.spa
    document = """mutation ($id: ID!) { updateContact(input: {id: $id}) {
      contact { name opportunities { nodes { id } } } } }"""
    told = await reads.of(spa.ada, document, id=reads.grace)
    assert [action for action, _, _ in told] == ["contact.read", "opportunities.listed"]
    assert told[0][1] == reads.grace


async def test_a_repeat_shows_the_record_again(reads: Reads) -> None:
    spa = reads.spa
    document = """mutation ($id: ID!) {
      editTags(input: {contactId: $id, add: ["Laser"]}) @idempotent(key: "k") { contact { name } }
    }"""
    first = await reads.of(spa.ada, document, id=reads.grace)
    assert [action for action, _, _ in first if action != "editTags"] == []
    again = await reads.of(spa.ada, document, id=reads.grace)
    assert again == [("contact.read", reads.grace, {})]


async def test_the_contact_that_a_duplicate_shows_is_read(reads: Reads) -> None:
    spa = reads.spa
    await spa.ada.do("updateContact", id=reads.grace, email="grace@spa.example")
    document = """mutation ($type: ID!) {
      createContact(input: {email: "grace@spa.example", typeId: $type}) {
        errors { ... on DuplicateError { existing { ... on Contact { name phone } } } } } }"""
    told = await reads.of(spa.ada, document, type=spa.types["Lead"])
    assert [(action, record) for action, record, _ in told] == [("contact.read", reads.grace)]


async def test_the_vocabulary_is_no_patient_record(reads: Reads) -> None:
    document = """{ viewer { user { id } practice { id users { id } tags { id } sources } }
      pipelines { id stages { id } } }"""
    assert await reads.of(reads.spa.ada, document) == []


async def test_the_request_id_of_the_caller_is_kept(reads: Reads) -> None:
    spa, key = reads.spa, uuid7().hex
    before = await last_number(spa)
    await spa.http.post(
        spa.server.http,
        json={"query": f'{{ contact(id: "{reads.grace}") {{ id }} }}'},
        headers={"Authorization": f"Bearer {spa.ada.token}", "X-Request-Id": key},
    )
    (row,) = await read_by(spa, before)
    assert (row["request_id"], row["action"]) == (key, "contact.read")

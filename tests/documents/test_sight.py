"""R16: a document is seen by who sees the record it hangs on: the contact, or the card alone."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client import Client
from tests.documents import filing
from tests.documents.filing import field_filed, filed
from tests.model.fold import Json
from tests.resolvers.properties import examples
from tests.scenarios.spa import Spa

ONE = "query Q($id: ID!) { document(id: $id) { id contact { id } opportunity { id } } }"
LIST = "{ documents(first: 100) { totalCount nodes { id } } }"
OF_ALL = """{
  contacts(first: 20) { nodes {
    documentCount documents(first: 10) { totalCount nodes { id } } documentFolders { count }
    customFields { files { id } }
  } }
  opportunities(first: 20) { nodes { documentCount customFields { files { id } } } }
}"""


@dataclass
class Held:
    """A contact or a card as this test remembers it, and the documents on it."""

    id: str
    card: bool
    owner: Client | None = None
    followers: list[Client] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    in_fields: list[str] = field(default_factory=list)


@dataclass
class Practice:
    """Three contacts with a card each, and everybody who looks at their documents."""

    spa: Spa
    records: list[Held]
    restricted: list[Client]
    blind: dict[str, list[Client]]

    @property
    def viewers(self) -> list[Client]:
        others = [one for some in self.blind.values() for one in some]
        return [self.spa.ada, self.spa.dan, *self.restricted, *others]

    def sees(self, client: Client, record: Held) -> bool:
        """The rule once more, in other words."""
        lacking = "OPPORTUNITIES_READ" if record.card else "CONTACTS_READ"
        if client in self.blind[lacking]:
            return False
        return client not in self.restricted or client in [record.owner, *record.followers]

    async def give(self, record: Held, owner: Client | None, followers: list[Client]) -> None:
        """Let a record be owned and followed by these and nobody else."""
        ada = self.spa.ada
        await ada.do("removeFollowers", recordId=record.id, all=True)
        await self.spa.own(record.id, owner)
        if followers:
            await self.spa.follow(record.id, *followers)
        record.owner, record.followers = owner, followers


@pytest.fixture
async def practice(spa: Spa) -> Practice:
    fields = {of: await filing.field(spa, of) for of in ("CONTACT", "OPPORTUNITY")}
    records = []
    for number in range(3):
        contact, card = await spa.pair(f"Grace{number} Park")
        mine, other = Held(contact, card=False), Held(card, card=True)
        mine.files = [(await filed(spa.ada, contact))["id"]]
        mine.in_fields = [(await field_filed(spa.ada, contact, fields["CONTACT"]))["id"]]
        other.in_fields = [(await field_filed(spa.ada, card, fields["OPPORTUNITY"]))["id"]]
        gone = await filed(spa.ada, contact)
        await spa.ada.do("deleteDocument", id=gone["id"])
        records += [mine, other]
    rights = ("CONTACTS_READ", "OPPORTUNITIES_READ", "DOCUMENTS_READ")
    blind = {one: [await spa.hire(f"No{one}", restricted=False, without=[one])] for one in rights}
    unsure = await spa.hire("Eve", without=["CONTACTS_READ"])
    blind["CONTACTS_READ"].append(unsure)
    return Practice(spa, records, [spa.ben, spa.cleo, unsure], blind)


def ids(nodes: list[Json]) -> set[str]:
    return {one["id"] for one in nodes}


def in_fields(nodes: list[Json]) -> set[str]:
    return {key for node in nodes for value in node["customFields"] for key in ids(value["files"])}


async def looked_at(practice: Practice, client: Client) -> None:
    """Compare every list of documents with what the rule says."""
    seen = [one for one in practice.records if practice.sees(client, one)]
    reads = client not in practice.blind["DOCUMENTS_READ"]
    shown = [one for one in seen if reads]
    wanted = {key for one in shown for key in (*one.files, *one.in_fields)}
    page = (await client.ask(LIST))["documents"]
    assert (ids(page["nodes"]), page["totalCount"]) == (wanted, len(wanted)), client.name
    data = await client.ask(OF_ALL)
    contacts, cards = data["contacts"]["nodes"], data["opportunities"]["nodes"]
    assert (len(contacts), len(cards)) == (
        sum(not one.card for one in seen),
        sum(one.card for one in seen),
    )
    on_contacts = {key for node in contacts for key in ids(node["documents"]["nodes"])}
    assert on_contacts | in_fields(cards) == wanted
    assert in_fields([*contacts, *cards]) == {key for one in shown for key in one.in_fields}
    for node in contacts:
        count = 2 if reads else 0
        assert node["documentCount"] == node["documents"]["totalCount"] == count
        assert sum(one["count"] for one in node["documentFolders"]) == count
    assert {node["documentCount"] for node in cards} <= {1 if reads else 0}


OWNERS = st.sampled_from([None, "ben", "cleo", "dan", "eve"])
GIVEN = st.lists(
    st.tuples(OWNERS, st.sets(st.sampled_from(["ben", "cleo", "eve"]))), min_size=6, max_size=6
)


@given(given_to=GIVEN)
@examples(8)
async def test_r16_lists_show_what_hangs_on_seen_records_and_nothing_else(
    practice: Practice, given_to: list[tuple[str | None, set[str]]]
) -> None:
    people: dict[str | None, Client | None] = {
        None: None,
        "dan": practice.spa.dan,
        **dict(zip(("ben", "cleo", "eve"), practice.restricted, strict=True)),
    }
    for record, (owner, following) in zip(practice.records, given_to, strict=True):
        followers = [one for name in sorted(following - {owner}) if (one := people[name])]
        await practice.give(record, people[owner], followers)
    for client in practice.viewers:
        await looked_at(practice, client)


async def tried(client: Client, document: Json) -> list[str]:
    """Return what a viewer can do with a document: read, and edit."""
    shown = (await client.ask(ONE, id=document["id"]))["document"]
    answer = await client.send("updateDocument", id=document["id"], name=f"{client.name}.pdf")
    assert bool(shown) == (not answer["errors"])
    return ["V", "E"] if shown else []


@pytest.mark.parametrize("how", ["owns", "follows"])
async def test_r16_who_sees_the_contact_views_and_edits_its_files(spa: Spa, how: str) -> None:
    contact, card = await spa.pair(owner=spa.ben if how == "owns" else spa.dan)
    if how == "follows":
        await spa.follow(contact, spa.ben)
        await spa.own(card, None)
    await spa.own(card, spa.cleo)
    plain = await filed(spa.ada, contact)
    of_contact = await field_filed(spa.ada, contact, await filing.field(spa))
    of_card = await field_filed(spa.ada, card, await filing.field(spa, "OPPORTUNITY"))
    told: dict[str, Any] = {}
    for client in (spa.ben, spa.cleo, spa.dan):
        told[client.name] = [await tried(client, one) for one in (plain, of_contact, of_card)]
    both = ["V", "E"]
    assert told == {
        "Ben": [both, both, []],
        "Cleo": [[], [], both],
        "Dan": [both, both, both],
    }


async def test_r16_a_card_s_file_shows_no_contact_to_who_sees_the_card_alone(spa: Spa) -> None:
    contact = await spa.contact()
    card = await spa.card(contact, spa.ben)
    made = await field_filed(spa.ada, card, await filing.field(spa, "OPPORTUNITY"))
    shown = (await spa.ben.ask(ONE, id=made["id"]))["document"]
    assert shown == {"id": made["id"], "contact": None, "opportunity": {"id": card}}
    await spa.ada.do("deleteOpportunity", id=card)
    assert (await spa.ada.ask(ONE, id=made["id"]))["document"] is None

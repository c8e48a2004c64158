"""Cards are kept as they were shown, and yet no answer is ever old (ADR-0022)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from resolvers import derived, flush
from tests.client import Client
from tests.documents.filing import uploaded
from tests.scenarios.spa import Spa, open_spa
from tests.server import Server

pytestmark = pytest.mark.usefixtures("plan_failures")
USER = "{ id name active email role onlyAssignedData permissions }"
PERSON = f"""id name firstName lastName email phone source version updatedAt documentCount
type {{ name system }} tags {{ id name }} owner {USER} followers {{ source user {{ name }} }}
doNotDisturb {{ all channels {{ channel status message }} }}"""
CARD = f"""id title: name status lostReason value {{ amount currency }} valueSource source version
treatmentOfInterest stageEnteredAt statusChangedAt createdAt updatedAt documentCount viewerCanEdit
pipeline {{ name stages {{ name }} }} stage {{ id name }} owner {USER} contact {{ {PERSON} }}
followers {{ id source addedAt addedBy {{ name }} user {USER} }} contactCard {{ contactId name }}"""
MINE = "viewerCanChangeOwner viewerCanDelete contact { id viewerCanDelete viewerCanChangeOwner }"
BOARD = """query Board($pipeline: ID!) { board(pipelineId: $pipeline) { hiddenByFilter columns {
  stage { name } totals { count } cards(first: 5) { totalCount nodes { %s } } } } }"""
LIST = "opportunities(first: 5) { totalCount edges { node { %s } } pageInfo { hasNextPage } }"
# A directive keeps cards from being read by their keys.
READ_ANEW = "... @include(if: true) { %s }"
READ_AHEAD = "%s"
ASKED = (CARD, f"id {MINE}")


@dataclass
class World:
    """A spa with one card, and everybody who looks at it."""

    spa: Spa
    contact: str = ""
    card: str = ""
    document: str = ""
    kind: str = ""
    viewers: list[Client] = field(default_factory=list)

    async def seen(self, how: str) -> list[Any]:
        """Return the board and the list of each viewer, under each selection."""
        asked = [how % one for one in ASKED]
        documents = [f"{(BOARD % one)[:-1]} {LIST % one} }}" for one in asked]
        return [
            await viewer.ask(document, pipeline=self.spa.pipeline)
            for viewer in self.viewers
            for document in documents
        ]

    async def document_of(self, contact: str) -> str:
        """Let Ada file a document; return its id."""
        ada = self.spa.ada
        upload = await uploaded(ada, contact)
        made = await ada.do("createDocument", contactId=contact, uploadId=upload)
        return str(made["document"]["id"])


@pytest.fixture
async def world(server: Server) -> AsyncIterator[World]:
    async with open_spa(server, different_owners=True) as spa:
        one = World(spa)
        blind = ("CONTACTS_READ", "OPPORTUNITY_VALUE_READ", "TEAM_READ", "DOCUMENTS_READ")
        eve = await spa.hire("Eve", restricted=False, without=blind)
        one.viewers = [spa.ada, spa.ben, spa.cleo, spa.dan, eve]
        one.contact, one.card = await spa.pair(owner=spa.ben)
        await spa.follow(one.card, spa.cleo)
        made = await spa.ada.do("createContactType", name="VIP")
        one.kind = made["contactType"]["id"]
        one.document = await one.document_of(one.contact)
        yield one


Change = Callable[[World], Awaitable[Any]]


def do(mutation: str, /, **fields: Any) -> Change:
    """Return a change by Ada; "@name" stands for an attribute of the world."""

    async def change(world: World) -> None:
        given = {
            key: getattr(world, one[1:]) if isinstance(one, str) and one[:1] == "@" else one
            for key, one in fields.items()
        }
        await world.spa.ada.do(mutation, **given)

    return change


OF_ITSELF: dict[str, Change] = {
    "name": do("updateOpportunity", id="@card", name="Laser"),
    "treatment": do("updateOpportunity", id="@card", treatmentOfInterest="Botox"),
    "value": do("updateOpportunity", id="@card", value="77.50"),
    "move": lambda world: world.spa.move(world.card, "Booked"),
    "owner": lambda world: world.spa.own(world.card, world.spa.dan),
    "follower": lambda world: world.spa.follow(world.card, world.spa.dan),
    "follower gone": do("removeFollowers", recordId="@card", all=True),
    "contact's name": do("updateContact", id="@contact", firstName="Zoe"),  # the card's, too
}
OF_CONTACT: dict[str, Change] = {
    "contact's e-mail": do("updateContact", id="@contact", email="zoe@spa.example"),
    "contact's type": do("updateContact", id="@contact", typeId="@kind"),
    "contact's owner": lambda world: world.spa.own(world.contact, world.spa.dan),
    "contact's follower": lambda world: world.spa.follow(world.contact, world.spa.cleo),
    "tags": do("editTags", contactId="@contact", add=["Gold"]),
    "do not disturb": do("setDoNotDisturb", contactId="@contact", all=True),
    "document": lambda world: world.document_of(world.contact),
    "document gone": do("deleteDocument", id="@document"),
}


async def type_of_contact(world: World, *, renamed: bool) -> None:
    """Give the contact a type of its own, look, and change the type."""
    await do("updateContact", id="@contact", typeId="@kind")(world)
    await world.seen(READ_AHEAD)
    ada, lead = world.spa.ada, world.spa.types["Lead"]
    if renamed:
        await ada.do("renameContactType", id=world.kind, name="Gold")
    else:
        await ada.do("deleteContactType", id=world.kind, replacementTypeId=lead)


OF_VOCABULARY: dict[str, Change] = {
    "user's rights": lambda world: world.spa.access(world.spa.ben, permissions=["CONTACTS_READ"]),
    "user gone": lambda world: world.spa.ada.do(
        "deactivateUser", id=world.spa.ben.id, strategy="KEEP"
    ),
    "type renamed": lambda world: type_of_contact(world, renamed=True),
}
WITHOUT_STALENESS: dict[str, Change] = {
    "status": do("setOpportunityStatus", id="@card", status="WON"),
    "deletion": do("deleteOpportunity", id="@card"),
    "contact's deletion": do("deleteContact", id="@contact"),
    "type deleted": lambda world: type_of_contact(world, renamed=False),
    "restricted": lambda world: world.spa.access(world.spa.dan, onlyAssignedData=True),
}
BUMPED = {
    "next_revision": OF_ITSELF,
    "bump_revisions": OF_CONTACT,
    "renew_vocabulary": OF_VOCABULARY,
}
EVERY = OF_ITSELF | OF_CONTACT | OF_VOCABULARY | WITHOUT_STALENESS


async def still_there(world: World) -> None:
    """Leave those out whose access has ended."""
    active = "{ board(pipelineId: %s) { columns { totals { count } } } }"
    query = active % f'"{world.spa.pipeline}"'
    answers = [(await one.post(query)).status_code for one in world.viewers]
    pairs = zip(world.viewers, answers, strict=True)
    world.viewers = [one for one, status in pairs if status == 200]


@pytest.mark.parametrize("name", EVERY)
async def test_after_a_change_kept_cards_are_what_a_new_read_shows(world: World, name: str) -> None:
    before = await world.seen(READ_AHEAD)
    assert before == await world.seen(READ_ANEW)
    await EVERY[name](world)
    await still_there(world)
    after = await world.seen(READ_AHEAD)
    assert after == await world.seen(READ_ANEW)
    assert after == await world.seen(READ_AHEAD)  # once more, all of it kept
    assert after != before


@pytest.mark.parametrize(
    ("bump", "name"), [(bump, name) for bump, changes in BUMPED.items() for name in changes]
)
async def test_without_its_bump_a_change_is_missed(
    world: World, bump: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What proves that the test above would find a forgotten one."""
    await world.seen(READ_AHEAD)
    monkeypatch.setattr(flush, "_setting", flush._setting.__wrapped__)
    monkeypatch.setattr(derived, bump, lambda *_: {})
    await EVERY[name](world)
    await still_there(world)
    assert await world.seen(READ_AHEAD) != await world.seen(READ_ANEW)

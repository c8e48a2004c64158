"""What the scenarios read of single records."""

from tests.client import Client
from tests.model.fold import Fold, Json

CONTACT = """query Contact($id: ID!) { contact(id: $id) {
  id name firstName lastName email phone source type { id name } tags { id name } version
  doNotDisturb { all channels { channel status } }
  owner { id active } followers { id source addedBy { id } addedAt user { id } }
  createdAt updatedAt viewerCanEdit viewerCanChangeOwner viewerCanDelete
  opportunities(first: 10) { totalCount nodes { id } }
} }"""

OPPORTUNITY = """query Opportunity($id: ID!) { opportunity(id: $id) {
  id name status lostReason value { amount currency } valueSource source treatmentOfInterest
  stage { id name } owner { id active } version
  followers { id source addedBy { id } addedAt user { id } }
  contact { id name email phone } contactCard { contactId name }
  stageEnteredAt statusChangedAt createdAt updatedAt
  viewerCanEdit viewerCanChangeOwner viewerCanDelete
} }"""


async def contact(client: Client, record: str) -> Json | None:
    """Return the contact as this user sees it, or None."""
    found: Json | None = (await client.ask(CONTACT, id=record))["contact"]
    return found


async def opportunity(client: Client, record: str) -> Json | None:
    """Return the opportunity as this user sees it, or None."""
    found: Json | None = (await client.ask(OPPORTUNITY, id=record))["opportunity"]
    return found


async def shown(client: Client, record: str) -> Json:
    """Return a contact or an opportunity that this user has to see."""
    data = await client.ask("query Kind($id: ID!) { node(id: $id) { __typename } }", id=record)
    assert data["node"] is not None, f"{client.name} cannot see {record}"
    read = contact if data["node"]["__typename"] == "Contact" else opportunity
    found = await read(client, record)
    assert found is not None
    return found


async def sees(client: Client, *records: str) -> list[bool]:
    """Return for each record whether this user sees it."""
    data = await client.ask("query Some($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=records)
    return [node is not None for node in data["nodes"]]


def owner(record: Json) -> str | None:
    """Return the id of a record's owner."""
    return None if record["owner"] is None else str(record["owner"]["id"])


def followers(record: Json) -> set[str]:
    """Return the ids of a record's followers."""
    return {each["user"]["id"] for each in record["followers"]}


def sources(record: Json) -> dict[str, str]:
    """Return each follower's id with how he became one."""
    return {each["user"]["id"]: each["source"] for each in record["followers"]}


def ids(*clients: Client) -> set[str]:
    """Return the ids of some users."""
    return {client.id for client in clients}


def cards(board: Fold) -> dict[str, list[str]]:
    """Return the ids of a folded board's cards by stage id, from the top down."""
    return {stage: column.order for stage, column in board.columns.items()}


def count(board: Fold) -> int:
    """Return the sum of a folded board's counts."""
    return sum(column.count for column in board.columns.values())

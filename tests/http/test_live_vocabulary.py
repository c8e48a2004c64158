"""Live boards read the vocabulary once a revision, not once a change, and never show an old one."""

from typing import Any

from websockets.asyncio.client import ClientConnection

from tests.http.test_sockets import opened, received, send
from tests.scenarios.spa import Spa
from tests.statements import Statement, statements

LIVE = """subscription ($pipeline: ID!) { boardEvents(pipelineId: $pipeline) { ... on CardUpdated {
  opportunity { stage { name } owner { active } contact { type { name } } } } } }"""
MOVE = """mutation ($card: ID!, $stage: ID!) {
  moveOpportunity(input: { id: $card, stageId: $stage }) { errors { message } } }"""
RENAME = """mutation ($id: ID!, $name: String!) {
  renameContactType(input: { id: $id, name: $name }) { errors { message } } }"""


def reads_of_types(heard: list[Statement]) -> int:
    """Return how many statements read all contact types."""
    return sum(
        "FROM contact_type" in one.sql and "contact_type.id =" not in one.sql for one in heard
    )


async def card_of(socket: ClientConnection) -> Any:
    """Return the card that the next message shows."""
    return (await received(socket))["payload"]["data"]["boardEvents"]["opportunity"]


async def test_the_vocabulary_is_read_once_until_it_changes(spa: Spa) -> None:
    made = await spa.ada.do("createContactType", name="VIP")
    kind = made["contactType"]["id"]
    contact, card = await spa.pair(owner=spa.ben)
    await spa.ada.do("updateContact", id=contact, typeId=kind)
    async with opened(spa.server, spa.ada.token) as socket:
        payload = {"query": LIVE, "variables": {"pipeline": spa.pipeline}}
        await send(socket, type="subscribe", id="1", payload=payload)
        await received(socket)
        with statements(spa.server.desk.services.database.engine.sync_engine) as heard:
            for name in ("VIP", "Gold"):
                await spa.ada.ask(RENAME, id=kind, name=name)
                heard.clear()
                for stage in ("Booked", "Patient", "Lead"):
                    await spa.ada.ask(MOVE, card=card, stage=spa.stages[stage])
                    shown = await card_of(socket)
                    while shown["stage"]["name"] != stage:
                        shown = await card_of(socket)
                    assert shown["contact"]["type"]["name"] == name
                assert reads_of_types(heard) <= 1  # the change of the type itself is told, too
        await spa.ada.do("deactivateUser", id=spa.ben.id, strategy="KEEP")
        await spa.ada.ask(MOVE, card=card, stage=spa.stages["Cold"])
        while (shown := await card_of(socket))["stage"]["name"] != "Cold":
            pass
        assert shown["owner"]["active"] is False

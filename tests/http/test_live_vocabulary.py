"""Live boards read the vocabulary once a revision, not once a change, and never show an old one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from websockets.asyncio.client import ClientConnection

from tests.http.test_sockets import opened, received, send
from tests.scenarios.spa import Spa
from tests.server import Server

LIVE = """subscription ($pipeline: ID!) { boardEvents(pipelineId: $pipeline) { ... on CardUpdated {
  opportunity { stage { name } owner { active } contact { type { name } } } } } }"""
MOVE = """mutation ($card: ID!, $stage: ID!) {
  moveOpportunity(input: { id: $card, stageId: $stage }) { errors { message } } }"""
RENAME = """mutation ($id: ID!, $name: String!) {
  renameContactType(input: { id: $id, name: $name }) { errors { message } } }"""


@contextmanager
def reads_of_types(server: Server) -> Iterator[list[str]]:
    """Hear the statements that read all contact types."""
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FROM contact_type" in statement and "contact_type.id =" not in statement:
            heard.append(statement)

    engine = server.desk.services.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)


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
        with reads_of_types(spa.server) as heard:
            for name in ("VIP", "Gold"):
                await spa.ada.ask(RENAME, id=kind, name=name)
                heard.clear()
                for stage in ("Booked", "Patient", "Lead"):
                    await spa.ada.ask(MOVE, card=card, stage=spa.stages[stage])
                    shown = await card_of(socket)
                    while shown["stage"]["name"] != stage:
                        shown = await card_of(socket)
                    assert shown["contact"]["type"]["name"] == name
                assert len(heard) <= 1  # the change of the type itself is told, too
        await spa.ada.do("deactivateUser", id=spa.ben.id, strategy="KEEP")
        await spa.ada.ask(MOVE, card=card, stage=spa.stages["Cold"])
        while (shown := await card_of(socket))["stage"]["name"] != "Cold":
            pass
        assert shown["owner"]["active"] is False

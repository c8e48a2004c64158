"""An attachment of a message becomes a document once (R86)."""

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from models.document import document
from resolvers.ids import parse
from tests.client import Client
from tests.documents.filing import filed
from tests.model.fold import Json
from tests.scenarios.spa import Spa

SOURCE = {"channel": "SMS", "messageId": "m-1", "attachmentId": "a-1"}
SHOWN = "query ($id: ID!) { document(id: $id) { source { channel messageId attachmentId } } }"


async def attach(client: Client, key: str) -> None:
    """Let a document come from the attachment, as conversations will."""
    columns = ("source_channel", "source_message", "source_attachment")
    values = dict(zip(columns, SOURCE.values(), strict=True))
    statement = update(document).where(document.c.id == parse(key).id).values(values)
    database = client.server.desk.services.database
    await database.write(lambda connection: connection.execute(statement))


async def source(client: Client, key: str) -> Json | None:
    """Return where a document says it comes from."""
    found: Json | None = (await client.ask(SHOWN, id=key))["document"]["source"]
    return found


async def test_an_attachment_is_there_once_and_again_when_it_was_deleted(spa: Spa) -> None:
    contact = await spa.contact()
    first, second = [(await filed(spa.ada, contact))["id"] for _ in range(2)]
    await attach(spa.ada, first)
    assert await source(spa.ada, first) == SOURCE
    with pytest.raises(IntegrityError):
        await attach(spa.ada, second)
    assert await source(spa.ada, second) is None
    await spa.ada.do("deleteDocument", id=first)
    await attach(spa.ada, second)
    assert await source(spa.ada, second) == SOURCE
    assert await spa.ada.code("restoreDocument", id=first) == "INVALID_INPUT"
    await spa.ada.do("deleteDocument", id=second)
    await spa.ada.do("restoreDocument", id=first)
    assert await source(spa.ada, first) == SOURCE

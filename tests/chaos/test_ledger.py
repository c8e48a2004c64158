"""The check of the log finds what it is there to find."""

import pytest
from sqlalchemy import Connection, Delete, Update, delete, func, select, update

from models.audit import audit
from models.log import event, idempotency_key
from tests.audit.trail import without_rules
from tests.chaos.ledger import flaws
from tests.scenarios.spa import open_spa
from tests.server import Server

MIDDLE = select(func.max(event.c.seq) - 1).scalar_subquery()
LAST = select(func.max(event.c.seq)).scalar_subquery()
DAMAGES: dict[str, Delete | Update] = {
    "an event in the middle": delete(event).where(event.c.seq == MIDDLE),
    "the last event": delete(event).where(event.c.seq == LAST),
    "the audit": delete(audit).where(audit.c.action == "createContact"),
    "the keys": delete(idempotency_key),
    "an outcome": update(idempotency_key).values(outcome=None),
    "one request": update(event).where(event.c.seq == LAST).values(request_id="another"),
}


def damage(connection: Connection, statement: Delete | Update) -> None:
    without_rules(connection)
    assert connection.execute(statement).rowcount


@pytest.mark.parametrize("lost", DAMAGES)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_damage_is_found(server: Server, lost: str) -> None:
    database = server.desk.services.database
    async with open_spa(server, different_owners=False) as spa:
        contact, _ = await spa.pair()
        await spa.ada.do("changeOwner", key="k", recordId=contact, ownerId=spa.ben.id)
    async with database.reader() as reader:
        assert await reader.run(flaws) == []
    await database.write(damage, DAMAGES[lost])
    async with database.reader() as reader:
        assert await reader.run(flaws) != []

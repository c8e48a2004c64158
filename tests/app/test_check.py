"""The check finds what somebody changed behind the program's back."""

import pytest
from sqlalchemy import Connection, text

from app.checking import drift
from app.seeding.seed import Plan, seed
from models.database import Database

TAMPERINGS = {
    "DELETE FROM contact_word WHERE word = 'demo'": "search words are missing",
    "UPDATE contact SET name_key = 'other'": "name_key is not what its text says",
    "DELETE FROM contact_assigned WHERE slot = 0": "owner_id and the assigned owner differ",
    "UPDATE opportunity_assigned SET status = 'LOST'": "repeats another stage, status or time",
    "UPDATE opportunity_total SET count = count + 1": "the sum of stage",
    "UPDATE opportunity SET name = 'Other', name_key = 'other'": "not its contact's, which it",
    "UPDATE opportunity SET revision = 0": "its revision is behind its version",
    "UPDATE practice SET allow_different_owners = FALSE": "and they may not differ",
    "UPDATE practice_head SET seq = -1": "its number at -1",
}


def run(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))


@pytest.mark.parametrize("statement", TAMPERINGS)
async def test_tampering_is_found(database: Database, statement: str) -> None:
    await seed(database, Plan(contacts=40), lambda _count: None)
    await database.write(run, statement)
    found = await drift(database)
    assert [line for line in found if TAMPERINGS[statement] in line], found

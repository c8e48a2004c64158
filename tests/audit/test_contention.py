"""The chain is locked by changes, reads and settings at once: all get on, nobody deadlocks."""

import asyncio

from sqlalchemy import Connection, text

from resolvers.ids import parse
from tests.audit.trail import breaks, database_of, last_number, read, told
from tests.scenarios.spa import Spa

ROUNDS = 15


def deadlocks(connection: Connection) -> int:
    """Return how many deadlocks PostgreSQL has broken in this database."""
    connection.execute(text("SELECT pg_stat_clear_snapshot()"))
    found = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return connection.scalar(found) or 0


class Crowd:
    """What people do at once, each some times."""

    def __init__(self, spa: Spa) -> None:
        self.spa = spa

    async def move(self, card: str) -> None:
        for turn in range(ROUNDS):
            await self.spa.move(card, ("Booked", "Lead")[turn % 2])

    async def look(self, contact: str) -> None:
        for _ in range(ROUNDS):
            await self.spa.ada.ask("query ($id: ID!) { contact(id: $id) { id } }", id=contact)

    async def settle(self) -> None:
        for turn in range(ROUNDS):
            await self.spa.settings(makeOpportunityOwnerFollowerOfContact=turn % 2 == 0)

    async def make(self) -> None:
        for turn in range(ROUNDS):
            await self.spa.contact(f"New {turn}")


async def test_changes_reads_and_settings_at_once(spa: Spa) -> None:
    pairs = [await spa.pair(f"Grace {n}", spa.ben) for n in range(4)]
    before, crowd = await last_number(spa), Crowd(spa)
    moves = (crowd.move(card) for _, card in pairs)
    looks = (crowd.look(contact) for contact, _ in pairs)
    await asyncio.gather(*moves, *looks, crowd.settle(), crowd.make())
    await last_number(spa)
    rows = (await told(spa))[before:]
    assert [row["number"] for row in rows] == [*range(before + 1, before + len(rows) + 1)]
    actions = [row["action"] for row in rows]
    assert actions.count("moveOpportunity") == actions.count("contact.read") == 4 * ROUNDS
    assert actions.count("updateOwnershipSettings") == actions.count("createContact") == ROUNDS
    database = database_of(spa)
    assert await breaks(database, parse(spa.practice).id) == []
    if not database.is_sqlite:
        await asyncio.sleep(1.1)  # PostgreSQL tells its counters once a second
        assert await read(database, deadlocks) == 0

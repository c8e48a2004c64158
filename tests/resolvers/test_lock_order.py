"""Writers lock in one order, so that none waits for another in a circle (C3)."""

from decimal import Decimal

from sqlalchemy import Connection

from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers.flush import flush
from tests.resolvers.world import World
from tests.statements import statements


def written(connection: Connection, world: World) -> list[str]:
    """Return which tables are written, in order, when contacts and cards change at once."""
    change = world.change(connection)
    for contact in change.load(CONTACT, CONTACT.table.c.practice_id == world.practice.id):
        contact.name += "!"
    mine = OPPORTUNITY.table.c.practice_id == world.practice.id
    for card in change.load(OPPORTUNITY, mine)[::2]:
        card.value += Decimal("1.00")
    with statements(connection) as heard:
        flush(change)
    tables: list[str] = []
    for verb, *words in (one.sql.split() for one in heard):
        if verb in ("INSERT", "UPDATE"):
            tables.append(words[1] if verb == "INSERT" else words[0])
    return tables


async def test_cards_are_written_before_the_sums_of_columns(world: World) -> None:
    tables = await world.database.write(written, world)
    last_card = len(tables) - 1 - tables[::-1].index("opportunity")
    assert tables.count("opportunity") > 1  # those that changed, and those that show a contact
    assert tables.index("contact") < tables.index("opportunity")
    assert last_card < tables.index("opportunity_total")

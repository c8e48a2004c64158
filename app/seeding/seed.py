"""Seeding: a demo practice in batches, each a transaction that leaves nothing half done."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.seeding.cards import Cards
from app.seeding.chance import CLOCK, Chance
from app.seeding.loading import POSTGRES, SQLITE, load, no_rows
from app.seeding.people import People
from app.seeding.practice import Demo, make_demo
from models.contact import contact_word
from models.database import Database
from models.opportunity import opportunity_word
from resolvers import audit
from resolvers.audit import Actor
from resolvers.derived import add_totals, total_row

PRACTICE = "Demo Med Spa"
_BATCH = 5_000


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to make: how many contacts and users (at least 3), from which seed."""

    contacts: int = 200
    users: int = 12
    seed: int = 1
    practice: str = PRACTICE


async def seed(database: Database, plan: Plan, tell: Callable[[int], None]) -> None:
    """Make a demo practice; `tell` hears how many contacts were added to the last.

    Equal plans make equal rows on every database. A practice of the same name is a Failure. An
    interrupted seed leaves a smaller practice that is whole.
    """
    chance = Chance(f"{plan.seed} {plan.practice}")
    async with database.engine.connect() as connection:
        if database.is_sqlite:
            await connection.execution_options(begins="BEGIN IMMEDIATE")
            await connection.run_sync(_prepare_sqlite)
        async with connection.begin():
            demo = await connection.run_sync(make_demo, chance, plan.practice, plan.users)
            await connection.run_sync(_note, demo, plan)
        encoding = SQLITE if database.is_sqlite else POSTGRES
        people = People(demo, chance, encoding, plan.contacts)
        for start in range(0, plan.contacts, _BATCH):
            stop = min(start + _BATCH, plan.contacts)
            async with connection.begin():
                await _add_batch(connection, people, range(start, stop))
            tell(stop - start)
        if database.is_sqlite:
            await connection.invalidate()  # its settings below were for loading only
    await _analyse(database)


def _note(connection: Connection, demo: Demo, plan: Plan) -> None:
    """Tell the audit trail that what follows is made up, and how much there is."""
    here = UUID(hex=demo.practice)
    changes = {"users": plan.users, "contacts": plan.contacts}
    row = audit.row(Actor(here, None, CLOCK), "practice.seeded", "Practice", here, changes)
    audit.append(connection, here, [row])


def _prepare_sqlite(connection: Connection) -> None:
    """Take memory enough to keep the indexes in it; no transaction must be open."""
    cursor = connection.connection.cursor()
    for pragma in ("cache_size=-524288", "synchronous=NORMAL", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


async def _add_batch(connection: AsyncConnection, people: People, places: range) -> None:
    rows = no_rows()
    cards = Cards(people)
    for place in places:
        cards.make(place, rows)
    for table in (contact_word, opportunity_word):
        rows[table].sort()  # neighbours in the index are written together
    await load(connection, rows)
    await connection.run_sync(_add_totals, people.demo, cards)


def _add_totals(connection: Connection, demo: Demo, cards: Cards) -> None:
    here = UUID(hex=demo.practice)
    rows = []
    for (user, stage, status), (count, cents) in sorted(cards.totals.items()):
        key = (here, UUID(hex=user), UUID(hex=stage), status)
        rows.append(total_row(key, count, Decimal(cents).scaleb(-2)))
    add_totals(connection, rows)


async def _analyse(database: Database) -> None:
    """Tell the database's planner how large the tables have become."""
    async with database.engine.connect() as connection:
        if not database.is_sqlite:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("SET statement_timeout = 0"))
        await connection.execute(text("ANALYZE"))
        await connection.commit()
        if not database.is_sqlite:
            await connection.invalidate()

"""Revision 0004 mends the words that 0.1.0 cut at vowel signs, and touches nothing else."""

from collections.abc import AsyncIterator
from importlib import import_module

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update

from app import migrating
from app.checking import drift
from app.seeding.seed import Plan, seed
from models.contact import contact, contact_word
from models.database import Database
from models.opportunity import opportunity, opportunity_word

NAME, CUT = "ก\u0e34น\u0e35 दि", ["ก", "น", "द"]
BEFORE = import_module("migrations.versions.0004_whole_words").down_revision


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    yield opened
    await opened.close()


def go_back(connection: Connection) -> None:
    """Make of the oldest contact and its card what the first version stored of such a name."""
    migrating.downgrade(connection, BEFORE)
    person = connection.execute(select(contact).order_by(contact.c.id)).first()
    assert person is not None
    named = {"name": NAME, "name_key": " ".join(CUT)}
    ours = update(contact).where(contact.c.id == person.id)
    connection.execute(ours.values(first_name=NAME, last_name=None, **named))
    cards = opportunity.c.contact_id == person.id
    connection.execute(update(opportunity).where(cards).values(follows_contact_name=True, **named))
    card = connection.execute(select(opportunity.c.id).where(cards)).scalar_one()
    for words, record in ((contact_word, person.id), (opportunity_word, card)):
        connection.execute(delete(words).where(words.c.record_id == record))
        rows = [
            {"practice_id": person.practice_id, "record_id": record, "word": word} for word in CUT
        ]
        connection.execute(insert(words), rows)


def cut_words(connection: Connection) -> int:
    """Return how many words the first version cut: of a contact, and of its card."""
    return sum(
        connection.scalar(select(func.count()).where(words.c.word.in_(CUT))) or 0
        for words in (contact_word, opportunity_word)
    )


def counted(connection: Connection) -> tuple[int, int]:
    return tuple(  # type: ignore[return-value]
        connection.scalar(select(func.count()).select_from(words))
        for words in (contact_word, opportunity_word)
    )


async def test_cut_words_become_whole(database: Database) -> None:
    await seed(database, Plan(contacts=40), lambda _count: None)
    await database.write(go_back)
    async with database.reader() as reader:
        assert (await reader.run(cut_words)) == 2 * len(CUT)
    await migrating.migrate(database)
    assert await drift(database) == []
    async with database.reader() as reader:
        before = await reader.run(counted)
    await database.write(migrating.downgrade, BEFORE)
    await migrating.migrate(database)
    async with database.reader() as reader:
        assert await reader.run(counted) == before

"""The demo practice: the same for the same seed on both databases, and without drift."""

from hashlib import sha256

import pytest
from sqlalchemy import Connection, func, select

from app.checking import drift
from app.failures import Failure
from app.seeding.seed import Plan, seed
from models import metadata
from models.assigned import MAX_FOLLOWERS
from models.contact import contact, contact_assigned
from models.database import Database
from models.opportunity import opportunity
from models.practice import contact_type, stage
from models.user import user

SMALL = Plan(contacts=400, users=12, seed=7)
# What SMALL makes, on every database and every machine: change it only with the seed itself.
FINGERPRINT = "a6587571cf3481ee6568d12db8029caa8a077ac44a2493956bfce04085fe6812"


def ignored(_count: int) -> None:
    """Hear of progress."""


def fingerprint(connection: Connection) -> str:
    digest = sha256()
    for table in metadata.sorted_tables:
        rows = sorted(repr(tuple(row)) for row in connection.execute(select(table)))
        digest.update("\n".join([table.name, *rows]).encode())
    return digest.hexdigest()


def shares(connection: Connection, column: object, key: object, total: int) -> dict[str, float]:
    statement = select(column, func.count()).where(key).group_by(column)  # type: ignore[call-overload]
    return {name: count / total for name, count in connection.execute(statement)}


async def test_equal_seeds_make_equal_rows_on_every_database(database: Database) -> None:
    await seed(database, SMALL, ignored)
    async with database.reader() as reader:
        assert await reader.run(fingerprint) == FINGERPRINT


async def test_a_seeded_practice_has_no_drift(database: Database) -> None:
    await seed(database, SMALL, ignored)
    assert await drift(database) == []


async def test_the_demo_practice_is_as_described(database: Database) -> None:
    await seed(database, Plan(contacts=2000), ignored)
    async with database.reader() as reader:
        steps = await reader.run(shares, stage.c.name, stage.c.id == opportunity.c.stage_id, 2000)
        types = await reader.run(
            shares, contact_type.c.name, contact_type.c.id == contact.c.type_id, 2000
        )
        restricted = await reader.run(
            lambda c: c.scalar(select(func.count()).where(user.c.only_assigned_data.is_(True)))
        )
        most = await reader.run(lambda c: c.scalar(select(func.max(contact_assigned.c.slot))))
    wanted = {"Lead": 0.40, "Booked": 0.20, "Patient": 0.20, "Cold": 0.15, "Not Good Fit": 0.05}
    assert steps == pytest.approx(wanted, abs=0.05)
    assert types == pytest.approx({"Lead": 0.60, "Patient": 0.35, "VIP": 0.05}, abs=0.05)
    assert restricted == 9
    assert most == MAX_FOLLOWERS


async def test_a_practice_is_not_seeded_twice(database: Database) -> None:
    await seed(database, SMALL, ignored)
    with pytest.raises(Failure, match='There is a practice "Demo Med Spa" already'):
        await seed(database, SMALL, ignored)

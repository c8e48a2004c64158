"""Importing the made-up files, which have every oddity of the real ones."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, Table, select

from app.checking import drift
from app.failures import Failure
from app.importing.fields import Kind
from app.importing.importer import Import, import_source
from app.importing.job import Report
from app.importing.people import person
from app.importing.reading import open_source
from models.audit import audit
from models.contact import contact
from models.database import Database
from models.log import event
from models.opportunity import opportunity
from models.practice import contact_type, stage
from models.seams import Seams
from models.user import user
from resolvers.setup import MadePractice, NewPractice, make_practice
from resolvers.vocabulary import head

DATA = Path(__file__).resolve().parent.parent / "data"
LEADS, DEALS = DATA / "made_up_leads.csv", DATA / "made_up_deals.csv"


async def practice(database: Database, *, different_owners: bool = True) -> MadePractice:
    new = NewPractice(
        name="Test",
        admin_email="admin@test.example",
        admin_name="Admin",
        different_owners=different_owners,
    )
    return await database.write(make_practice, Seams(), new)


async def imported(
    database: Database,
    made: MadePractice,
    path: Path,
    kind: Kind,
    *maps: str,
    dry_run: bool = False,
) -> list[str]:
    told: list[Report] = []
    job = Import(open_source(path, kind, list(maps)), made.admin_id, dry_run)
    await import_source(database, job, Seams(), told.extend)
    return [" ".join([str(one.number), one.result.value, *one.remarks]) for one in told]


def count(connection: Connection, table: Table) -> int:
    return len(connection.execute(select(table)).all())


def cards(connection: Connection) -> list[tuple[str, ...]]:
    owner = user.alias()
    joined = (
        opportunity.join(contact, contact.c.id == opportunity.c.contact_id)
        .join(stage, stage.c.id == opportunity.c.stage_id)
        .join(contact_type, contact_type.c.id == contact.c.type_id)
        .outerjoin(user, user.c.id == contact.c.owner_id)
        .outerjoin(owner, owner.c.id == opportunity.c.owner_id)
    )
    columns = (contact.c.name, contact.c.source, contact_type.c.name, stage.c.name)
    more = (opportunity.c.status, opportunity.c.value, user.c.email, owner.c.email)
    statement = select(*columns, *more, opportunity.c.stage_entered_at).select_from(joined)
    rows = connection.execute(statement.order_by(contact.c.name))
    return [tuple(str(value) for value in row) for row in rows]


async def test_leads_then_deals(database: Database) -> None:
    made = await practice(database)
    assert await imported(database, made, LEADS, Kind.LEADS) == [
        "2 created",
        "3 created",
        "4 created",
        "5 created",
        "6 failed INVALID_INPUT: createdAt: This is no date:"
        " write 2026-01-31, 2026-01-31 12:30:00 or 31-01-2026.",
        "7 failed The row has fewer cells than the header.",
    ]
    told = await imported(database, made, DEALS, Kind.OPPORTUNITIES)
    assert told[:2] == ["2 updated", "3 updated"]
    assert told[2] == "4 updated Won before the first contact; accepted."
    assert told[3] == "5 failed NOT_FOUND: No contact was imported under this external id."
    assert told[4].startswith("6 failed INVALID_INPUT: wonAt: This is no date")
    one, two, three = (person(f"person-{n}")[1] for n in (1, 2, 3))
    won = ("Patient", "Patient", "WON", "500.00")
    paid, nobody, began = ("paid_search",), ("None", "None"), "2026-01-05 00:00:00+00:00"
    async with database.reader() as reader:
        found = await reader.run(cards)
    assert found == [
        ("Lead aaaa0001", "social", *won, one, two, "2026-02-26 19:58:54+00:00"),
        ("Lead aaaa0002", "None", *won, two, two, "2026-05-08 20:17:59+00:00"),
        ("Lead aaaa0003", "unknown", *won, one, three, "2026-03-01 08:00:00+00:00"),
        ("Lead aaaa0004", *paid, "Lead", "Lead", "OPEN", "500.00", *nobody, began),
    ]
    assert await drift(database) == []


async def test_importing_again_changes_nothing(database: Database) -> None:
    made = await practice(database)

    numbers = []
    told: list[str] = []
    for _ in range(2):
        await imported(database, made, LEADS, Kind.LEADS)
        told = await imported(database, made, DEALS, Kind.OPPORTUNITIES)
        async with database.reader() as reader:
            numbers.append(await reader.run(head, made.practice_id))
    assert told[:3] == ["2 unchanged", "3 unchanged", "4 unchanged"]
    assert numbers[0] == numbers[1] > 0


async def test_a_dry_run_tells_and_changes_nothing(database: Database) -> None:
    made = await practice(database)
    async with database.reader() as reader:
        before = [await reader.run(count, table) for table in (contact, event, audit)]
    told = await imported(database, made, LEADS, Kind.LEADS, dry_run=True)
    assert told[0] == "2 created"
    async with database.reader() as reader:
        after = [await reader.run(count, table) for table in (contact, event, audit)]
    assert after == before == [0, 0, 2]


async def test_owners_that_differ_are_refused_where_they_may_not(database: Database) -> None:
    made = await practice(database, different_owners=False)
    await imported(database, made, LEADS, Kind.LEADS)
    told = await imported(database, made, DEALS, Kind.OPPORTUNITIES)
    assert [line.split(":")[0] for line in told[:3]] == [
        "2 failed OWNERS_DIFFER",
        "3 updated",
        "4 failed OWNERS_DIFFER",
    ]
    assert await drift(database) == []


async def test_contacts_are_merged_by_email_then_phone(database: Database, tmp_path: Path) -> None:
    made = await practice(database)
    path = tmp_path / "contacts.csv"
    path.write_text(
        "id,full,email,phone,tags,owner\n"
        "1,Grace Park,grace@test.example,+12025550101,vip;laser,admin@test.example\n"
        "2,Ivy Reed,ivy@test.example,+12025550102,,\n"
        "3,Grace Stone,GRACE@test.example,+12025550102,VIP,\n"
        "4,Ivy Stone,,+12025550102,,Nobody\n"
    )
    maps = ("id=externalId", "full=name")
    assert await imported(database, made, path, Kind.CONTACTS, *maps) == [
        "2 created",
        "3 created",
        "4 updated Another contact has this phone number; it was left out.",
        "5 failed INVALID_OWNER: The owner must be an active user of this practice.",
    ]
    async with database.reader() as reader:
        rows = await reader.run(lambda c: c.execute(select(contact.c.name, contact.c.phone)).all())
    assert sorted(map(tuple, rows)) == [
        ("Grace Stone", "+12025550101"),
        ("Ivy Reed", "+12025550102"),
    ]
    assert await drift(database) == []


@pytest.mark.parametrize(
    ("maps", "message"),
    [
        (["nothing=email"], "no column 'nothing'"),
        (["origin=stage"], "the fields are"),
        (["landing_page_id=source"], "Several columns fill source"),
    ],
)
def test_a_wrong_mapping_is_told(maps: list[str], message: str) -> None:
    with pytest.raises(Failure, match=message):
        open_source(LEADS, Kind.LEADS, maps)

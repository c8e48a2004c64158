"""What the database itself refuses, whatever the program above it does."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Table, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from models.contact import contact, contact_assigned, contact_tag, contact_word
from models.opportunity import opportunity, opportunity_assigned
from models.practice import contact_type, practice, stage, tag
from models.user import user
from tests.resolvers.staff import START
from tests.resolvers.world import World

Row = dict[str, Any]


def first(connection: Connection, table: Table, *conditions: Any) -> Row:
    """Return a row of `table` that meets the conditions."""
    found = connection.execute(select(table).where(*conditions).limit(1)).one()
    return dict(found._mapping)


async def refused(world: World, table: Table, row: Row, match: str) -> None:
    """Insert a row that must be refused by one constraint; the table stays as it was."""
    database = world.database

    def count(connection: Connection) -> int:
        return connection.scalar(select(func.count()).select_from(table)) or 0

    async with database.reader() as reader:
        before = await reader.run(count)
    with pytest.raises(IntegrityError, match=match):
        await database.write(lambda connection: connection.execute(insert(table), [row]))
    async with database.reader() as reader:
        assert await reader.run(count) == before


async def read(world: World, table: Table, *conditions: Any) -> Row:
    async with world.database.reader() as reader:
        return await reader.run(first, table, *conditions)


async def accepted(world: World, table: Table, row: Row) -> None:
    await world.database.write(lambda connection: connection.execute(insert(table), [row]))


def ours(world: World, table: Table) -> Any:
    return table.c.practice_id == world.practice.id


async def test_r71_a_contact_has_one_present_opportunity_a_pipeline(world: World) -> None:
    row = await read(
        world, opportunity, ours(world, opportunity), opportunity.c.deleted_at.is_(None)
    )
    again = {**row, "id": uuid4(), "status": "LOST"}
    unique = r"uq_opportunity_contact_pipeline|opportunity\.contact_id, opportunity\.pipeline_id"
    await refused(world, opportunity, again, unique)
    await accepted(world, opportunity, {**again, "deleted_at": START})


def assigned(table: Table) -> str:
    return rf"pk_{table.name}|{table.name}\.record_id, {table.name}\.user_id"


def slots(table: Table) -> str:
    return rf"uq_{table.name}_record_id_slot|{table.name}\.record_id, {table.name}\.slot"


TABLES = [contact_assigned, opportunity_assigned]


@pytest.mark.parametrize("table", TABLES, ids=["contact", "opportunity"])
async def test_r40_there_is_no_place_for_an_eleventh_follower(world: World, table: Table) -> None:
    row = await read(world, table, ours(world, table))
    row["user_id"] = await free_user(world, table, row["record_id"])
    for slot in (-1, 11):
        await refused(world, table, {**row, "slot": slot}, f"ck_{table.name}_slot")


@pytest.mark.parametrize("table", TABLES, ids=["contact", "opportunity"])
async def test_r40_a_place_is_taken_once(world: World, table: Table) -> None:
    for condition in (table.c.slot == 0, table.c.slot > 0):
        row = await read(world, table, ours(world, table), condition)
        free = await free_user(world, table, row["record_id"])
        await refused(world, table, {**row, "user_id": free}, slots(table))


@pytest.mark.parametrize("table", TABLES, ids=["contact", "opportunity"])
async def test_r44_an_owner_cannot_follow_nor_a_follower_twice(world: World, table: Table) -> None:
    for condition in (table.c.slot == 0, table.c.slot > 0):
        row = await read(world, table, ours(world, table), condition)
        slot = await free_slot(world, table, row["record_id"])
        await refused(world, table, {**row, "slot": slot}, assigned(table))


async def free_user(world: World, table: Table, record_id: UUID) -> UUID:
    """Return a user who is not assigned to a record."""
    taken = select(table.c.user_id).where(table.c.record_id == record_id)
    row = await read(world, user, ours(world, user), user.c.id.not_in(taken))
    key: UUID = row["id"]
    return key


@pytest.mark.parametrize("table", [contact_type, tag], ids=["r52", "r57"])
async def test_names_of_types_and_tags_are_unique_by_their_key(world: World, table: Table) -> None:
    row = await read(world, table, ours(world, table))
    again = {**row, "id": uuid4(), "name": "another spelling"}
    key = rf"uq_{table.name}_practice_id_name_key|{table.name}\.practice_id, {table.name}\.name_key"
    await refused(world, table, again, key)
    other = await read(world, practice, practice.c.id != world.practice.id)
    await accepted(world, table, {**again, "practice_id": other["id"], "name_key": "elsewhere"})


@pytest.mark.parametrize("key", ["email_key", "phone"])
async def test_r58_present_contacts_share_no_address(world: World, key: str) -> None:
    alive = contact.c.deleted_at.is_(None)
    row = await read(world, contact, ours(world, contact), alive, contact.c[key].is_not(None))
    again = {**row, "id": uuid4(), "email_key": None, "phone": None, key: row[key]}
    await refused(world, contact, again, rf"uq_contact_{key}|contact\.practice_id, contact\.{key}")
    await accepted(world, contact, {**again, "deleted_at": START})
    await accepted(world, contact, {**again, "id": uuid4(), key: None})
    await accepted(world, contact, {**again, "id": uuid4(), key: f"{row[key]}0"})


async def test_r58_a_restored_contact_is_held_to_it_too(world: World) -> None:
    alive = contact.c.deleted_at.is_(None)
    row = await read(world, contact, ours(world, contact), alive, contact.c.phone.is_not(None))
    twin = {**row, "id": uuid4(), "email_key": None, "deleted_at": START}
    await accepted(world, contact, twin)
    restore = update(contact).where(contact.c.id == twin["id"]).values(deleted_at=None)
    with pytest.raises(IntegrityError, match=r"uq_contact_phone|contact\.phone"):
        await world.database.write(lambda connection: connection.execute(restore))
    assert (await read(world, contact, contact.c.id == twin["id"]))["deleted_at"] == START


async def test_an_e_mail_address_is_one_user_s_of_a_practice(world: World) -> None:
    row = await read(world, user, ours(world, user), user.c.active.is_(False))
    again = {**row, "id": uuid4(), "active": True}
    await refused(world, user, again, r"uq_user_practice_id_email_key|user\.email_key")
    other = await read(world, practice, practice.c.id != world.practice.id)
    await accepted(world, user, {**again, "practice_id": other["id"], "email_key": "x@y.example"})


async def free_slot(world: World, table: Table, *record_ids: UUID) -> int:
    """Return a follower's place that none of the records has taken."""
    taken = select(table.c.slot).where(table.c.record_id.in_(record_ids))
    async with world.database.reader() as reader:
        used = await reader.run(lambda connection: set(connection.scalars(taken)))
    return next(one for one in range(1, 11) if one not in used)


FOREIGN = r"(?i)foreign key"
ACROSS: list[tuple[Table, str, Table]] = [
    (contact, "type_id", contact_type),
    (contact, "owner_id", user),
    (opportunity, "contact_id", contact),
    (opportunity, "stage_id", stage),
    (opportunity, "owner_id", user),
    (contact_assigned, "user_id", user),
    (contact_assigned, "record_id", contact),
    (opportunity_assigned, "user_id", user),
    (opportunity_assigned, "record_id", opportunity),
    (contact_tag, "contact_id", contact),
    (contact_tag, "tag_id", tag),
    (contact_word, "record_id", contact),
]


async def test_p24_no_row_points_into_another_practice(world: World) -> None:
    """Nor to what does not exist."""
    for table, column, target in ACROSS:
        await points_into_our_practice_only(world, table, column, target)


async def points_into_our_practice_only(
    world: World, table: Table, column: str, target: Table
) -> None:
    row = await read(world, table, ours(world, table))
    row |= {"email_key": None, "phone": None} if table is contact else {}
    row |= {"id": uuid4()} if "id" in table.c else {}
    row |= {"word": "unheard-of"} if "word" in table.c else {}
    row |= {"deleted_at": START} if table is opportunity else {}
    foreign = await read(world, target, target.c.practice_id != world.practice.id)
    if "slot" in table.c:
        row["slot"] = await free_slot(world, table, row["record_id"], foreign["id"])
    await refused(world, table, {**row, column: foreign["id"]}, FOREIGN)
    await refused(world, table, {**row, column: uuid4()}, FOREIGN)


async def test_a_stage_belongs_to_the_card_s_own_pipeline(world: World) -> None:
    row = await read(world, opportunity, ours(world, opportunity))
    elsewhere = next(one for one in world.stages if one.pipeline_id != row["pipeline_id"])
    moved = {**row, "id": uuid4(), "stage_id": elsewhere.id, "deleted_at": START}
    await refused(world, opportunity, moved, FOREIGN)

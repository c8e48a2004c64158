"""What is kept beside the records stays what the records say, after any change (P10, C4, C9)."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, select

from models.contact import contact_tag, contact_word
from models.facts import contact_words, opportunity_words
from models.opportunity import EVERYBODY, opportunity_assigned, opportunity_total, opportunity_word
from permissions.visibility import CONTACT, OPPORTUNITY, Guarded
from resolvers import records
from resolvers.flush import flush
from tests.resolvers.world import MOMENTS, NAMES, STATUSES, VALUES, World


def change_something(connection: Connection, world: World) -> None:
    """Change a few records in a few ways, in one transaction."""
    change, random = world.change(connection), world.random
    for kind in (CONTACT, OPPORTUNITY):
        here = kind.table.c.practice_id == world.practice.id
        found = change.load(kind, here)
        for record in random.sample(found, min(5, len(found))):
            if random.random() < 0.5:
                record.owner_id, record.assigned = world.audience(record.id)
            if random.random() < 0.15:
                record.deleted_at = change.now
            (_touch_contact if kind is CONTACT else _touch_card)(world, record)
    flush(change)
    world.add(connection, 1)


def _touch_contact(world: World, record: Any) -> None:
    record.name = world.random.choice(NAMES) or "No name"
    record.tag_ids = frozenset(world.random.sample(world.tags, world.random.randrange(4)))


def _touch_card(world: World, record: Any) -> None:
    pick = world.random.choice
    record.name, record.value, record.status = pick(NAMES) or "Deal", pick(VALUES), pick(STATUSES)
    steps = [one for one in world.stages if one.pipeline_id == record.pipeline_id]
    record.stage_id, record.stage_entered_at = pick(steps).id, pick(MOMENTS)


def whole(connection: Connection, kind: Guarded) -> list[Any]:
    """Return every record of a kind as it is stored, all practices and deleted ones too."""
    keys = connection.scalars(select(kind.table.c.id)).all()
    found = list(records.load_rows(connection, kind, keys).values())
    records.attach_assigned(connection, kind, found)
    if kind is CONTACT:
        records.attach_tags(connection, found)
    return found


def kept_sums(connection: Connection) -> dict[Any, tuple[int, Decimal]]:
    table = opportunity_total.c
    key = (table.practice_id, table.user_id, table.stage_id, table.status)
    rows = connection.execute(select(*key, table.count, table.value))
    return {tuple(ids): (count, value) for *ids, count, value in rows if count or value}


def counted(connection: Connection) -> dict[Any, tuple[int, Decimal]]:
    sums: dict[Any, tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal("0.00")))
    for card in whole(connection, OPPORTUNITY):
        if card.deleted_at is None:
            for user_id in (EVERYBODY, *(one.user_id for one in card.assigned)):
                key = (card.practice_id, user_id, card.stage_id, card.status)
                sums[key] = (sums[key][0] + 1, sums[key][1] + card.value)
    return dict(sums)


def words(connection: Connection, kind: Guarded) -> tuple[set[Any], set[Any]]:
    """Return the stored words of a kind, and those that its records have."""
    table, words_of = (contact_word, contact_words)
    if kind is OPPORTUNITY:
        table, words_of = opportunity_word, opportunity_words  # type: ignore[assignment]
    stored = {
        (row.practice_id, row.record_id, row.word) for row in connection.execute(select(table))
    }
    made = whole(connection, kind)
    return stored, {(one.practice_id, one.id, word) for one in made for word in words_of(one)}


def repeated(connection: Connection) -> tuple[set[Any], set[Any]]:
    """Return stage, status and creation as assignments repeat them, and as the cards say."""
    columns = opportunity_assigned.c
    rows = connection.execute(
        select(
            columns.record_id, columns.user_id, columns.stage_id, columns.status, columns.created_at
        )
    )
    cards = whole(connection, OPPORTUNITY)
    told = {
        (card.id, one.user_id, card.stage_id, card.status, card.created_at)
        for card in cards
        for one in card.assigned
    }
    return {tuple(row) for row in rows}, told


def owners(connection: Connection, kind: Guarded) -> list[Any]:
    """Return the records whose `owner_id` is not who has slot 0, or whose owner follows."""
    wrong = []
    for record in whole(connection, kind):
        slots = {one.slot: one.user_id for one in record.assigned}
        if slots.get(0) != record.owner_id or len(set(slots.values())) != len(slots):
            wrong.append(record)
    return wrong


async def test_p10_kept_sums_are_the_sums_after_random_changes(world: World) -> None:
    for _ in range(8):
        await world.database.write(change_something, world)
        async with world.database.reader() as reader:
            kept, sums = await reader.run(kept_sums), await reader.run(counted)
            assert len(sums) > 20
            assert kept == sums


async def test_what_derives_from_a_record_follows_it(world: World) -> None:
    for _ in range(5):
        await world.database.write(change_something, world)
        async with world.database.reader() as reader:
            for kind in (CONTACT, OPPORTUNITY):
                stored, made = await reader.run(words, kind)
                assert stored == made
                assert await reader.run(owners, kind) == []
            stored, told = await reader.run(repeated)
            assert stored == told


async def test_a_change_that_is_rolled_back_leaves_the_sums_alone(world: World) -> None:
    def fail(connection: Connection) -> None:
        change_something(connection, world)
        raise LookupError("stop")

    async with world.database.reader() as reader:
        before = await reader.run(kept_sums)
    with pytest.raises(LookupError):
        await world.database.write(fail)
    async with world.database.reader() as reader:
        assert await reader.run(kept_sums) == before == await reader.run(counted)


async def test_tags_are_stored_once_and_taken_off(world: World) -> None:
    mine = next(one for one in world.contacts if one.deleted_at is None)

    def put(connection: Connection, tags: list[Any]) -> set[Any]:
        change = world.change(connection)
        change.load(CONTACT, CONTACT.table.c.id == mine.id)[0].tag_ids = frozenset(tags)
        flush(change)
        return set(
            connection.scalars(
                select(contact_tag.c.tag_id).where(contact_tag.c.contact_id == mine.id)
            )
        )

    for tags in (world.tags, world.tags[:1], [], world.tags[1:]):
        assert await world.database.write(put, list(tags)) == set(tags)


async def test_sums_may_exceed_the_largest_amount(world: World) -> None:
    """Two cards of the largest value in one column are two lawful amounts."""
    largest = Decimal("9999999999.99")

    def enrich(connection: Connection) -> dict[Any, tuple[int, Decimal]]:
        change = world.change(connection)
        for card in change.load(OPPORTUNITY, OPPORTUNITY.table.c.practice_id == world.practice.id):
            card.value = largest
        flush(change)
        return counted(connection)

    sums = await world.database.write(enrich)
    assert max(value for _, value in sums.values()) > largest
    async with world.database.reader() as reader:
        assert await reader.run(kept_sums) == sums

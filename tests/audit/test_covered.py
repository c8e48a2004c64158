"""R97: what must leave a row does: owners, followers, rights, settings, types, DND, deletions."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from app.importing.fields import Kind
from app.importing.importer import Import, import_source
from app.importing.reading import open_source
from models.practice import tag
from models.seams import Seams
from resolvers.ids import global_id, parse
from tests.audit.trail import Json, breaks, database_of, read, told
from tests.scenarios.spa import Spa

LEADS = Path(__file__).resolve().parent.parent / "data" / "made_up_leads.csv"


def hexed(key: str) -> str:
    return parse(key).id.hex


async def since(spa: Spa, number: int) -> list[Json]:
    """Return the rows after a row; all of them name who did it, and for which request."""
    rows = (await told(spa))[number:]
    assert all(row["actor_id"] and row["request_id"] for row in rows)
    return rows


async def of(spa: Spa, name: str, /, **fields: Any) -> list[Json]:
    """Return the rows that a mutation by Ada leaves."""
    before = len(await told(spa))
    await spa.ada.do(name, **fields)
    rows = await since(spa, before)
    assert {row["actor_id"] for row in rows} <= {parse(spa.ada.id).id}
    return rows


async def test_owners_and_followers(spa: Spa) -> None:
    contact = await spa.contact("Grace Park", spa.ben)
    (row,) = await of(spa, "changeOwner", recordId=contact, ownerId=spa.cleo.id)
    assert (row["action"], row["record_id"]) == ("changeOwner", parse(contact).id)
    assert row["changes"]["owner_id"] == [hexed(spa.ben.id), hexed(spa.cleo.id)]
    (row,) = await of(spa, "addFollowers", recordId=contact, userIds=[spa.ben.id])
    assert row["changes"]["followers"] == [[], [hexed(spa.ben.id)]]
    (row,) = await of(spa, "removeFollowers", recordId=contact, all=True)
    assert row["changes"]["followers"] == [[hexed(spa.ben.id)], []]
    assert await of(spa, "removeFollowers", recordId=contact, all=True) == []


async def test_a_follower_who_was_passed_over(spa: Spa) -> None:
    await spa.sync_both()
    contact, card = await spa.pair("Grace Park", spa.ben)
    await spa.follow(contact, *await spa.hire_many(10))
    rows = await of(spa, "changeOwner", recordId=card, ownerId=spa.cleo.id)
    assert [(row["action"], row["record_id"]) for row in rows] == [
        ("changeOwner", parse(card).id),
        ("follower.auto_add_skipped", parse(contact).id),
    ]
    assert rows[1]["changes"] == {"user": [None, hexed(spa.cleo.id)]}


async def test_rights(spa: Spa) -> None:
    (row,) = await of(spa, "updateUserAccess", id=spa.ben.id, onlyAssignedData=False, role="ADMIN")
    assert row["changes"] == {"only_assigned_data": [True, False], "role": ["USER", "ADMIN"]}
    (row,) = await of(spa, "updateUserAccess", id=spa.cleo.id, permissions=["CONTACTS_READ"])
    assert row["changes"]["permissions"][1] == ["CONTACTS_READ"]
    contact = await spa.contact("Grace Park", spa.dan)
    rows = await of(spa, "deactivateUser", id=spa.dan.id, strategy="UNASSIGN")
    assert [(row["record_kind"], row["record_id"]) for row in rows] == [
        ("Contact", parse(contact).id),
        ("User", parse(spa.dan.id).id),
    ]
    assert rows[1]["changes"] == {"active": [True, False]}


async def test_settings_types_tags_and_do_not_disturb(spa: Spa) -> None:
    (row,) = await of(spa, "updateOwnershipSettings", allowDifferentOwners=False)
    assert (row["record_kind"], row["changes"]) == (
        "Practice",
        {"allow_different_owners": [True, False]},
    )
    (row,) = await of(spa, "createContactType", name="VIP")
    vip = global_id("ContactType", row["record_id"])
    assert row["changes"] == {"name": [None, "VIP"]}
    contact = await spa.contact("Grace Park", typeId=vip)
    lead = spa.types["Lead"]
    rows = await of(spa, "deleteContactType", id=vip, replacementTypeId=lead)
    assert rows[0]["changes"]["type_id"] == [hexed(vip), hexed(lead)]
    assert rows[1]["changes"] == {
        "name": ["VIP", None],
        "replacement_type_id": [None, hexed(lead)],
    }
    rows = await of(spa, "editTags", contactId=contact, add=["Botox"])
    assert [(row["record_kind"], row["action"]) for row in rows] == [
        ("Contact", "editTags"),
        ("Tag", "editTags"),
    ]
    assert rows[1]["changes"] == {"name": [None, "Botox"]}
    (row,) = await of(spa, "setDoNotDisturb", contactId=contact, all=True)
    assert row["changes"]["do_not_disturb_all"] == [False, True]


async def test_deletions(spa: Spa) -> None:
    contact, card = await spa.pair("Grace Park", spa.ben)
    rows = await of(spa, "deleteContact", id=contact)
    assert [(row["action"], row["record_id"]) for row in rows] == [
        ("deleteContact", parse(contact).id),
        ("deleteContact", parse(card).id),
    ]
    assert all(row["changes"]["deleted_at"][1] for row in rows)


async def test_the_practice_and_its_first_admin(spa: Spa) -> None:
    rows = (await told(spa))[:2]
    assert [(row["action"], row["record_kind"], row["changes"]) for row in rows] == [
        ("practice.made", "Practice", {"allow_different_owners": [None, True]}),
        ("practice.made", "User", {"active": [None, True], "role": [None, "ADMIN"]}),
    ]


async def test_imported_rows_and_their_new_tags(spa: Spa, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name,email,tags\nGrace Park,grace@x.example,Laser\n,hugo@x.example,Laser\n")
    before = len(await told(spa))
    source = open_source(file, Kind.CONTACTS, [])
    job = Import(source, parse(spa.ada.id).id)
    await import_source(database_of(spa), job, Seams(), lambda _reports: None)
    rows = (await told(spa))[before:]
    assert [(row["action"], row["record_kind"]) for row in rows] == [
        ("import", "Contact"),
        ("import", "Tag"),
        ("import", "Contact"),
    ]
    assert {row["actor_id"] for row in rows} == {parse(spa.ada.id).id}
    assert rows[1]["record_id"] in await read(database_of(spa), tags)
    assert await breaks(database_of(spa), parse(spa.practice).id) == []


def tags(connection: Connection) -> list[Any]:
    return list(connection.scalars(select(tag.c.id)))

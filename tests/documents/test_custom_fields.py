"""R84: what a File Upload field is told, who may tell it, and what a wrong one is answered."""

import asyncio
from typing import Any

import pytest

from files import formats
from resolvers.enums import FileFormat
from tests.audit.trail import told as trail
from tests.client import PATIENCE, Client
from tests.documents.filing import define, field
from tests.model.fold import Json
from tests.scenarios.spa import Spa

EVERY = [one.value for one in FileFormat]
LISTED = """query Q($of: CustomFieldObject) { viewer { practice {
  customFields(object: $of) { id object group name }
} } }"""
NODE = "query Q($id: ID!) { node(id: $id) { __typename id ... on CustomField { key version } } }"
CREATED: Json = {"object": "CONTACT", "name": "Photos", "group": "Before"}


def test_the_formats_of_the_api_are_those_of_files() -> None:
    assert [one.name for one in FileFormat] == [one.name for one in formats.FileFormat]
    assert all(one.value == one.name for one in FileFormat)


async def test_a_field_that_is_told_nothing_takes_one_file_of_any_format(spa: Spa) -> None:
    made = await field(spa, name="Before  Photös (№ 1)")
    made.pop("id")
    assert made == {
        "key": "before_photos_no_1",
        "name": "Before  Photös (№ 1)",
        "kind": "FILE_UPLOAD",
        "object": "CONTACT",
        "group": "Photos",
        "description": None,
        "formats": EVERY,
        "allowMultiple": False,
        "maxFiles": 1,
        "version": 1,
    }


async def test_a_field_is_as_it_was_told(spa: Spa) -> None:
    wanted: Json = {
        "object": "OPPORTUNITY",
        "name": "Plan",
        "group": "Sale",
        "key": "plan_of_2",
        "description": "What was agreed.",
        "allowMultiple": True,
        "maxFiles": 3,
    }
    made = await field(spa, "OPPORTUNITY", **{**wanted, "formats": ["PNG", "PDF", "PNG"]})
    assert {name: made[name] for name in wanted} == wanted
    assert made["formats"] == ["PDF", "PNG"]
    assert (await field(spa, name="Many", allowMultiple=True))["maxFiles"] == 10
    assert (await field(spa, name="Any", formats=[]))["formats"] == EVERY


async def test_a_key_that_is_made_is_free_and_short(spa: Spa) -> None:
    names = ["Scan", "scan", "SCAN!", "Скан", "x" * 200, "x" * 200]
    keys = [(await field(spa, name=name))["key"] for name in names]
    assert keys == ["scan", "scan_2", "scan_3", "field", "x" * 54, "x" * 54 + "_2"]
    assert (await field(spa, "OPPORTUNITY", name="Scan"))["key"] == "scan"


async def test_a_key_that_is_given_is_taken_or_refused(spa: Spa) -> None:
    first = await field(spa, key="scan")
    async with spa.unchanged():
        (error,) = (await define(spa.ada, **CREATED, key="scan"))["errors"]
    assert (error["code"], error["path"]) == ("DUPLICATE_NAME", ["input", "key"])
    assert (await field(spa, key="sca"))["key"] == "sca"
    assert (await field(spa, key="s_an"))["key"] == "s_an"
    await spa.ada.do("deleteCustomField", id=first["id"])
    assert (await field(spa, key="scan"))["key"] == "scan"


async def test_two_who_take_one_key_at_once_do_not_both_get_it(spa: Spa) -> None:
    asked = (define(spa.ada, **CREATED, key="scan") for _ in range(4))
    async with asyncio.timeout(PATIENCE):
        answers = await asyncio.gather(*asked)
    codes = sorted(error["code"] for one in answers for error in one["errors"])
    assert codes == ["DUPLICATE_NAME"] * 3
    asked = (define(spa.ada, **CREATED) for _ in range(3))
    async with asyncio.timeout(PATIENCE):
        answers = await asyncio.gather(*asked)
    assert sorted(one["customField"]["key"] for one in answers) == [
        "photos",
        "photos_2",
        "photos_3",
    ]


@pytest.mark.parametrize(
    ("told", "path"),
    [
        ({"key": "Scan"}, "key"),
        ({"key": ""}, "key"),
        ({"key": "x" * 61}, "key"),
        ({"key": "a b"}, "key"),
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"group": ""}, "group"),
        ({"description": "x" * 2001}, "description"),
        ({"maxFiles": 0}, "maxFiles"),
        ({"maxFiles": 2}, "maxFiles"),
        ({"maxFiles": 101, "allowMultiple": True}, "maxFiles"),
    ],
)
async def test_what_no_field_can_be_told_is_refused(spa: Spa, told: Json, path: str) -> None:
    async with spa.unchanged():
        payload = await define(spa.ada, **{**CREATED, **told})
    (error,) = payload["errors"]
    assert payload["customField"] is None
    assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", path])


async def test_fields_are_listed_by_object_group_and_name_for_everybody(spa: Spa) -> None:
    poor = await spa.hire("Poe")
    await spa.access(poor, permissions=[])
    for of, group, name in (
        ("OPPORTUNITY", "A", "a"),
        ("CONTACT", "b", "x"),
        ("CONTACT", "B", "a"),
        ("CONTACT", "A", "Z"),
        ("CONTACT", "A", "y"),
    ):
        await field(spa, of, name, group=group)

    async def listed(of: str | None = None) -> list[str]:
        found = (await poor.ask(LISTED, of=of))["viewer"]["practice"]["customFields"]
        return [f"{one['object'][0]} {one['group']} {one['name']}" for one in found]

    assert await listed() == ["C A y", "C A Z", "C B a", "C b x", "O A a"]
    assert await listed("OPPORTUNITY") == ["O A a"]


async def changed(client: Client, field: Json, /, **told: Any) -> Json:
    made: Json = (await client.do("updateCustomField", id=field["id"], **told))["customField"]
    return made


async def test_a_change_changes_what_it_names_and_nothing_else(spa: Spa) -> None:
    made = await field(spa, description="Old", formats=["PDF"], key="scan")
    new = await changed(spa.ada, made, name="New", expectedVersion=1)
    assert new == {**made, "name": "New", "version": 2}
    told: Json = {"group": "Other", "description": None, "formats": None, "allowMultiple": True}
    new = await changed(spa.ada, made, **told)
    assert new == {
        **made,
        **told,
        "name": "New",
        "version": 3,
        "formats": EVERY,
        "maxFiles": 10,
    }
    assert (await changed(spa.ada, made, maxFiles=7))["maxFiles"] == 7
    assert (await changed(spa.ada, made, allowMultiple=True))["maxFiles"] == 7
    assert (await changed(spa.ada, made, maxFiles=None))["maxFiles"] == 10
    assert (await changed(spa.ada, made, allowMultiple=False))["maxFiles"] == 1


async def test_a_change_that_changes_nothing_writes_nothing(spa: Spa) -> None:
    made = await field(spa, formats=["PDF"])
    before = len(await trail(spa))
    async with spa.unchanged():
        new = await changed(spa.ada, made, name=made["name"], formats=["PDF"], maxFiles=1)
    assert new == made
    assert [row["action"] for row in (await trail(spa))[before:] if "." not in row["action"]] == []


async def test_a_change_is_refused_in_the_order_of_the_contract(spa: Spa) -> None:
    made = await field(spa)
    contact = await spa.contact()
    told: list[tuple[Client, Json, str]] = [
        (spa.ada, {"maxFiles": 0, "id": contact}, "INVALID_INPUT"),
        (spa.ada, {"maxFiles": 101, "allowMultiple": True}, "INVALID_INPUT"),
        (spa.ben, {"id": contact, "expectedVersion": 9}, "NOT_FOUND"),
        (spa.ben, {"name": "X", "expectedVersion": 9}, "FORBIDDEN"),
        (spa.ada, {"maxFiles": 2, "expectedVersion": 9}, "CONFLICT"),
        (spa.ada, {"maxFiles": 2}, "INVALID_INPUT"),
    ]
    async with spa.unchanged():
        for client, fields, code in told:
            given = {"id": made["id"], **fields}
            assert await client.code("updateCustomField", **given) == code
        assert await spa.ben.code("createCustomField", **CREATED) == "FORBIDDEN"
        assert await spa.ben.code("deleteCustomField", id=made["id"]) == "FORBIDDEN"
        wrong = {"id": made["id"], "expectedVersion": 2}
        assert await spa.ada.code("deleteCustomField", **wrong) == "CONFLICT"


async def test_a_deleted_field_is_gone_by_its_id_and_from_the_list(spa: Spa) -> None:
    made = await field(spa)
    node = {"__typename": "CustomField", "id": made["id"], "key": "before_photos", "version": 1}
    assert (await spa.ben.ask(NODE, id=made["id"]))["node"] == node
    payload = await spa.ada.do("deleteCustomField", id=made["id"], expectedVersion=1)
    assert payload["deletedId"] == made["id"]
    assert (await spa.ada.ask(NODE, id=made["id"]))["node"] is None
    assert (await spa.ada.ask(LISTED))["viewer"]["practice"]["customFields"] == []
    async with spa.unchanged():
        for name in ("updateCustomField", "deleteCustomField"):
            assert await spa.ada.code(name, id=made["id"]) == "NOT_FOUND"

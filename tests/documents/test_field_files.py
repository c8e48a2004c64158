"""R84: formats and number of a field's files hold, under a lock; the field alone drops them."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models.document import document
from models.seams import utc_now
from tests.client import PATIENCE, Client
from tests.documents.filing import field, field_filed, field_uploaded, file, filed, uploaded
from tests.model.fold import Json
from tests.scenarios.spa import Spa

PNG: Json = {"name": "photo.png", "media_type": "image/png"}
VALUES = """query Q($ids: [ID!]!) { nodes(ids: $ids) {
  ... on Contact { customFields { field { id } files { id name } } }
  ... on Opportunity { customFields { field { id } files { id name } } }
} }"""


async def values(client: Client, *records: str) -> list[dict[str, list[str]]]:
    """Return, for each record, the names of the files in each of its fields."""
    nodes = (await client.ask(VALUES, ids=list(records)))["nodes"]
    return [
        {
            one["field"]["id"]: [each["name"] for each in one["files"]]
            for one in node["customFields"]
        }
        for node in nodes
    ]


def where(record: str, of: Json, **more: Any) -> Json:
    return {"recordId": record, "fieldId": of["id"], **more}


async def limit(spa: Spa, of: Json, record: str, most: int) -> None:
    """Assert that a field is full: nothing more is asked for, or added."""
    message = f"This field takes at most {most} files of a record. Remove one first."
    async with spa.unchanged():
        (error,) = await spa.ada.fails("requestFieldUpload", **where(record, of, **file()))
    told = {"code": "TOO_MANY_FILES", "path": ["input", "fieldId"], "message": message}
    assert error == {"__typename": "InputError", **told}


async def test_a_file_of_a_contact_s_field_hangs_on_the_contact(spa: Spa) -> None:
    contact = await spa.contact(owner=spa.ben)
    made = await field_filed(spa.ben, contact, await field(spa), name="Left.pdf")
    assert {**made, "id": "", "version": 1} == {
        "id": "",
        "name": "Left.pdf",
        "folder": "Custom Fields",
        "kind": "FORM_FIELD_FILE",
        "status": "STORED",
        "mediaType": "application/pdf",
        "size": 18,
        "version": 1,
        "deletedAt": None,
        "viewerCanEdit": True,
        "contact": {"id": contact},
        "opportunity": None,
        "uploadedBy": {"id": spa.ben.id},
    }


async def test_a_file_of_a_card_s_field_hangs_on_the_card_alone(spa: Spa) -> None:
    contact, card = await spa.pair(owner=spa.ben)
    of = await field(spa, "OPPORTUNITY")
    made = await field_filed(spa.ben, card, of)
    assert (made["contact"], made["opportunity"]) == (None, {"id": card})
    assert await values(spa.ben, contact, card) == [{}, {of["id"]: ["Consent.pdf"]}]


async def test_every_field_of_the_object_is_told_the_newest_file_last(spa: Spa) -> None:
    many = await field(spa, name="A", allowMultiple=True)
    empty = await field(spa, name="B")
    await field(spa, "OPPORTUNITY")
    one, two = await spa.contact("One"), await spa.contact("Two")
    for name in ("b.pdf", "a.pdf", "c.pdf"):
        await field_filed(spa.ada, one, many, name=name)
    await field_filed(spa.ada, two, many, name="d.pdf")
    await filed(spa.ada, one)
    assert await values(spa.dan, one, two) == [
        {many["id"]: ["b.pdf", "a.pdf", "c.pdf"], empty["id"]: []},
        {many["id"]: ["d.pdf"], empty["id"]: []},
    ]
    poor = await spa.hire("Poe", restricted=False, without=["DOCUMENTS_READ"])
    assert await values(poor, one) == [{many["id"]: [], empty["id"]: []}]


async def test_the_newest_file_is_last_whatever_its_id(spa: Spa) -> None:
    contact = await spa.contact()
    of = await field(spa, allowMultiple=True)
    for name in ("late.pdf", "early.pdf"):
        await field_filed(spa.ada, contact, of, name=name)
    row = document.c.name == "late.pdf"
    late = update(document).where(row).values(created_at=utc_now() + timedelta(days=1))
    await spa.server.desk.services.database.write(lambda connection: connection.execute(late))
    assert await values(spa.ada, contact) == [{of["id"]: ["early.pdf", "late.pdf"]}]


async def test_a_full_field_takes_nothing_until_a_file_is_dropped(spa: Spa) -> None:
    contact, other = await spa.contact("One"), await spa.contact("Two")
    of = await field(spa, allowMultiple=True, maxFiles=2)
    late = await field_uploaded(spa.ada, contact, of)
    first = await field_filed(spa.ada, contact, of)
    await field_filed(spa.ada, contact, of)
    await field_filed(spa.ada, other, of)
    await limit(spa, of, contact, 2)
    async with spa.unchanged():
        added = where(contact, of, uploadId=late)
        assert await spa.ada.code("addFieldFile", **added) == "TOO_MANY_FILES"
    await spa.ada.do("deleteFieldFile", id=first["id"], expectedVersion=1)
    await spa.ada.do("addFieldFile", **where(contact, of, uploadId=late, name="Late.pdf"))
    assert (await values(spa.ada, contact))[0] == {of["id"]: ["Consent.pdf", "Late.pdf"]}


async def test_a_smaller_limit_keeps_the_files_that_are_there(spa: Spa) -> None:
    contact = await spa.contact()
    of = await field(spa, allowMultiple=True)
    for _ in range(2):
        await field_filed(spa.ada, contact, of)
    await spa.ada.do("updateCustomField", id=of["id"], allowMultiple=False)
    assert (await values(spa.ada, contact))[0] == {of["id"]: ["Consent.pdf"] * 2}
    await limit(spa, of, contact, 1)


@pytest.mark.parametrize("of", ["CONTACT", "OPPORTUNITY"])
async def test_of_two_at_once_at_the_limit_one_wins(spa: Spa, of: str) -> None:
    contact, card = await spa.pair()
    record = contact if of == "CONTACT" else card
    made = await field(spa, of, allowMultiple=True, maxFiles=2)
    uploads = [await field_uploaded(spa.ada, record, made) for _ in range(5)]
    asked = (spa.ada.send("addFieldFile", **where(record, made, uploadId=one)) for one in uploads)
    async with asyncio.timeout(PATIENCE):
        answers = await asyncio.gather(*asked)
    codes = [error["code"] for one in answers for error in one["errors"]]
    assert codes == ["TOO_MANY_FILES"] * 3
    assert [len(files) for files in (await values(spa.ada, record))[0].values()] == [2]


async def test_other_formats_than_the_field_s_are_refused_before_and_after_the_upload(
    spa: Spa,
) -> None:
    contact = await spa.contact()
    of = await field(spa, formats=["PDF", "PNG"])
    photo = await field_uploaded(spa.ada, contact, of, **PNG)
    await spa.ada.do("updateCustomField", id=of["id"], formats=["PDF", "CSV"])
    told = "Files of this type are not taken. Send one of CSV, PDF."
    async with spa.unchanged():
        asked = where(contact, of, **file(**PNG))
        (error,) = await spa.ada.fails("requestFieldUpload", **asked)
        assert (error["code"], error["path"]) == ("UNSUPPORTED_MEDIA_TYPE", ["input", "mediaType"])
        assert error["message"] == told
        (error,) = await spa.ada.fails("addFieldFile", **where(contact, of, uploadId=photo))
        assert (error["code"], error["path"]) == ("UNSUPPORTED_MEDIA_TYPE", ["input", "uploadId"])
        assert error["message"] == told


async def test_what_does_not_belong_together_is_not_found(spa: Spa) -> None:
    contact, card = await spa.pair()
    mine, cards = await field(spa), await field(spa, "OPPORTUNITY")
    other = await field(spa, name="Other")
    plain = await uploaded(spa.ada, contact)
    of_other = await field_uploaded(spa.ada, contact, other)
    of_dan = await field_uploaded(spa.dan, contact, mine)
    told: list[tuple[Json, list[str]]] = [
        (where(contact, cards, uploadId=plain), ["fieldId", "uploadId"]),
        (where(card, mine, uploadId=plain), ["fieldId", "uploadId"]),
        (where(contact, {"id": contact}, uploadId=plain), ["fieldId", "uploadId"]),
        (where(mine["id"], mine, uploadId=plain), ["recordId", "uploadId"]),
        (where(contact, mine, uploadId=plain), ["uploadId"]),
        (where(contact, mine, uploadId=of_other), ["uploadId"]),
        (where(contact, mine, uploadId=of_dan), ["uploadId"]),
        (where(contact, mine, uploadId=contact), ["uploadId"]),
    ]
    async with spa.unchanged():
        for fields, paths in told:
            errors = await spa.ada.fails("addFieldFile", **fields)
            assert [one["path"][1] for one in errors] == paths, fields
            assert {one["code"] for one in errors} == {"NOT_FOUND"}
        asked = where(contact, cards, **file())
        assert await spa.ada.code("requestFieldUpload", **asked) == "NOT_FOUND"
        asked = {"contactId": contact, "uploadId": of_other}
        assert await spa.ada.code("createDocument", **asked) == "NOT_FOUND"


async def test_rights_come_after_what_is_not_found_and_before_the_rules(spa: Spa) -> None:
    poor = await spa.hire("Poe", restricted=False, without=["DOCUMENTS_WRITE"])
    contact = await spa.contact()
    of = await field(spa)
    made = await field_filed(spa.ada, contact, of)
    async with spa.unchanged():
        asked = where(contact, of, **{**file(), "size": 0})
        assert await poor.code("requestFieldUpload", **asked) == "INVALID_INPUT"
        asked = where(contact, of, **file(**PNG))
        assert await poor.code("requestFieldUpload", **asked) == "FORBIDDEN"
        assert await poor.code("deleteFieldFile", id=made["id"], expectedVersion=9) == "FORBIDDEN"
        wrong = {"id": made["id"], "expectedVersion": 9}
        assert await spa.ada.code("deleteFieldFile", **wrong) == "CONFLICT"


async def test_an_upload_becomes_one_file_and_not_before_it_is_whole(spa: Spa) -> None:
    contact = await spa.contact()
    of = await field(spa, allowMultiple=True)
    ticket = await spa.ada.do("requestFieldUpload", **where(contact, of, **file()))
    async with spa.unchanged():
        asked = where(contact, of, uploadId=ticket["upload"]["id"])
        assert await spa.ada.code("addFieldFile", **asked) == "INVALID_INPUT"
    asked = where(contact, of, uploadId=await field_uploaded(spa.ada, contact, of))
    async with spa.unchanged():
        wrong = {**asked, "name": "Consent.png"}
        assert await spa.ada.code("addFieldFile", **wrong) == "UNSUPPORTED_MEDIA_TYPE"
    await spa.ada.do("addFieldFile", **asked)
    async with spa.unchanged():
        assert await spa.ada.code("addFieldFile", **asked) == "NOT_FOUND"


async def test_a_field_s_file_is_dropped_by_its_field_alone_and_for_good(spa: Spa) -> None:
    contact = await spa.contact()
    of = await field(spa)
    made, plain = await field_filed(spa.ada, contact, of), await filed(spa.ada, contact)
    async with spa.unchanged():
        assert await spa.ada.code("deleteDocument", id=made["id"]) == "INVALID_INPUT"
        assert await spa.ada.code("deleteFieldFile", id=plain["id"]) == "INVALID_INPUT"
        moved = {"id": made["id"], "folder": "Other"}
        assert await spa.ada.code("updateDocument", **moved) == "INVALID_INPUT"
    await spa.ada.do("updateDocument", id=made["id"], name="New.pdf")
    assert (await values(spa.ada, contact))[0] == {of["id"]: ["New.pdf"]}
    payload = await spa.ada.do("deleteFieldFile", id=made["id"])
    assert payload["deletedId"] == made["id"]
    assert (await values(spa.ada, contact))[0] == {of["id"]: []}
    async with spa.unchanged():
        assert await spa.ada.code("restoreDocument", id=made["id"]) == "NOT_FOUND"
    kept = (await spa.ada.everything(spa.pipeline))["deleted"]
    assert kept == {"totalCount": 0, "nodes": []}

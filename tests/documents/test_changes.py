"""R84: documents are made, named, moved, deleted, brought back; a refusal changes nothing."""

from datetime import timedelta

import pytest

from models.seams import Seams
from tests.audit.trail import told as trail
from tests.documents.filing import file, filed, send, uploaded
from tests.model.fold import Json
from tests.scenarios.spa import Spa, open_spa
from tests.scenarios.test_retention import Clock
from tests.server import running_server

SYSTEM = ["Internal", "Sent", "Received", "Custom Fields"]


async def test_a_document_is_what_was_uploaded(spa: Spa) -> None:
    contact = await spa.contact(owner=spa.ben)
    made = await filed(spa.ben, contact)
    made.pop("id")
    assert made == {
        "name": "Consent.pdf",
        "folder": "Internal",
        "kind": "FILE",
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


async def test_a_document_may_have_another_name_than_its_upload(spa: Spa) -> None:
    contact = await spa.contact()
    upload = await uploaded(spa.ada, contact, name="scan0001.PDF")
    asked = {"contactId": contact, "uploadId": upload}
    async with spa.unchanged():
        wrong = {**asked, "name": "Consent.png"}
        (error,) = await spa.ada.fails("createDocument", **wrong)
    assert (error["code"], error["path"]) == ("UNSUPPORTED_MEDIA_TYPE", ["input", "name"])
    payload = await spa.ada.do("createDocument", **asked, name=" Consent of Grace.pdf ")
    assert payload["document"]["name"] == "Consent of Grace.pdf"


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (None, "Internal"),
        ("", "Internal"),
        ("internal", "Internal"),
        ("SENT", "Sent"),
        (" \uff33\uff45\uff4e\uff54 ", "Sent"),
        ("Laser", "Laser"),
        ("x" * 200, "x" * 200),
    ],
)
async def test_a_folder_is_internal_a_known_one_in_any_case_or_a_new_one(
    spa: Spa, wanted: str | None, shown: str
) -> None:
    contact = await spa.contact()
    made = await filed(spa.ada, contact, folder=wanted)
    assert made["folder"] == shown
    if wanted:
        other = await filed(spa.ada, contact, folder="Other")
        moved = await spa.ada.do("updateDocument", id=other["id"], folder=wanted)
        assert moved["document"]["folder"] == shown


@pytest.mark.parametrize("folder", ["Custom Fields", "custom FIELDS", "x" * 201, "a\0b"])
async def test_nothing_comes_into_a_folder_that_is_not_for_it(spa: Spa, folder: str) -> None:
    contact = await spa.contact()
    made = await filed(spa.ada, contact)
    upload = await uploaded(spa.ada, contact)
    async with spa.unchanged():
        for name, fields in (
            ("createDocument", {"contactId": contact, "uploadId": upload}),
            ("updateDocument", {"id": made["id"]}),
            ("updateDocument", {"id": contact, "expectedVersion": 9}),
        ):
            (error,) = await spa.ada.fails(name, **fields, folder=folder)
            assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", "folder"])


@pytest.mark.parametrize("name", ["a/b.pdf", "..", "con.pdf", "a\u202efdp.pdf", "x" * 197 + ".pdf"])
async def test_a_bad_name_is_refused_wherever_it_stands(spa: Spa, name: str) -> None:
    contact = await spa.contact()
    made = await filed(spa.ada, contact)
    upload = await uploaded(spa.ada, contact)
    async with spa.unchanged():
        for change, fields in (
            ("requestUpload", {"contactId": contact, **file()}),
            ("createDocument", {"contactId": contact, "uploadId": upload}),
            ("updateDocument", {"id": made["id"]}),
        ):
            (error,) = await spa.ada.fails(change, **{**fields, "name": name})
            assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", "name"])


@pytest.mark.parametrize(
    ("told", "code", "path"),
    [
        ({"size": 0}, "INVALID_INPUT", "size"),
        ({"size": -1, "mediaType": "text/html"}, "INVALID_INPUT", "size"),
        ({"mediaType": "text/html"}, "UNSUPPORTED_MEDIA_TYPE", "mediaType"),
        ({"mediaType": "a\0b"}, "INVALID_INPUT", "mediaType"),
        ({"name": "Consent.png"}, "UNSUPPORTED_MEDIA_TYPE", "name"),
        ({"name": "Consent"}, "UNSUPPORTED_MEDIA_TYPE", "name"),
        ({"size": 250 * 1024 * 1024 + 1}, "FILE_TOO_LARGE", "size"),
    ],
)
async def test_what_cannot_be_taken_is_refused_before_it_is_sent(
    spa: Spa, told: Json, code: str, path: str
) -> None:
    contact = await spa.contact()
    async with spa.unchanged():
        (error,) = await spa.ada.fails("requestUpload", **{"contactId": contact, **file(), **told})
    assert (error["code"], error["path"]) == (code, ["input", path])


async def test_the_largest_file_is_taken_in_any_spelling_of_its_type(spa: Spa) -> None:
    told = {**file(), "mediaType": "Application/PDF; version=2", "size": 250 * 1024 * 1024}
    await spa.ada.do("requestUpload", contactId=await spa.contact(), **told)


async def test_an_upload_becomes_one_document_when_it_is_whole(spa: Spa) -> None:
    contact, other = await spa.contact(), await spa.contact("Other")
    poor = await spa.hire("Poe", restricted=False, without=["DOCUMENTS_WRITE"])
    ticket = (await spa.ada.do("requestUpload", contactId=contact, **file()))["upload"]
    asked = {"contactId": contact, "uploadId": ticket["id"]}
    async with spa.unchanged():
        (error,) = await spa.ada.fails("createDocument", **asked)
        assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", "uploadId"])
        assert await poor.code("requestUpload", contactId=contact, **file()) == "FORBIDDEN"
    await send(spa.ada, ticket)
    async with spa.unchanged():
        for wrong in ({"contactId": other}, {"uploadId": contact}):
            (error,) = await spa.ada.fails("createDocument", **{**asked, **wrong})
            assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "uploadId"])
    await spa.ada.do("createDocument", **asked)
    async with spa.unchanged():
        assert await spa.ada.code("createDocument", **asked) == "NOT_FOUND"


async def test_the_same_key_twice_makes_one_document(spa: Spa) -> None:
    contact = await spa.contact()
    asked = {"contactId": contact, "uploadId": await uploaded(spa.ada, contact)}
    first = await spa.ada.do("createDocument", key="once", **asked)
    async with spa.unchanged():
        again = await spa.ada.do("createDocument", key="once", **asked)
    assert again["document"] == first["document"]


async def test_a_change_grows_the_version_and_a_stale_one_conflicts(spa: Spa) -> None:
    made = await filed(spa.ada, await spa.contact())
    told: Json = {"id": made["id"], "expectedVersion": 1}
    payload = await spa.ada.do("updateDocument", **told, name="New.pdf", folder="Laser")
    assert payload["document"] == {**made, "name": "New.pdf", "folder": "Laser", "version": 2}
    async with spa.unchanged():
        for change in ("updateDocument", "deleteDocument"):
            (error,) = await spa.ada.fails(change, **told)
            assert (error["code"], error["currentVersion"]) == ("CONFLICT", 2)
        wrong = {"id": made["id"], "name": "New.png"}
        assert await spa.ada.code("updateDocument", **wrong) == "UNSUPPORTED_MEDIA_TYPE"


async def test_what_changes_nothing_writes_nothing(spa: Spa) -> None:
    made = await filed(spa.ada, await spa.contact())
    before = len(await trail(spa))
    async with spa.unchanged():
        same: Json = {"name": "Consent.pdf", "folder": "INTERNAL", "expectedVersion": 1}
        assert (await spa.ada.do("updateDocument", id=made["id"], **same))["document"] == made
        await spa.ada.do("updateDocument", id=made["id"], name=None, folder=None)
    assert [row for row in (await trail(spa))[before:] if "." not in row["action"]] == []


async def test_rights_come_after_what_is_not_found_and_before_the_version(spa: Spa) -> None:
    poor = await spa.hire("Poe", restricted=False, without=["DOCUMENTS_WRITE"])
    contact = await spa.contact()
    made, gone = await filed(spa.ada, contact), await filed(spa.ada, contact)
    await spa.ada.do("deleteDocument", id=gone["id"])
    async with spa.unchanged():
        for change in ("updateDocument", "deleteDocument"):
            wrong = {"expectedVersion": 9}
            assert await poor.code(change, id=made["id"], **wrong) == "FORBIDDEN"
            assert await poor.code(change, id=gone["id"], **wrong) == "NOT_FOUND"
        assert await poor.code("restoreDocument", id=gone["id"]) == "FORBIDDEN"
        assert await poor.code("restoreDocument", id=made["id"]) == "NOT_FOUND"


async def test_what_is_deleted_comes_back_within_sixty_days(database_url: str) -> None:
    clock = Clock()
    async with (
        running_server(database_url, seams=Seams(now=clock.now)) as server,
        open_spa(server, different_owners=True) as spa,
    ):
        made = await filed(spa.ada, await spa.contact())
        for days in (timedelta(days=60) - timedelta(minutes=1), timedelta(days=60)):
            await spa.ada.do("deleteDocument", id=made["id"])
            clock.ahead += days
            spa.ada.token = await server.token(spa.ada.email)
            if days < timedelta(days=60):
                restored = (await spa.ada.do("restoreDocument", id=made["id"]))["document"]
                assert restored == {**made, "version": 3}
        async with spa.unchanged():
            poor = spa.dan
            poor.token = await server.token(poor.email)
            assert await spa.ada.code("restoreDocument", id=made["id"]) == "NOT_FOUND"
        everything = await spa.ada.everything(spa.pipeline)
        nothing = {"totalCount": 0, "nodes": []}
        assert (everything["documents"], everything["deleted"]) == (nothing, nothing)

"""The two chapters of documents, step by step as people live them, in a folder and in S3."""

import hashlib

import pytest

from tests.agreements.asking import BODY, DOCUMENT, Page, text_of
from tests.client import Client
from tests.documents.filing import field as defined
from tests.files.samples import image, pdf
from tests.files_http.conftest import STORES
from tests.files_http.files import (
    CONSENT,
    TUS,
    address,
    get,
    links,
    put,
    refusal,
    send_file,
    ticket,
)
from tests.model.fold import Json
from tests.scenarios.spa import Spa

JPEG = image("JPEG")
BOTH_STORES = pytest.mark.parametrize("files_url", STORES, indirect=True)
SHELF = """query ($id: ID!, $filter: DocumentFilter) { contact(id: $id) {
  documentCount documentFolders { name count }
  documents(filter: $filter) { totalCount nodes { id name folder kind status } } } }"""
VALUES = """query ($id: ID!) { opportunity(id: $id) { documentCount
  customFields { field { id name } files { id name kind folder } } } }"""


async def shelf(client: Client, contact: str, **wanted: object) -> Json:
    """Return the documents of a contact and their folders."""
    found: Json = (await client.ask(SHELF, id=contact, filter=wanted or None))["contact"]
    return found


async def names(client: Client, contact: str, **wanted: object) -> list[str]:
    """Return the names of the documents that a contact's list shows."""
    return [one["name"] for one in (await shelf(client, contact, **wanted))["documents"]["nodes"]]


async def put_into_field(client: Client, record: str, field: Json, content: bytes) -> Json:
    """Send a picture to a field of a record; return the payload of addFieldFile."""
    told: Json = {"recordId": record, "fieldId": field["id"]}
    picture: Json = {"name": "Before.jpg", "mediaType": "image/jpeg", "size": len(content)}
    asked = (await client.do("requestFieldUpload", **told, **picture))["upload"]
    assert (await put(client, asked["url"], content)).status_code == 201
    return await client.send("addFieldFile", **told, uploadId=asked["id"])


@BOTH_STORES
async def test_the_chapter_of_upload_fields(spa: Spa) -> None:
    card = await spa.card(await spa.contact(), spa.ben)
    field = await defined(spa, "OPPORTUNITY", formats=["JPEG"], allowMultiple=True, maxFiles=2)
    told = {
        "recordId": card,
        "fieldId": field["id"],
        "name": "a.pdf",
        "mediaType": "application/pdf",
    }
    assert await spa.ben.code("requestFieldUpload", **told, size=9) == "UNSUPPORTED_MEDIA_TYPE"
    spare: Json = {
        "recordId": card,
        "fieldId": field["id"],
        "name": "c.jpg",
        "mediaType": "image/jpeg",
    }
    late = (await spa.ben.do("requestFieldUpload", **spare, size=len(JPEG)))["upload"]
    made = [(await put_into_field(spa.ben, card, field, JPEG))["document"] for _ in range(2)]
    assert (await put(spa.ben, late["url"], JPEG)).status_code == 201
    where = {"recordId": card, "fieldId": field["id"], "uploadId": late["id"]}
    assert await spa.ben.code("addFieldFile", **where) == "TOO_MANY_FILES"
    shown = (await spa.ben.ask(VALUES, id=card))["opportunity"]
    assert shown["documentCount"] == 2
    (value,) = shown["customFields"]
    assert [one["id"] for one in value["files"]] == [one["id"] for one in made]
    assert {(one["kind"], one["folder"]) for one in value["files"]} == {
        ("FORM_FIELD_FILE", "Custom Fields")
    }
    assert await spa.ben.code("deleteDocument", id=made[0]["id"]) == "INVALID_INPUT"
    await spa.ben.do("deleteFieldFile", id=made[0]["id"])
    assert (await spa.ben.ask(VALUES, id=card))["opportunity"]["documentCount"] == 1
    fetched = await links(spa.ben, made[1]["id"])
    assert fetched is not None
    assert (await get(spa.ben, fetched["downloadUrl"])).content == JPEG


@BOTH_STORES
async def test_the_chapter_of_the_documents_area(spa: Spa) -> None:
    grace = await spa.contact(owner=spa.ben)
    made = await send_file(spa.ben, grace, "Laser consent.pdf", content=pdf("Hyaluronic filler"))
    await send_file(spa.ben, grace, "Photo.jpg", "image/jpeg", JPEG)
    assert await names(spa.ben, grace) == ["Photo.jpg", "Laser consent.pdf"]
    assert await names(spa.ben, grace, search="hyalu") == ["Laser consent.pdf"]
    assert await names(spa.ben, grace, search="laser") == ["Laser consent.pdf"]
    await spa.ben.do("updateDocument", id=made["id"], name="Filler.pdf", folder="Received")
    assert await names(spa.ben, grace, folders=["received"]) == ["Filler.pdf"]
    folders = (await shelf(spa.ben, grace))["documentFolders"]
    assert {one["name"]: one["count"] for one in folders} == {
        "Internal": 1,
        "Sent": 0,
        "Received": 1,
        "Custom Fields": 0,
    }
    fresh = await links(spa.ben, made["id"])
    assert fresh is not None
    assert (await get(spa.ben, fresh["previewUrl"])).content[:8] == b"\x89PNG\r\n\x1a\n"
    part = await get(spa.ben, fresh["downloadUrl"], Range="bytes=0-4")
    assert (part.status_code, part.content) == (206, b"%PDF-")
    await spa.ben.do("deleteDocument", id=made["id"])
    assert await names(spa.ben, grace) == ["Photo.jpg"]
    assert refusal(await get(spa.ben, fresh["downloadUrl"])) == (404, "NOT_FOUND")
    await spa.ben.do("restoreDocument", id=made["id"])
    assert (await get(spa.ben, fresh["downloadUrl"])).content == pdf("Hyaluronic filler")


@BOTH_STORES
async def test_the_chapter_of_document_management(spa: Spa) -> None:
    grace, henry = await spa.contact(owner=spa.ben), await spa.contact("Henry Oak", spa.cleo)
    template = await spa.ada.do("createAgreementTemplate", name="Consent", body=BODY)
    people = [{"contactId": grace}, {"contactId": henry}]
    drafted = await spa.ada.do(
        "createAgreement",
        name="Consent of both",
        templateId=template["agreementTemplate"]["id"],
        recipients=people,
    )
    key = drafted["document"]["id"]
    assert await names(spa.ada, grace) == []
    assert (await spa.ben.ask(DOCUMENT, id=key))["document"] is None
    await spa.ada.do("sendAgreement", id=key)
    assert await names(spa.cleo, henry, statuses=["SENT"]) == ["Consent of both"]
    seen = (await spa.cleo.ask(DOCUMENT, id=key))["document"]
    assert seen["contact"] is None
    assert [one["contact"] for one in seen["recipients"]] == [None, {"id": henry}]
    assert [one["shareUrl"] is None for one in seen["recipients"]] == [True, False]
    sent = (await spa.ada.ask(DOCUMENT, id=key))["document"]
    pages = [Page(spa.http, address(spa.ada, one["shareUrl"])) for one in sent["recipients"]]
    assert (await pages[0].get("/pages/1")).headers["content-type"] == "image/png"
    for page, name in zip(pages, ("Grace Park", "Henry Oak"), strict=True):
        assert (await page.sign(name)).status_code == 200
    done = (await spa.cleo.ask(DOCUMENT, id=key))["document"]
    assert (done["status"], done["shareUrl"]) == ("COMPLETED", None)
    assert [one["completed"] for one in done["recipients"]] == [True, True]
    assert [(await page.get()).status_code for page in pages] == [404, 404]
    fresh = await links(spa.cleo, key)
    assert fresh is not None
    answer = await get(spa.cleo, fresh["downloadUrl"])
    assert 'filename="Consent of both.pdf"' in answer.headers["content-disposition"]
    assert hashlib.sha256(answer.content).hexdigest() == done["sha256"]
    text = text_of(answer.content)
    for told in ("Certificate of Completion", "Grace Park", "Henry Oak", sent["sha256"][:32]):
        assert told in text


@BOTH_STORES
async def test_who_loses_a_contact_fetches_no_byte_of_its_files_by_any_link(spa: Spa) -> None:
    grace = await spa.contact(owner=spa.ben)
    made = await send_file(spa.ben, grace)
    key = (
        await spa.ben.do(
            "createAgreement", name="Consent", body="I agree.", recipients=[{"contactId": grace}]
        )
    )["document"]["id"]
    await spa.ben.do("sendAgreement", id=key)
    had = [await links(spa.ben, one) for one in (made["id"], key)]
    asked = await ticket(spa.ben, grace, len(CONSENT))
    parts = await ticket(spa.ben, grace, len(CONSENT))
    begun = {**TUS, "Upload-Length": str(len(CONSENT))}
    where = (await spa.http.post(address(spa.ben, parts["url"]), headers=begun)).headers["location"]
    await spa.own(grace, spa.cleo)
    for shown in had:
        assert shown is not None
        for url in (shown["downloadUrl"], shown["previewUrl"]):
            assert refusal(await get(spa.ben, url)) == (404, "NOT_FOUND")
            assert refusal(await get(spa.ben, url, Range="bytes=0-0")) == (404, "NOT_FOUND")
            assert refusal(await get(spa.ben, url, If_None_Match="*")) == (404, "NOT_FOUND")
            assert (await get(spa.ben, url, "HEAD")).status_code == 404
    assert refusal(await put(spa.ben, asked["url"], CONSENT)) == (404, "NOT_FOUND")
    assert (await spa.http.head(address(spa.ben, where), headers=TUS)).status_code == 404
    assert await links(spa.ben, made["id"]) is None

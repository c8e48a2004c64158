"""Who changes agreements: with Only Assigned Data, each his own alone (R16)."""

import pytest

from tests.agreements.asking import Office, text_of
from tests.client import Client

CAN = "query ($id: ID!) { document(id: $id) { viewerCanEdit } }"
LTR, RTL = "\u202a", "\u202e"


async def can(client: Client, key: str) -> bool:
    """Return whether a user is told that he may change a document."""
    told: bool = (await client.ask(CAN, id=key))["document"]["viewerCanEdit"]
    return told


async def test_a_restricted_user_only_reads_the_agreements_of_others(office: Office) -> None:
    ben, key = office.spa.ben, await office.sent()
    assert not await can(ben, key)
    async with office.unchanged():
        for name in ("reviseAgreement", "sendAgreement", "deleteDocument"):
            assert await ben.code(name, id=key) == "FORBIDDEN"
        assert await ben.code("updateAgreement", id=key, name="Mine") == "FORBIDDEN"
        assert await ben.code("updateDocument", id=key, folder="Mine") == "FORBIDDEN"
    assert (await office.pages(key))[0].url
    await office.spa.ada.do("deleteDocument", id=key)
    async with office.unchanged():
        assert await ben.code("restoreDocument", id=key) == "FORBIDDEN"


async def test_he_changes_his_own_and_an_unrestricted_user_every_one(office: Office) -> None:
    for client in (office.spa.ben, office.spa.dan):
        key = await office.sent(by=office.spa.ben)
        assert await can(client, key)
        await client.do("updateDocument", id=key, folder="Mine")
        await client.do("reviseAgreement", id=key)
        await client.do("deleteDocument", id=key)
        restored = await client.do("restoreDocument", id=key, expectedVersion=5)
        assert restored["document"]["id"] == key


@pytest.mark.parametrize("name", [f"Consent{RTL}fdp.exe", "Consent\nof Grace", f"{LTR}Consent"])
async def test_a_name_is_one_line_that_reads_as_it_is_written(office: Office, name: str) -> None:
    async with office.unchanged():
        given = {"name": name, "body": "I agree.", "recipients": [{"contactId": office.grace}]}
        assert await office.spa.ada.code("createAgreement", **given) == "INVALID_INPUT"
    key = await office.draft()
    async with office.unchanged():
        assert await office.spa.ada.code("updateAgreement", id=key, name=name) == "INVALID_INPUT"


@pytest.mark.parametrize("name", [f"Grace {RTL}kraP", "Grace\nPark MD"])
async def test_so_is_a_signature(office: Office, name: str) -> None:
    key = await office.sent()
    (page,) = await office.pages(key)
    sha256 = await page.hash()
    async with office.unchanged():
        answer = await page.sign(name, sha256)
        assert answer.status_code == 400
    assert (await page.sign("Grace Park", sha256)).status_code == 200
    assert "Grace Park" in text_of(await office.pdf(key))
    assert (await page.sign("Somebody Else", sha256)).status_code == 404

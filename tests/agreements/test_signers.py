"""Signatures: what they prove, that the last one completes, and that none counts twice."""

import asyncio
import hashlib
import re
from datetime import datetime

import httpx2

from tests.agreements.asking import Office, text_of
from tests.client import PATIENCE

SIGNED = re.compile(r'href="(/signed/[^"]+)"')


async def together(*posts: object) -> list[httpx2.Response]:
    async with asyncio.timeout(4 * PATIENCE):
        return list(await asyncio.gather(*posts))  # type: ignore[call-overload]


async def test_r85_the_last_signer_completes_and_the_certificate_names_all(
    office: Office,
) -> None:
    ida = await office.spa.contact("Ida Elm")
    key = await office.sent(office.grace, (office.henry, "SIGNER"), (ida, "COPY"))
    first, second, copy = await office.pages(key)
    signed_bytes, sha256 = await office.pdf(key), await first.hash()
    await copy.get()

    answer = await first.sign("Grace E. Park", sha256)
    assert "complete when the others have signed" in answer.text
    shown = await office.read(key)
    assert (shown["status"], [one["completed"] for one in shown["recipients"]]) == (
        "VIEWED",
        [True, False, False],
    )
    assert "You signed on" in (await first.get()).text

    answer = await second.sign("Henry Oak")
    assert "Everybody has signed" in answer.text
    shown = await office.read(key)
    assert (shown["status"], shown["agreement"]["completedAt"]) == (
        "COMPLETED",
        shown["recipients"][1]["completedAt"],
    )
    completed, signed = await office.files(key)
    assert signed == signed_bytes
    assert completed.startswith(signed)
    assert hashlib.sha256(signed).hexdigest() == sha256
    assert hashlib.sha256(completed).hexdigest() == shown["sha256"] != sha256
    text = text_of(completed)
    for told in (
        "Certificate of Completion",
        "Grace E. Park",
        "Henry Oak",
        "Ida Elm",
        "127.0.0.1",
        sha256[:32],
        sha256[32:],
    ):
        assert told in text, told
    assert (len(completed), shown["pages"]) == (shown["size"], 2)


async def test_the_completed_pdf_is_offered_by_a_link_of_its_own(office: Office) -> None:
    key = await office.sent()
    (page,) = await office.pages(key)
    found = SIGNED.search((await page.sign()).text)
    assert found is not None
    pdf = await page.http.get(office.base + found[1])
    assert (pdf.status_code, pdf.content) == (200, (await office.files(key))[0])
    assert [(await page.get(path)).status_code for path in ("", "/pdf", "/pages/1")] == [404] * 3
    await office.spa.ada.do("deleteDocument", id=key)
    assert (await page.http.get(office.base + found[1])).status_code == 404


async def test_a_signature_sent_again_changes_nothing(office: Office) -> None:
    key = await office.sent(office.grace, office.henry)
    first, second = await office.pages(key)
    sha256 = await first.hash()
    await first.sign("Grace Park", sha256)
    async with office.unchanged():
        for name, status in (("Grace Park", 200), ("Somebody Else", 409)):
            assert (await first.sign(name, sha256)).status_code == status
        assert (await first.decline()).status_code == 409
    await second.sign("Henry Oak", sha256)
    async with office.unchanged():
        assert "Everybody has signed" in (await second.sign("Henry Oak", sha256)).text
        assert (await second.sign("Henry Oak", "0" * 64)).status_code == 404
    assert "Somebody Else" not in text_of((await office.files(key))[0])


async def test_only_what_was_read_is_signed(office: Office) -> None:
    key = await office.sent()
    (page,) = await office.pages(key)
    for sha256 in ("", "0" * 64, (await page.hash()).upper()):
        async with office.unchanged():
            assert (await page.sign("Grace", sha256)).status_code == 409
    assert await office.status(key) == "VIEWED"
    # Another text needs another revision, whose link is another.
    sha256 = await page.hash()
    await office.spa.ada.do("reviseAgreement", id=key)
    await office.spa.ada.do("updateAgreement", id=key, body="Other.")
    await office.spa.ada.do("sendAgreement", id=key)
    async with office.unchanged():
        assert (await page.sign("Grace", sha256)).status_code == 404
        assert (await (await office.pages(key))[0].sign("Grace", sha256)).status_code == 409


async def test_signing_without_having_opened_the_page_is_a_view_first(office: Office) -> None:
    key = await office.sent()
    (page,) = await office.pages(key)
    await page.sign("Grace Park", (await office.read(key))["sha256"])
    steps = ["agreement.viewed", "agreement.signed", "agreement.completed"]
    assert (await office.steps(key))[2:] == steps
    shown = await office.read(key)
    assert (shown["status"], shown["version"]) == ("COMPLETED", 5)


async def test_three_sign_at_once_and_exactly_one_completes(office: Office) -> None:
    ida = await office.spa.contact("Ida Elm")
    key = await office.sent(office.grace, office.henry, ida)
    pages = await office.pages(key)
    sha256 = await pages[0].hash()
    for page in pages[1:]:
        await page.get()
    names = ("Grace Signs", "Henry Signs", "Ida Signs")
    answers = await together(
        *(page.sign(name, sha256) for page, name in zip(pages, names, strict=True))
    )
    assert [one.status_code for one in answers] == [200] * 3
    assert sum("Everybody has signed" in one.text for one in answers) >= 1
    shown = await office.read(key)
    assert shown["status"] == "COMPLETED"
    steps = await office.steps(key)
    assert [steps.count(f"agreement.{name}") for name in ("signed", "completed")] == [3, 1]
    text = text_of((await office.files(key))[0])
    assert [name in text for name in names] == [True] * 3
    stamps = [datetime.fromisoformat(one["completedAt"]) for one in shown["recipients"]]
    assert max(stamps) == datetime.fromisoformat(shown["agreement"]["completedAt"])


async def test_one_signer_who_clicks_twice_signs_once(office: Office) -> None:
    key = await office.sent()
    (page,) = await office.pages(key)
    sha256 = await page.hash()
    answers = await together(*(page.sign("Grace Park", sha256) for _ in range(4)))
    assert [one.status_code for one in answers] == [200] * 4
    steps = await office.steps(key)
    assert [steps.count(f"agreement.{name}") for name in ("signed", "completed")] == [1, 1]
    counts = await office.counts()
    assert office.stored() == counts["stored_file"] == 3  # the draft's goes by the sweep


async def test_one_signs_while_another_declines(office: Office) -> None:
    key = await office.sent(office.grace, office.henry)
    first, second = await office.pages(key)
    sha256 = await first.hash()
    signed, declined = await together(first.sign("Grace Park", sha256), second.decline())
    assert (declined.status_code, await office.status(key)) == (200, "DECLINED")
    counted = (await office.steps(key)).count("agreement.signed")
    assert (signed.status_code, counted) in {(200, 1), (404, 0)}


async def test_the_address_is_that_of_who_signs_not_of_the_proxy(office: Office) -> None:
    for given, told in (("203.0.113.7", "203.0.113.7"), ("x" * 300, "x" * 64)):
        key = await office.sent()
        (page,) = await office.pages(key)
        sha256 = await page.hash()
        fields = {"action": "sign", "name": "Grace Park", "consent": "yes", "sha256": sha256}
        answer = await page.http.post(page.url, data=fields, headers={"x-forwarded-for": given})
        assert answer.status_code == 200
        assert (await office.trail(key))[-1][2]["address"] == [None, told]
        assert told in text_of((await office.files(key))[0])


async def test_every_step_is_audited_with_who_what_and_where(office: Office) -> None:
    key = await office.sent()
    (page,) = await office.pages(key)
    sha256 = await page.hash()
    await page.sign("Grace E. Park", sha256)
    other = await office.sent()
    await (await office.pages(other))[0].decline("No.")
    rows = (await office.trail(key))[2:] + (await office.trail(other))[2:]
    assert [(action, kind) for action, kind, _ in rows] == [
        (f"agreement.{name}", "RECIPIENT") for name in ("viewed", "signed", "completed", "declined")
    ]
    viewed, signed, completed, declined = (changes for _, _, changes in rows)
    for changes in (viewed, signed, completed, declined):
        assert [changes["address"], changes["revision"]] == [[None, "127.0.0.1"], [None, 1]]
        assert changes["recipient"] == viewed["recipient"]
    assert viewed["status"] == ["SENT", "VIEWED"]
    assert signed["signed_name"] == [None, "Grace E. Park"]
    assert signed["signed_sha256"] == completed["signed_sha256"] == [None, sha256]
    assert completed["status"] == ["VIEWED", "COMPLETED"]
    assert (declined["status"], declined["decline_reason"]) == (["SENT", "DECLINED"], [None, "No."])
    told = """{ auditLog(filter: { actions: ["agreement.declined"] }) { nodes {
      actorKind actor { id } changes { field after } } } }"""
    entry = (await office.spa.ada.ask(told))["auditLog"]["nodes"][0]
    assert (entry["actorKind"], entry["actor"]) == ("RECIPIENT", None)
    assert {"field": "recipient", "after": office.grace} in entry["changes"]

"""The signing page: who opens it, what it shows, and what a form may say (R85)."""

import base64
import hashlib
import re

import pytest

from tests.agreements.asking import Office, Page

POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'sha256-{}'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
PNG = b"\x89PNG\r\n\x1a\n"


async def only(office: Office, key: str) -> Page:
    (page,) = await office.pages(key)
    return page


async def test_the_page_shows_title_practice_recipient_and_a_form(office: Office) -> None:
    page = await only(office, await office.sent())
    answer = await page.get()
    assert answer.status_code == 200
    for text in ("<h1>Consent</h1>", "<p>spa</p>", "For Grace Park", 'name="consent"', "<form"):
        assert text in answer.text
    assert "<script" not in answer.text
    style = STYLE.search(answer.text)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert answer.headers["content-security-policy"] == POLICY.format(digest)


async def test_no_answer_may_be_kept_framed_listed_or_told_on(office: Office) -> None:
    page = await only(office, await office.sent())
    answers = [await page.get(path) for path in ("", "/pdf", "/pages/1", "/pages/9", "x")]
    answers.append(await page.post(action="sign"))
    assert [one.status_code for one in answers] == [200, 200, 200, 404, 404, 400]
    for one in answers:
        assert {
            name: one.headers.get(name)
            for name in (
                "referrer-policy",
                "x-robots-tag",
                "cache-control",
                "x-content-type-options",
            )
        } == {
            "referrer-policy": "no-referrer",
            "x-robots-tag": "noindex",
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        }
        assert one.headers["content-security-policy"].startswith("default-src 'none'")
        assert "set-cookie" not in one.headers


async def test_pages_are_pictures_and_the_pdf_is_the_one_of_the_hash(office: Office) -> None:
    key = await office.sent(body="Text. " * 1500)
    page, shown = await only(office, key), await office.read(key)
    assert shown["pages"] >= 2
    images = [await page.get(f"/pages/{n}") for n in range(1, shown["pages"] + 1)]
    assert all(one.headers["content-type"] == "image/png" for one in images)
    assert all(one.content.startswith(PNG) for one in images)
    again = await page.get("/pages/1")
    assert again.content == images[0].content
    for bad in ("0", "-1", f"{shown['pages'] + 1}", "x", "1" * 500, "%C2%B2", "1/2"):
        assert (await page.get(f"/pages/{bad}")).status_code == 404
    pdf = await page.get("/pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert hashlib.sha256(pdf.content).hexdigest() == shown["sha256"] == await page.hash()


async def test_the_first_look_makes_it_viewed_and_only_a_look(office: Office) -> None:
    key = await office.sent(office.grace, (office.henry, "COPY"))
    first, second = await office.pages(key)
    async with office.unchanged():
        for path in ("", "/pdf", "/pages/1"):
            assert (await first.http.head(first.url + path)).status_code == 200
        await first.get("/pdf")
        await first.get("/pages/1")
        assert await office.status(key) == "SENT"
    assert (await second.get()).status_code == 200
    shown = await office.read(key)
    assert shown["status"] == "VIEWED"
    assert shown["agreement"]["viewedAt"] == shown["recipients"][1]["viewedAt"]
    assert shown["recipients"][0]["viewedAt"] is None
    await first.get()
    after = await office.read(key)
    assert after["agreement"]["viewedAt"] == shown["agreement"]["viewedAt"]
    async with office.unchanged():
        await first.get()
        await second.get()
    assert (await office.steps(key))[2:] == ["agreement.viewed", "agreement.viewed"]


async def test_who_gets_a_copy_reads_and_neither_signs_nor_declines(office: Office) -> None:
    key = await office.sent(office.grace, (office.henry, "COPY"))
    _, copy = await office.pages(key)
    assert "<form" not in (await copy.get()).text
    sha256 = (await office.read(key))["sha256"]
    async with office.unchanged():
        assert (await copy.sign("Henry Oak", sha256)).status_code == 400
        assert (await copy.decline()).status_code == 400


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"consent": "yes"}, "Type your full name"),
        ({"consent": "yes", "name": " \t "}, "Type your full name"),
        ({"consent": "no", "name": "G"}, "Check the box"),
        ({"name": "G"}, "Check the box"),
        ({"consent": "yes", "name": "G" * 201}, "At most 200 characters"),
        ({"consent": "yes", "name": "G\x00"}, "cannot be stored"),
    ],
)
async def test_an_incomplete_form_is_shown_again_with_what_is_missing(
    office: Office, fields: dict[str, str], said: str
) -> None:
    key = await office.sent()
    page = await only(office, key)
    sha256 = await page.hash()
    async with office.unchanged():
        answer = await page.post(action="sign", sha256=sha256, **fields)
    assert (answer.status_code, said in answer.text) == (400, True)
    assert await office.status(key) == "VIEWED"


async def test_what_is_no_form_of_the_page_is_refused(office: Office) -> None:
    page = await only(office, await office.sent())
    other = await only(office, await office.sent())
    kind = {"content-type": "application/x-www-form-urlencoded"}
    send = page.http.post
    async with office.unchanged():
        answers = [
            await send(page.url, content=b"x" * 8193, headers=kind),
            await send(page.url, content=b"a=b", headers={"content-type": "text/plain"}),
            await send(page.url, content=b"\xff=%ff", headers=kind),
            await send(page.url, content=b"action=sign&name=%ff", headers=kind),
            await send(page.url, content=b"a=b&" * 100, headers=kind),
            await other.post(action="burn"),
            *[await page.http.request(method, page.url) for method in ("PUT", "DELETE", "PATCH")],
            await page.http.post(page.url + "/pdf"),
        ]
    assert [one.status_code for one in answers] == [
        413,
        415,
        400,
        400,
        400,
        400,
        405,
        405,
        405,
        405,
    ]
    assert answers[-2].headers["allow"] == "GET, HEAD, POST"
    assert answers[-1].headers["allow"] == "GET, HEAD"


async def test_five_posts_a_minute_are_enough_for_a_link(office: Office) -> None:
    key = await office.sent(office.grace, office.henry)
    first, second = await office.pages(key)
    statuses = [(await first.post(action="sign")).status_code for _ in range(7)]
    assert statuses == [400] * 5 + [429] * 2
    assert (await first.get()).status_code == 200
    assert (await second.post(action="sign")).status_code == 400


async def test_nothing_tells_links_apart_that_open_nothing(office: Office) -> None:
    key, gone = await office.sent(), await office.sent()
    page, deleted = await only(office, key), await only(office, gone)
    await office.spa.ada.do("deleteDocument", id=gone)
    url, secret = page.url.rpartition("/")[0], page.url.rpartition("/")[2]
    texts = [
        "x",
        "A" * 40,
        secret[:-1],
        secret + "A",
        f"B{secret[1:]}",
        "%00",
        "%F0%9F",
        "A" * 3000,
    ]
    pages = [deleted, *(Page(page.http, f"{url}/{text}") for text in texts)]
    async with office.unchanged():
        looks = [await one.get() for one in pages]
        posts = [await one.post(action="decline") for one in pages]
        deeper = [await one.get("/pdf") for one in pages]
        signed = [await page.http.get(f"{office.base}/signed/{text}") for text in (secret, *texts)]
    for one in (*looks, *posts, *deeper, *signed):
        assert (one.status_code, one.content) == (404, looks[0].content)
    assert "Ask the practice that sent it to you." in looks[0].text


@pytest.mark.parametrize("hostile", ['"><script>alert(1)</script>', "{{ 7 * 7 }}", "<img src=x>"])
async def test_what_people_typed_is_text_on_the_page(office: Office, hostile: str) -> None:
    contact = await office.spa.contact("-", firstName=hostile, lastName=hostile)
    key = await office.sent(contact, name=hostile, body="Text")
    page = await only(office, key)
    escaped = hostile.replace('"', "&#34;").replace("<", "&lt;").replace(">", "&gt;")
    sha256 = await page.hash()
    shown = [
        (await page.get()).text,
        (await page.post(action="sign", name=hostile, sha256=sha256)).text,
        (await page.sign(hostile, sha256)).text,
    ]
    for text in shown:
        assert escaped in text
        assert "<script" not in text
        assert "<img src=x" not in text
    assert f'value="{escaped}"' in shown[1]


async def test_a_reason_is_kept_as_it_was_typed_and_shown_to_the_staff(office: Office) -> None:
    key = await office.sent()
    page = await only(office, key)
    reason = "<b>No</b>\r\nthanks & bye"
    answer = await page.decline(reason)
    assert (answer.status_code, "You have declined." in answer.text) == (200, True)
    shown = await office.read(key)
    assert (shown["status"], shown["agreement"]["declineReason"]) == (
        "DECLINED",
        "<b>No</b>\nthanks & bye",
    )
    assert shown["agreement"]["declinedAt"] is not None
    async with office.unchanged():
        assert (await page.get()).status_code == 404
        assert (await page.decline()).status_code == 404
        assert (await page.sign("Grace", shown["sha256"])).status_code == 404
    other = await only(office, await office.sent())
    async with office.unchanged():
        assert (await other.decline("a" * 2001)).status_code == 400
    assert (await other.decline("a" * 2000)).status_code == 200


async def test_the_address_of_a_page_is_in_no_line_of_the_log(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    page = await only(office, await office.sent())
    await page.sign("Grace Secret Park")
    await page.get("x")
    told = "".join(capsys.readouterr())
    assert "transport=sign" in told
    assert page.url.rpartition("/")[2] not in told
    assert "Grace" not in told

"""Sending, revising and the links: which exist, for whom, and until when (R85, A15)."""

from datetime import UTC, datetime, timedelta

from tests.agreements.asking import BODY, Office
from tests.model.fold import Json

FOLLOWED = """query ($id: ID!) { contact(id: $id) {
  documentCount documents(first: 9) { nodes { id status } } documentFolders { name count } } }"""


def links(shown: Json) -> list[str | None]:
    return [one["shareUrl"] for one in shown["recipients"]]


async def test_r85_a_sent_agreement_shows_on_every_recipients_record(office: Office) -> None:
    key = await office.sent(office.grace, (office.henry, "COPY"))
    for contact in (office.grace, office.henry):
        shown = (await office.spa.ada.ask(FOLLOWED, id=contact))["contact"]
        assert shown["documentCount"] == 1
        assert shown["documents"]["nodes"] == [{"id": key, "status": "SENT"}]
        assert {"name": "Sent", "count": 1} in shown["documentFolders"]
    shown = await office.read(key)
    sent, expires = (
        datetime.fromisoformat(shown["agreement"][name]) for name in ("sentAt", "expiresAt")
    )
    assert expires - sent == timedelta(days=30)
    assert (shown["version"], shown["agreement"]["revision"]) == (2, 1)
    assert None not in links(shown)
    assert len(set(links(shown))) == 2
    assert shown["shareUrl"] == links(shown)[0]


async def test_sending_keeps_the_time_that_was_given_unless_it_is_over(office: Office) -> None:
    ends = datetime.now(UTC) + timedelta(hours=5)
    key = await office.sent(expiresAt=ends.isoformat())
    shown = await office.read(key)
    assert datetime.fromisoformat(shown["agreement"]["expiresAt"]) == ends


async def test_a_link_is_stable_and_each_revision_has_its_own(office: Office) -> None:
    ada = office.spa.ada
    key = await office.sent()
    old = links(await office.read(key))
    assert old == links(await office.read(key))
    payload = await ada.do("reviseAgreement", id=key, expectedVersion=2)
    told = payload["document"]
    assert (told["status"], told["agreement"]["revision"], told["version"]) == ("DRAFT", 2, 3)
    assert links(await office.read(key)) == [None]
    assert (await office.page(old[0] or "").get()).status_code == 404

    await ada.do("sendAgreement", id=key)
    new = links(await office.read(key))
    assert new != old
    assert [(await office.page(one or "").get()).status_code for one in (*old, *new)] == [404, 200]
    assert "revision 2" in await office.text(key)


async def test_revising_forgets_views_and_signatures_and_the_trail_tells(office: Office) -> None:
    key = await office.sent(office.grace, office.henry, expiresAt="2999-01-01T00:00:00Z")
    first, second = await office.pages(key)
    assert (await first.sign()).status_code == 200
    assert (await second.get()).status_code == 200
    await office.spa.ada.do("reviseAgreement", id=key)
    shown = await office.read(key)
    for one in shown["recipients"]:
        assert [one["viewedAt"], one["completedAt"], one["completed"]] == [None, None, False]
    agreement = shown["agreement"]
    assert agreement == {**dict.fromkeys(agreement), "revision": 2, "body": BODY}
    steps = [action for action, _, _ in await office.trail(key)]
    assert steps == [
        *("createAgreement", "sendAgreement", "agreement.viewed", "agreement.signed"),
        *("agreement.viewed", "reviseAgreement"),
    ]
    changes = (await office.trail(key))[-1][2]
    assert changes["revision"] == [1, 2]
    assert len(changes["signed_by"][0]) == 1


async def test_what_is_over_stays_as_it_is(office: Office) -> None:
    ada = office.spa.ada
    sent, completed, declined = [await office.sent() for _ in range(3)]
    await (await office.pages(completed))[0].sign()
    await (await office.pages(declined))[0].decline("No.")
    statuses = {sent: "SENT", completed: "COMPLETED", declined: "DECLINED"}
    ways = dict.fromkeys(statuses, "It stays as it is: create a new agreement.")
    ways[sent] = "Make it a draft again with reviseAgreement."
    async with office.unchanged():
        for key, status in statuses.items():
            for name in ("updateAgreement", "sendAgreement", "reviseAgreement"):
                if (key, name) == (sent, "reviseAgreement"):
                    continue
                (error,) = await ada.fails(name, id=key)
                assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", "id"])
                assert error["message"] == f"The agreement is {status}. {ways[key]}"


async def test_an_agreement_with_a_hole_is_not_sent(office: Office) -> None:
    ada = office.spa.ada
    key = await office.draft(body="Call {{contact.phone}} or {{contact.email}}.")
    assert "Call ________ or grace@park.example." in await office.text(key)
    async with office.unchanged():
        (error,) = await ada.fails("sendAgreement", id=key)
    assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", "id"])
    assert error["message"].startswith("{{contact.phone}} is empty for the primary recipient.")
    await ada.do("updateContact", id=office.grace, phone="+12025550143")
    await ada.do("sendAgreement", id=key)
    assert "Call +12025550143 or grace@park.example." in await office.text(key)


async def test_c5_a_sender_is_refused_in_the_order_of_the_checks(office: Office) -> None:
    ada, ben, cleo = office.spa.ada, office.spa.ben, office.spa.cleo
    key = await office.draft(by=ben)
    async with office.unchanged():
        assert await cleo.code("sendAgreement", id=key, expectedVersion=9) == "NOT_FOUND"
        (error,) = await ada.fails("sendAgreement", id=key, expectedVersion=9)
        assert (error["code"], error["currentVersion"]) == ("CONFLICT", 1)
    await ben.do("sendAgreement", id=key)
    async with office.unchanged():
        for name in ("sendAgreement", "updateAgreement"):
            assert await ada.code(name, id=key, expectedVersion=1) == "CONFLICT"
            assert await ada.code(name, id=key, expectedVersion=2) == "INVALID_INPUT"


async def test_links_are_dead_of_a_deleted_agreement_and_of_a_deleted_contact(
    office: Office,
) -> None:
    ada = office.spa.ada
    key = await office.sent(office.grace, office.henry)
    first, second = await office.pages(key)
    await ada.do("deleteContact", id=office.henry)
    assert [(await one.get()).status_code for one in (first, second)] == [200, 404]
    await ada.do("deleteDocument", id=key)
    assert (await first.get()).status_code == 404
    await ada.do("restoreDocument", id=key)
    assert (await first.get()).status_code == 200

"""Who sees an agreement, whose contact in it, and whose link (R16, R17, A15, K26)."""

import pytest

from tests.agreements.asking import DOCUMENT, Office, recipients
from tests.client import Client
from tests.model.fold import Json

LISTED = "{ documents(first: 50) { totalCount nodes { id } } }"
NODE = "query ($id: ID!) { node(id: $id) { id } }"


async def seen(client: Client, key: str) -> Json | None:
    """Return an agreement as this user sees it; by id, as a node and in the list alike."""
    one: Json | None = (await client.ask(DOCUMENT, id=key))["document"]
    node = (await client.ask(NODE, id=key))["node"]
    nodes = (await client.ask(LISTED))["documents"]["nodes"]
    assert [one is not None] * 2 == [node is not None, {"id": key} in nodes]
    return one


async def test_k26_a_visible_secondary_recipient_opens_the_agreement_not_the_primary_s_contact(
    office: Office,
) -> None:
    key = await office.sent(office.grace, office.henry)
    shown = await seen(office.spa.cleo, key)
    assert shown is not None
    assert (shown["contact"], shown["shareUrl"]) == (None, None)
    people = [
        (one["contactCard"]["name"], one["role"], one["completed"], one["contact"])
        for one in shown["recipients"]
    ]
    assert people == [
        ("Grace Park", "SIGNER", False, None),
        ("Henry Oak", "SIGNER", False, {"id": office.henry}),
    ]
    urls = [one["shareUrl"] is not None for one in shown["recipients"]]
    assert urls == [False, True]


async def test_a15_the_link_is_copied_while_sent_or_viewed_only(office: Office) -> None:
    ada = office.spa.ada
    draft, sent, viewed, declined = [await office.draft() for _ in range(4)]
    for key in (sent, viewed, declined):
        await ada.do("sendAgreement", id=key)
    completed = await office.sent()
    await (await office.pages(viewed))[0].get()
    await (await office.pages(completed))[0].sign()
    await (await office.pages(declined))[0].decline()
    found = {}
    for key in (draft, sent, viewed, completed, declined):
        shown = await office.read(key)
        (recipient,) = shown["recipients"]
        assert recipient["shareUrl"] == shown["shareUrl"]
        found[shown["status"]] = shown["shareUrl"] is not None
    assert found == {
        "DRAFT": False,
        "SENT": True,
        "VIEWED": True,
        "COMPLETED": False,
        "DECLINED": False,
    }


async def test_r17_drafts_are_for_who_made_them_and_for_who_sees_everything(
    office: Office,
) -> None:
    ada, ben, dan = office.spa.ada, office.spa.ben, office.spa.dan
    await office.spa.follow(office.grace, office.spa.cleo)
    key = await office.draft(by=ben)
    found = [await seen(client, key) is not None for client in (ada, ben, dan, office.spa.cleo)]
    assert found == [True, True, True, False]
    await ben.do("sendAgreement", id=key)
    assert await seen(office.spa.cleo, key) is not None
    # Made a draft again by another, it is still who made it that sees it.
    await ada.do("reviseAgreement", id=key)
    found = [await seen(client, key) is not None for client in (ada, ben, dan, office.spa.cleo)]
    assert found == [True, True, True, False]


@pytest.mark.parametrize(
    "name", ["updateAgreement", "sendAgreement", "reviseAgreement", "deleteDocument"]
)
async def test_r14_a_hidden_agreement_is_like_one_that_never_was(office: Office, name: str) -> None:
    spa = office.spa
    hidden = [await office.draft(), await office.sent(), await office.draft(office.henry)]
    ghost = await office.draft()
    await spa.ada.do("deleteDocument", id=ghost)
    for client in (spa.cleo, spa.ben):
        mine = [key for key in hidden if (await client.ask(DOCUMENT, id=key))["document"] is None]
        assert len(mine) >= 2
        async with office.unchanged():
            told = [await client.fails(name, id=key, expectedVersion=7) for key in (*mine, ghost)]
        assert all(one == told[0] for one in told)
        assert [one["code"] for one in told[0]] == ["NOT_FOUND"]


async def test_who_does_not_see_the_primary_recipient_puts_nothing_of_him_on_paper(
    office: Office,
) -> None:
    """What Cleo may not read of Grace she does not read by a merge field either (K26)."""
    ada, cleo = office.spa.ada, office.spa.cleo
    await office.spa.follow(office.grace, cleo)
    key = await office.draft(office.grace, office.henry, by=cleo)
    await ada.do("removeFollowers", recordId=office.grace, userIds=[cleo.id])
    assert (await seen(cleo, key)) is not None
    async with office.unchanged():
        body = "{{contact.email}}"
        assert await cleo.code("updateAgreement", id=key, body=body) == "FORBIDDEN"
        assert await cleo.code("sendAgreement", id=key) == "FORBIDDEN"
    await cleo.do("updateAgreement", id=key, expiresAt="2999-01-01T00:00:00Z")
    await cleo.do("updateAgreement", id=key, recipients=recipients(office.henry))
    assert "I, Henry Oak, agree" in await office.text(key)


async def test_without_documents_read_there_is_none(office: Office) -> None:
    blind = await office.spa.hire("Bea", restricted=False, without=["DOCUMENTS_READ"])
    key = await office.sent()
    assert await seen(blind, key) is None
    async with office.unchanged():
        assert await blind.code("reviseAgreement", id=key) == "NOT_FOUND"

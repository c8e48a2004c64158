"""Drafts: recipients, texts and what they merge; only drafts can be changed (R85)."""

import random
import string
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, func, select, update

from models.document import document
from models.stored_file import stored_file
from resolvers import records
from resolvers.ids import parse
from tests.agreements.asking import BODY, Office, recipients

FOLLOWED = (
    "query ($id: ID!) { contact(id: $id) { documentCount documents(first: 9) { totalCount } } }"
)


def later(days: int = 1) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat()


async def test_r85_a_draft_has_a_pdf_and_shows_on_no_record(office: Office) -> None:
    key = await office.draft(office.grace, (office.henry, "COPY"), name="Consent form")
    shown = await office.read(key)
    told = ("kind", "status", "name", "folder", "version", "pages", "mediaType", "shareUrl")
    assert [shown[name] for name in told] == [
        *("AGREEMENT", "DRAFT", "Consent form", "Sent", 1, 1, "application/pdf", None)
    ]
    people = [
        (one["contactCard"]["name"], one["primary"], one["role"], one["completed"])
        for one in shown["recipients"]
    ]
    assert people == [("Grace Park", True, "SIGNER", False), ("Henry Oak", False, "COPY", False)]
    assert shown["contact"]["id"] == office.grace
    assert shown["uploadedBy"]["id"] == office.spa.ada.id
    agreement = shown["agreement"]
    assert agreement == {
        **dict.fromkeys(agreement),
        "revision": 1,
        "body": BODY,
    }
    contact = (await office.spa.ada.ask(FOLLOWED, id=office.grace))["contact"]
    assert contact == {"documentCount": 0, "documents": {"totalCount": 0}}
    text = await office.text(key)
    assert "Consent form" in text
    assert "I, Grace Park, agree to everything." in text


async def test_the_primary_recipient_is_the_marked_one_or_the_first(office: Office) -> None:
    people = recipients(office.grace, office.henry)
    people[1]["primary"] = True
    key = await office.draft(recipients=people)
    shown = await office.read(key)
    assert [one["primary"] for one in shown["recipients"]] == [False, True]
    assert shown["contact"]["id"] == office.henry
    assert "I, Henry Oak, agree" in await office.text(key)


def disguise(connection: Connection) -> None:
    """Let all documents be files."""
    connection.execute(update(document).values(kind="FILE", status="STORED"))


def kept_files(connection: Connection) -> int:
    """Return how many files some record shows."""
    statement = select(func.count()).where(stored_file.c.remove_after.is_(None))
    return connection.scalar(statement) or 0


def marked(office: Office) -> dict[str, Any]:
    """Return inputs that are refused by themselves, and where."""
    both = recipients(office.grace, office.henry)
    return {
        "no recipients": {"recipients": []},
        "twice": {"recipients": recipients(office.grace, office.grace)},
        "two primaries": {"recipients": [{**one, "primary": True} for one in both]},
        "nobody signs": {"recipients": recipients((office.grace, "COPY"))},
        "too many": {"recipients": recipients(*[office.grace] * 21)},
    }


async def test_recipients_are_1_to_20_different_ones_and_somebody_signs(office: Office) -> None:
    key = await office.draft()
    async with office.unchanged():
        for what, bad in marked(office).items():
            for name, more in (
                ("createAgreement", {"name": "X", "body": "Y"}),
                ("updateAgreement", {"id": key}),
            ):
                (error,) = await office.spa.ada.fails(name, **more, **bad)
                told = (error["code"], error["path"])
                assert told == ("INVALID_INPUT", ["input", "recipients"]), what
    many = [await office.spa.contact(f"Person {n}") for n in range(20)]
    assert len((await office.read(await office.draft(*many)))["recipients"]) == 20


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, "body"),
        ({"body": "Text", "templateId": "TEMPLATE"}, "body"),
        ({"body": "{{contact.nmae}}"}, "body"),
        ({"body": "Text", "expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"),
        ({"body": "a" * 20_001}, "body"),
        ({"body": "> " * 30 + "deep"}, "body"),
        ({"body": "Text", "folder": "Custom Fields"}, "folder"),
    ],
)
async def test_a_draft_is_refused_for_its_input(
    office: Office, given: dict[str, str], path: str
) -> None:
    ada = office.spa.ada
    made = await ada.do("createAgreementTemplate", name="T", body="Text")
    filled = {**given}
    if "templateId" in filled:
        filled["templateId"] = made["agreementTemplate"]["id"]
    async with office.unchanged():
        people = recipients(office.grace)
        (error,) = await ada.fails("createAgreement", name="X", recipients=people, **filled)
    assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", path])


async def test_c5_every_contact_is_named_that_the_viewer_does_not_see(office: Office) -> None:
    ben = office.spa.ben
    key = await office.draft(by=ben)
    people = recipients(office.henry, office.grace, office.spa.ada.id)
    paths = [["input", "recipients", place, "contactId"] for place in ("0", "2")]
    for name, more in (
        ("createAgreement", {"name": "X", "body": "Y"}),
        ("updateAgreement", {"id": key}),
    ):
        async with office.unchanged():
            errors = await ben.fails(name, recipients=people, **more)
        assert [(one["code"], one["path"]) for one in errors] == [
            ("NOT_FOUND", one) for one in paths
        ]


async def test_drafts_need_documents_write(office: Office) -> None:
    reader = await office.spa.hire("Bea", restricted=False, without=["DOCUMENTS_WRITE"])
    key = await office.draft()
    sent = await office.sent()
    async with office.unchanged():
        given = {"name": "X", "body": "Y", "recipients": recipients(office.grace)}
        assert await reader.code("createAgreement", **given) == "FORBIDDEN"
        assert await reader.code("updateAgreement", id=key, expectedVersion=9) == "FORBIDDEN"
        assert await reader.code("sendAgreement", id=key) == "FORBIDDEN"
        assert await reader.code("reviseAgreement", id=sent) == "FORBIDDEN"


async def test_only_what_differs_of_a_draft_changes_and_its_old_pdf_goes(office: Office) -> None:
    ada = office.spa.ada
    key = await office.draft(folder="Forms", expiresAt=(ends := later(3)))
    first = await office.read(key)
    await ada.do("updateAgreement", id=key, expectedVersion=1)
    assert await office.read(key) == first

    await ada.do("updateAgreement", id=key, name="Better", expiresAt=None)
    shown = await office.read(key)
    assert (shown["name"], shown["version"], shown["folder"]) == ("Better", 2, "Forms")
    assert (first["agreement"]["expiresAt"][:19], shown["agreement"]["expiresAt"]) == (
        ends[:19],
        None,
    )
    assert (first["sha256"] != shown["sha256"]) is True
    assert "Better" in await office.text(key)

    await ada.do("updateAgreement", id=key, recipients=recipients(office.henry))
    shown = await office.read(key)
    assert [one["contact"]["id"] for one in shown["recipients"]] == [office.henry]
    assert "I, Henry Oak, agree" in await office.text(key)
    await ada.do("updateAgreement", id=key, body="Short.")
    assert "Short." in await office.text(key)
    async with office.server.desk.services.database.reader() as reader:
        assert await reader.run(kept_files) == 1  # the others are left to the sweep
    async with office.unchanged():
        assert await ada.code("updateAgreement", id=key, expectedVersion=1, name="X") == "CONFLICT"


async def test_agreements_are_found_by_their_title_and_their_text(office: Office) -> None:
    search = "query ($words: String!) { documents(filter: { search: $words }) { nodes { id } } }"
    key = await office.draft(name="Laser", body="Aftercare for {{contact.name}}")

    async def found(words: str) -> list[str]:
        nodes = (await office.spa.ada.ask(search, words=words))["documents"]["nodes"]
        return [one["id"] for one in nodes]

    assert [await found(one) for one in ("laser", "afterc grace", "henry")] == [[key], [key], []]
    await office.spa.ada.do("updateAgreement", id=key, recipients=recipients(office.henry))
    assert [await found(one) for one in ("grace", "henry oak")] == [[], [key]]
    endless = "".join(random.Random(1).choices(string.ascii_lowercase, k=9_000))
    await office.spa.ada.do("updateAgreement", id=key, body=endless)
    assert await found(endless[:100]) == [key]


async def test_p13_a_repeated_call_makes_one_draft_and_sets_it_once(office: Office) -> None:
    given = {"name": "X", "body": BODY, "recipients": recipients(office.grace)}
    first = await office.spa.ada.do("createAgreement", key="k", **given)
    async with office.unchanged():
        again = await office.spa.ada.do("createAgreement", key="k", **given)
        assert again["document"] == first["document"]
        await office.spa.ada.fails("createAgreement", key="k", **{**given, "name": "Y"})
    key = first["document"]["id"]
    await office.spa.ada.do("sendAgreement", key="s", id=key)
    async with office.unchanged():
        payload = await office.spa.ada.do("sendAgreement", key="s", id=key)
        assert payload["document"]["status"] == "SENT"


async def test_a_file_is_no_agreement(office: Office) -> None:
    ada, key = office.spa.ada, await office.draft()
    await office.server.desk.services.database.write(disguise)
    async with office.unchanged():
        assert await ada.code("sendAgreement", id=office.grace) == "NOT_FOUND"
        for name in ("updateAgreement", "sendAgreement", "reviseAgreement"):
            (error,) = await ada.fails(name, id=key)
            told = (error["code"], error["path"], error["message"])
            assert told == ("INVALID_INPUT", ["input", "id"], "This document is not an agreement.")


async def test_c3_old_and_new_recipients_are_locked_at_once_by_id(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await office.draft(office.grace)
    lock, locked = records.lock, dict[UUID, None]()

    def noted(*given: Any) -> list[Any]:
        found = lock(*given)
        locked.update((one.id, None) for one in found)
        return found

    monkeypatch.setattr(records, "lock", noted)
    await office.spa.ada.do("updateAgreement", id=key, recipients=recipients(office.henry))
    assert list(locked) == sorted(parse(one).id for one in (office.grace, office.henry))

"""Papers: set before the transaction, kept by it or gone, and told apart where that fails."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from typing_extensions import override

from files.press.jobs import AgreementText
from files.storage_errors import StorageFull
from files.store import FileStore
from models.practice import practice
from resolvers.outcome import Outcome
from resolvers.papers import AgreementOrder, Paper, PaperNeeded
from resolvers.problems import Refused
from schema.context import Services
from schema.printing import with_paper
from tests.agreements.asking import BODY, Office, recipients
from tests.client import PATIENCE


class FullStore(FileStore):
    """A storage that has no space for the second half."""

    def __init__(self, store: FileStore) -> None:
        self.__dict__.update(store.__dict__)

    @override
    async def put_segment(self, key: str, start: int, data: Any) -> None:
        await super().put_segment(key, start, data[: len(data) // 2])
        raise StorageFull("The storage is full.")


@pytest.fixture
def services(office: Office) -> Services:
    return office.server.desk.services


@pytest.fixture
async def practice_id(services: Services) -> Any:
    async with services.database.reader() as reader:
        return await reader.run(lambda one: one.scalar(select(practice.c.id)))


def order(title: str = "Consent", body: str = "Text") -> AgreementOrder:
    return AgreementOrder(uuid4(), AgreementText("spa", title, "AAAA", body))


async def test_what_changes_again_and_again_is_a_conflict_after_two_papers(
    office: Office, services: Services, practice_id: Any
) -> None:
    given: list[Paper | None] = []

    async def perform(paper: Paper | None) -> Outcome:
        given.append(paper)
        raise PaperNeeded(order(f"Title {len(given)}"))

    async with office.unchanged():
        with pytest.raises(Refused) as refusal:
            await with_paper(services, practice_id, perform)
    assert [problem.code.value for problem in refusal.value.problems] == ["CONFLICT"]
    titles = [
        one.order.text.title for one in given if one and isinstance(one.order, AgreementOrder)
    ]
    assert (given[0], titles) == (None, ["Title 1", "Title 2"])


async def test_a_paper_that_nobody_took_is_gone_at_once(
    office: Office, services: Services, practice_id: Any
) -> None:
    wanted = order()

    async def perform(paper: Paper | None) -> str:
        if paper is None:
            raise PaperNeeded(wanted)
        assert office.stored() == 1
        return "not needed after all"

    async with office.unchanged():
        assert await with_paper(services, practice_id, perform) == "not needed after all"


async def test_a_full_storage_is_told_as_such_and_keeps_nothing(
    office: Office, services: Services, practice_id: Any
) -> None:
    full = replace(services, shelf=replace(services.shelf, store=FullStore(services.shelf.store)))

    async def perform(_paper: Paper | None) -> None:
        raise PaperNeeded(order())

    async with office.unchanged():
        with pytest.raises(Refused) as refusal:
            await with_paper(full, practice_id, perform)
    assert [problem.code.value for problem in refusal.value.problems] == ["STORAGE_FULL"]


@pytest.mark.parametrize("away", ["press", "storage"])
async def test_without_press_or_storage_nothing_is_changed(
    office: Office, away: str, tmp_path: Path
) -> None:
    shelf = office.server.desk.services.shelf
    key = await office.sent()
    (page,) = await office.pages(key)
    sha256 = await page.hash()
    given = {"name": "X", "recipients": recipients(office.grace), "body": BODY}
    draft = await office.draft()
    if away == "press":
        await shelf.press.close()
    else:
        assert shelf.store._root is not None
        shelf.store._root.rename(tmp_path / "away")
        shelf.store._root.write_text("not a folder")
    document = (
        "mutation ($input: CreateAgreementInput!) { createAgreement(input: $input) { cursor } }"
    )
    before = await office.counts()
    assert await office.spa.ada.refused(document, input=given) == ["UNAVAILABLE"]
    document = "mutation ($input: SendAgreementInput!) { sendAgreement(input: $input) { cursor } }"
    assert await office.spa.ada.refused(document, input={"id": draft}) == ["UNAVAILABLE"]
    assert (await page.sign("Grace Park", sha256)).status_code == 503
    after = await office.counts()
    leftover = after.pop("stored_file") - before.pop("stored_file")
    assert (after, leftover) == (before, 0 if away == "press" else 2)
    assert [await office.status(one) for one in (key, draft)] == ["VIEWED", "DRAFT"]
    assert (await page.get()).status_code == 200
    if away == "storage":
        assert shelf.store._root is not None
        shelf.store._root.unlink()
        (tmp_path / "away").rename(shelf.store._root)
        assert (await page.sign("Grace Park", sha256)).status_code == 200


async def test_two_who_change_a_draft_at_once_are_both_served(office: Office) -> None:
    key = await office.draft()
    ada, dan = office.spa.ada, office.spa.dan
    async with asyncio.timeout(4 * PATIENCE):
        await asyncio.gather(
            ada.do("updateAgreement", id=key, name="By Ada"),
            dan.do("updateAgreement", id=key, body="By Dan"),
        )
    shown = await office.read(key)
    assert (shown["name"], shown["agreement"]["body"], shown["version"]) == ("By Ada", "By Dan", 3)
    text = await office.text(key)
    assert ("By Ada" in text, "By Dan" in text) == (True, True)


async def test_two_who_change_the_same_version_conflict_and_one_paper_stays(
    office: Office,
) -> None:
    key = await office.draft()
    before = await office.counts()
    async with asyncio.timeout(4 * PATIENCE):
        payloads = await asyncio.gather(
            *(
                client.send("updateAgreement", id=key, expectedVersion=1, name=name)
                for client, name in ((office.spa.ada, "Ada"), (office.spa.dan, "Dan"))
            )
        )
    codes = sorted(error["code"] for one in payloads for error in one["errors"])
    assert codes == ["CONFLICT"]
    after = await office.counts()
    assert after["stored_file"] == before["stored_file"] + 1 == office.stored()

"""The end of the time to sign: at once when somebody looks, and by the sweep (R85)."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from app.keeping import sweep
from app.settings import Settings
from models.seams import Seams
from resolvers.signing import expire_next
from tests.agreements.asking import Office, opened
from tests.agreements.clock import Clock
from tests.server import running_server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def office(database_url: str, clock: Clock) -> AsyncIterator[Office]:
    async with (
        running_server(database_url, seams=Seams(now=clock.now)) as server,
        opened(server) as office,
    ):
        yield office


async def swept(office: Office, clock: Clock) -> int:
    """Sweep, and return how many agreements expired by that."""
    services = office.server.desk.services
    found = await sweep(services.database, services.shelf.store, Settings(), clock.now())
    return found["expired agreements"]


async def test_an_agreement_expires_at_its_time_when_it_is_looked_at(
    office: Office, clock: Clock
) -> None:
    key = await office.sent()
    (page,) = await office.pages(key)
    clock.ahead = timedelta(days=30, seconds=-30)
    assert (await page.get()).status_code == 200
    clock.ahead = timedelta(days=30, seconds=30)
    async with office.unchanged():
        head = await page.http.head(page.url)
        below = [await page.get(path) for path in ("/pdf", "/pages/1")]
        assert [one.status_code for one in (head, *below)] == [404] * 3
    assert (await page.get()).status_code == 404
    assert await office.status(key) == "EXPIRED"
    assert (await office.read(key))["shareUrl"] is None
    action, kind, changes = (await office.trail(key))[-1]
    assert (action, kind, changes) == (
        "agreement.expired",
        "SYSTEM",
        {"status": ["VIEWED", "EXPIRED"]},
    )
    assert (await office.steps(key))[-1] == "agreement.expired"
    async with office.unchanged():
        assert (await page.get()).status_code == 404


async def test_who_signs_or_declines_too_late_changes_nothing(office: Office, clock: Clock) -> None:
    key = await office.sent()
    (page,) = await office.pages(key)
    sha256 = await page.hash()
    clock.ahead = timedelta(days=31)
    async with office.unchanged():
        assert (await page.sign("Grace", sha256)).status_code == 404
        assert (await page.decline()).status_code == 404
        assert (await page.post(action="sign")).status_code == 404


async def test_the_sweep_lets_expire_what_nobody_looks_at_one_by_one(
    office: Office, clock: Clock
) -> None:
    sent = [await office.sent() for _ in range(5)]
    draft, completed = await office.draft(), await office.sent()
    await (await office.pages(completed))[0].sign()
    later = await office.sent(expiresAt=(clock.now() + timedelta(days=60)).isoformat())
    await (await office.pages(sent[0]))[0].get()
    clock.ahead = timedelta(days=31)
    database = office.server.desk.services.database
    assert await database.write(expire_next, clock.now()) == 1
    assert [await office.status(key) for key in sent].count("EXPIRED") == 1
    assert await swept(office, clock) == 4
    assert [await office.status(key) for key in sent] == ["EXPIRED"] * 5
    statuses = [await office.status(key) for key in (draft, completed, later)]
    assert statuses == ["DRAFT", "COMPLETED", "SENT"]
    assert [(await office.trail(key))[-1][:2] for key in sent] == [
        ("agreement.expired", "SYSTEM")
    ] * 5
    assert await database.write(expire_next, clock.now()) == 0
    async with office.unchanged():
        assert await swept(office, clock) == 0


async def test_one_that_cannot_expire_keeps_no_file_from_being_removed(
    office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await office.sent()
    assert office.stored() == 2  # the draft's PDF is let go
    clock.ahead = timedelta(days=31)
    monkeypatch.setattr("resolvers.signing._expire", _fail)
    with pytest.raises(ZeroDivisionError):
        await swept(office, clock)
    assert office.stored() == 1
    monkeypatch.undo()
    assert await swept(office, clock) == 1
    assert await office.status(key) == "EXPIRED"


def _fail(*_: object) -> None:
    raise ZeroDivisionError


async def test_a_draft_whose_time_is_over_is_not_sent(office: Office, clock: Clock) -> None:
    key = await office.draft(expiresAt=(clock.now() + timedelta(days=1)).isoformat())
    clock.ahead = timedelta(days=2)
    async with office.unchanged():
        (error,) = await office.spa.ada.fails("sendAgreement", id=key)
    assert (error["code"], error["path"]) == ("INVALID_INPUT", ["input", "id"])
    await office.spa.ada.do("updateAgreement", id=key, expiresAt=None)
    await office.spa.ada.do("sendAgreement", id=key)


async def test_the_completed_pdf_is_offered_for_a_minute(office: Office, clock: Clock) -> None:
    key = await office.sent()
    (page,) = await office.pages(key)
    sha256 = await page.hash()
    url = (await page.sign("Grace Park", sha256)).text.partition('href="')[2].partition('"')[0]
    assert (await page.http.get(office.base + url)).status_code == 200
    clock.ahead = timedelta(seconds=61)
    assert (await page.http.get(office.base + url)).status_code == 404
    assert "/signed/" not in (await page.sign("Grace Park", sha256)).text

"""P11, P12: a server is killed in a burst of changes; what it acknowledged is there, and whole."""

import asyncio
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import Connection, select

from models.contact import contact
from models.log import event
from tests.chaos.fleet import Fleet, running_fleet
from tests.chaos.ledger import flaws
from tests.chaos.stubborn import open_practice
from tests.chaos.tally import TALLY
from tests.client import Client, error_codes
from tests.model.documents import mutation
from tests.scenarios.spa import Spa

KILLS = 4
SENDERS = 8
BURST_SECONDS = 0.7

pytestmark = pytest.mark.chaos


async def burst(spa: Spa, numbers: Iterator[int], answered: dict[str, str]) -> None:
    """Make contacts one after another, each once, until the server is gone."""
    document = mutation("createContact", keyed=True)
    while True:
        name = f"Nora {next(numbers)}"
        given = {"firstName": name, "typeId": spa.types["Lead"]}
        try:
            response = await Client.post(spa.ada, document, {"input": given, "key": name})
        except httpx2.TransportError:
            return
        assert error_codes(response.json()) == [], response.text
        answered[name] = response.json()["data"]["createContact"]["contact"]["id"]


def stored(connection: Connection) -> tuple[dict[str, str], set[str]]:
    """Return the contacts by name, and the ids that the log says were made."""
    rows = connection.execute(select(contact.c.first_name, contact.c.id)).all()
    made = select(event.c.record_id).where(event.c.action == "createContact")
    return {name: key.hex for name, key in rows}, {key.hex for key in connection.scalars(made)}


async def once_killed(
    fleet: Fleet, spa: Spa, numbers: Iterator[int], answered: dict[str, str]
) -> None:
    senders = [asyncio.create_task(burst(spa, numbers, answered)) for _ in range(SENDERS)]
    await asyncio.sleep(BURST_SECONDS)
    await asyncio.to_thread(fleet.hosts[0].kill)
    await asyncio.gather(*senders)
    names, made = await fleet.read(stored)
    lost = answered.keys() - names.keys()
    assert not lost, f"acknowledged and lost: {lost}"
    assert set(names.values()) == made, "contacts without event, or events without contact"
    found = await fleet.read(flaws)
    assert not found, found[:10]
    fleet.hosts[0].start()
    await fleet.hosts[0].ready()


async def test_p11_nothing_acknowledged_is_lost_in_a_burst(kind: str, tmp_path: Path) -> None:
    async with (
        running_fleet(kind, tmp_path, workers=(1,), bus="memory") as fleet,
        open_practice(fleet) as spa,
    ):
        answered: dict[str, str] = {}
        numbers = count()
        for _ in range(KILLS):
            await once_killed(fleet, spa, numbers, answered)
            TALLY[kind].faults["killed in a burst"] += 1
        TALLY[kind].work["changes"] += len(answered)
        for name, key in [*answered.items()][:: max(1, len(answered) // 20)]:
            given = {"firstName": name, "typeId": spa.types["Lead"]}
            again = await spa.ada.do("createContact", key=name, **given)
            assert again["contact"]["id"] == key, "the key was forgotten (P13)"
        drift = await fleet.check()
        assert not drift, drift

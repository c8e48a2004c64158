"""Who sends a byte now and then is not silent, but holds a place: there is a least rate."""

import asyncio

import pytest

from tests.files_http.files import PART, Left, left, noise, raw, sound
from tests.files_http.tus import begun, offset
from tests.scenarios.spa import Spa

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the grace be over soon."""
    monkeypatch.setattr("app.files.receiver.GRACE_SECONDS", 0.3)


async def test_who_sends_very_little_is_left(spa: Spa) -> None:
    asked = await sound(spa.ada, await spa.contact(), 100)
    made = await raw(spa.ada, "PUT", asked["url"], Content_Length="100")
    for at in range(5):
        await made.send(noise(100)[at : at + 1])
        await asyncio.sleep(0.1)
    assert (await made.rest()).startswith(b"HTTP/1.1 408 ")
    made.cut()
    assert await left(spa.server) == Left()


async def test_what_came_of_a_part_is_kept(spa: Spa) -> None:
    asked = await sound(spa.ada, await spa.contact(), 100)
    where = await begun(spa.ada, asked, 100)
    made = await raw(spa.ada, "PATCH", where, **PART, Content_Length="100", Upload_Offset="0")
    await made.send(noise(40))
    await asyncio.sleep(0.5)
    await made.send(noise(50)[40:])
    assert (await made.rest()).startswith(b"HTTP/1.1 408 ")
    made.cut()
    assert await offset(spa.ada, where) == 50


async def test_who_sends_enough_is_waited_for(spa: Spa) -> None:
    asked = await sound(spa.ada, await spa.contact(), 4096)
    length = {"Content_Length": "4096", "Connection": "close"}
    made = await raw(spa.ada, "PUT", asked["url"], **length)
    for start in range(0, 4096, 512):
        await made.send(noise(4096)[start : start + 512])
        await asyncio.sleep(0.1)
    assert (await made.rest()).startswith(b"HTTP/1.1 201 ")
    made.cut()


async def test_the_last_byte_may_be_late(spa: Spa) -> None:
    asked = await sound(spa.ada, await spa.contact(), 100)
    length = {"Content_Length": "100", "Connection": "close"}
    made = await raw(spa.ada, "PUT", asked["url"], **length)
    await made.send(noise(100)[:99])
    await asyncio.sleep(0.5)
    await made.send(noise(100)[99:])
    assert (await made.rest()).startswith(b"HTTP/1.1 201 ")
    made.cut()

"""P17: a server that stops waits for files in flight as for all else, and leaves nothing half."""

import asyncio
from time import monotonic

import pytest

from tests.client import Client
from tests.files_http.conftest import STORES, OpenSpa
from tests.files_http.files import (
    MP3,
    PART,
    Left,
    Raw,
    created,
    left,
    noise,
    raw,
    send_file,
    sound,
)
from tests.files_http.tus import begun, offset, sent
from tests.local import local_client
from tests.server import running_server

MIB = 2**20


@pytest.mark.parametrize("files_url", STORES, indirect=True)
async def test_what_is_in_flight_ends_and_leaves_nothing_half(
    spa_with: OpenSpa, database_url: str, files_url: str
) -> None:
    made: list[Raw] = []
    async with spa_with(graceful_stop_seconds=1, receive_seconds=30, send_seconds=30) as spa:
        contact, token = await spa.contact(), spa.ada.token
        shown = await send_file(spa.ada, contact, "Voice.mp3", MP3, noise(32 * MIB))
        whole, parts = [await sound(spa.ada, contact, 9 * MIB) for _ in range(2)]
        where = await begun(spa.ada, parts, 9 * MIB)
        length = {"Content_Length": str(9 * MIB)}
        made += [
            await raw(spa.ada, "GET", shown["downloadUrl"]),
            await raw(spa.ada, "PUT", whole["url"], **length),
            await raw(spa.ada, "PATCH", where, **PART, **length, Upload_Offset="0"),
        ]
        for one in made[1:]:
            await one.send(noise(9 * MIB)[: 5 * MIB])
        await asyncio.sleep(0.3)
        began = monotonic()
    assert monotonic() - began < 3
    for one in made:
        one.cut()
    async with running_server(database_url, files_url=files_url) as server:
        assert await left(server) == Left(uploads=1, complete=1, documents=1, objects=16 + 3)
        async with local_client() as http:
            ada = Client(server, http, token)
            assert await offset(ada, where) == 5 * MIB
            rest = noise(9 * MIB)[5 * MIB :]
            assert (await sent(ada, where, 5 * MIB, rest)).status_code == 204
            assert (await created(ada, contact, parts["id"]))["errors"] == []


async def test_a_quick_one_is_waited_for(spa_with: OpenSpa) -> None:
    async with spa_with(graceful_stop_seconds=3) as spa:
        asked = await sound(spa.ada, await spa.contact(), 100)
        made = await raw(spa.ada, "PUT", asked["url"], Content_Length="100")
        await made.send(noise(50))
        await asyncio.sleep(0.1)
        ending = asyncio.create_task(_later(made))
    assert (await ending).startswith(b"HTTP/1.1 201 ")
    made.cut()


async def _later(made: Raw) -> bytes:
    """Send the rest when the server is asked to stop already."""
    await asyncio.sleep(0.5)
    await made.send(noise(100)[50:])
    return await made.rest()

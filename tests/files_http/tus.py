"""Sending a file in parts, as a client of tus does."""

import asyncio

import httpx2

from tests.client import Client
from tests.files_http.files import PART, TUS, address
from tests.model.fold import Json


async def begun(client: Client, asked: Json, size: int) -> str:
    """Begin a resumable upload; return where its parts go."""
    headers = {**TUS, "Upload-Length": str(size)}
    answer = await client.http.post(address(client, asked["url"]), headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.headers["tus-resumable"] == "1.0.0"
    return str(answer.headers["location"])


async def sent(client: Client, where: str, offset: int, content: bytes) -> httpx2.Response:
    """Send a part."""
    headers = {**PART, "Upload-Offset": str(offset)}
    return await client.http.patch(address(client, where), content=content, headers=headers)


async def offset(client: Client, where: str) -> int:
    """Ask how much is there."""
    answer = await client.http.head(address(client, where), headers=TUS)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return int(answer.headers["upload-offset"])


async def until_offset(client: Client, where: str, wanted: int) -> None:
    """Ask until so much is there and nobody works on it (423)."""
    async with asyncio.timeout(5):
        while True:
            answer = await client.http.head(address(client, where), headers=TUS)
            assert answer.status_code in (200, 423)
            if answer.headers.get("upload-offset") == str(wanted):
                return
            await asyncio.sleep(0.02)

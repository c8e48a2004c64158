"""Hostile frames and messages: each closes its own socket as documented, or harms nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from tests.hostile.frames import FRAMES, HALF, Case
from tests.hostile.messages import MESSAGES, VIEWER
from tests.hostile.watch import cheaply, codes_in, logged_errors, no_traceback
from tests.hostile.wire import Wire, frame, wired
from tests.http.test_sockets import opened, query, received
from tests.server import Server

PROBE = "the probe"
ADMIN = {"viewer": {"role": "ADMIN"}}


class Victim:
    """A well-behaved user on a socket of his own, who must notice nothing."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._asked = 0

    async def ask(self, document: str = VIEWER) -> Any:
        """Return the data of a query, which must come."""
        self._asked += 1
        told = await query(self._socket, str(self._asked), document)
        assert (await received(self._socket))["type"] == "complete"
        return told["payload"]["data"]


@asynccontextmanager
async def signed_in(server: Server, token: str) -> AsyncIterator[Wire]:
    async with wired(server.ws) as wire:
        await wire.say(type="connection_init", payload={"authorization": f"Bearer {token}"})
        assert await wire.hear() == {"type": "connection_ack"}
        yield wire


async def attack(server: Server, token: str, case: Case) -> int | set[str]:
    """Return the close code; or, where the socket goes on, the codes of the errors it was told."""
    async with signed_in(server, token) if case.signed_in else wired(server.ws) as wire:
        await wire.send(*case.raw)
        if case.close is None:
            return await probed(wire, {PROBE, case.runs or PROBE})
        while isinstance(told := await wire.hear(), dict):
            assert "INTERNAL" not in str(told), case.name
        return int(told)


async def probed(wire: Wire, pending: set[str]) -> int | set[str]:
    """Return the codes of the errors that are told until these operations are over."""
    codes: set[str] = set()
    await wire.say(type="subscribe", id=PROBE, payload={"query": VIEWER})
    while pending:
        told = await wire.hear()
        if not isinstance(told, dict):
            return int(told)
        payload = told.get("payload")
        codes |= codes_in({"errors": payload} if told["type"] == "error" else payload)
        if told["type"] in ("error", "complete"):
            pending.discard(told["id"])
    return codes


def test_the_corpus_is_large_and_names_each_case_once() -> None:
    names = [case.name for case in (*FRAMES, *MESSAGES)]
    assert len(names) == len(set(names)) >= 40


async def test_each_ends_as_documented_and_others_are_served(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    token, theirs = await server.practice("alpha"), await server.practice("beta")
    async with opened(server, theirs) as socket:
        victim, wrong = Victim(socket), []
        for case in (*FRAMES, *MESSAGES):
            with logged_errors(caplog) as logged:
                found = await cheaply(partial(attack, server, token, case), case.name)
            if logged or found != (case.codes if case.close is None else case.close):
                wrong.append((case.name, found, *logged))
            assert await victim.ask() == ADMIN, case.name
    assert wrong == []


async def test_whoever_goes_in_the_middle_of_a_frame_leaves_nothing(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    token = await server.practice("alpha")
    with no_traceback(caplog):
        for raw in HALF.values():
            async with signed_in(server, token) as wire:
                await wire.send(raw)
                await asyncio.sleep(0.01)
    async with opened(server, token) as socket:
        assert await Victim(socket).ask() == ADMIN


async def test_bytes_may_come_one_at_a_time(server: Server) -> None:
    async with signed_in(server, await server.practice("alpha")) as wire:
        for one in frame('{"type":"ping"}'):
            await wire.send(bytes([one]))
            await asyncio.sleep(0)
        assert await wire.hear() == {"type": "pong"}

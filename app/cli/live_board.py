"""A live board in the terminal: a small client of our own subscription."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from app.cli.board_text import DOCUMENT, lines_of
from app.failures import Failure

Json = dict[str, Any]

_PROTOCOL = Subprotocol("graphql-transport-ws")
_UNAUTHENTICATED = 4401
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 10.0


async def show_board(url: str, token: str) -> None:
    """Print the first pipeline's board and each event of it as it arrives, for ever.

    A lost connection is made again and goes on after the last event. Failure if the token is not
    valid, or the server refuses the subscription.
    """
    viewer = _Watch(url, token)
    wait = _FIRST_WAIT
    while True:
        try:
            async for event in viewer.events():
                wait = _FIRST_WAIT
                _print(lines_of(event))
        except InvalidURI:
            raise Failure("--url is not an address like ws://127.0.0.1:8000/graphql.") from None
        except (ConnectionClosed, InvalidHandshake, OSError, TimeoutError):
            _print([f".. no connection; trying again in {wait:g} s"])
        await asyncio.sleep(wait)
        wait = min(wait * 2, _LONGEST_WAIT)


def _print(lines: list[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class _Watch:
    """One user's subscription over as many connections as it takes."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token
        self._cursor: str | None = None

    async def events(self) -> AsyncIterator[Json]:
        """Yield the events of one connection, beginning after the last one seen."""
        async with connect(self._url, subprotocols=[_PROTOCOL], proxy=None) as socket:
            await self._sign_in(socket)
            pipeline = await self._pipeline(socket)
            variables = {"pipeline": pipeline, "after": self._cursor}
            await _send(socket, "subscribe", "board", {"query": DOCUMENT, "variables": variables})
            while True:
                event = (await _answer(socket))["boardEvents"]
                self._cursor = event["cursor"]
                yield event

    async def _sign_in(self, socket: ClientConnection) -> None:
        await _send(socket, "connection_init", None, {"authorization": f"Bearer {self._token}"})
        try:
            await socket.recv()
        except ConnectionClosed as closed:
            if closed.rcvd is not None and closed.rcvd.code == _UNAUTHENTICATED:
                raise Failure("The token is not valid, or its time is over.") from None
            raise

    async def _pipeline(self, socket: ClientConnection) -> str:
        await _send(socket, "subscribe", "pipelines", {"query": "{ pipelines { id } }"})
        pipelines = (await _answer(socket))["pipelines"]
        if not pipelines:
            raise Failure("The practice has no pipeline.")
        await socket.recv()  # complete
        key: str = pipelines[0]["id"]
        return key


async def _send(socket: ClientConnection, kind: str, key: str | None, payload: Json) -> None:
    message = {"type": kind, "payload": payload} | ({"id": key} if key else {})
    await socket.send(orjson.dumps(message).decode())


async def _answer(socket: ClientConnection) -> Json:
    """Return the data of the next result; Failure if the server refuses or ends it."""
    while True:
        message: Json = orjson.loads(await socket.recv())
        if message["type"] == "ping":
            await socket.send('{"type":"pong"}')
            continue
        if message["type"] == "complete":
            raise Failure("The server ended the live board.")
        errors = message["payload"] if message["type"] == "error" else None
        errors = errors or message["payload"].get("errors")
        if errors:
            raise Failure(f"The server refused: {errors[0]['message']}")
        data: Json = message["payload"]["data"]
        return data

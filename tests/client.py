"""A user of the product, from outside: HTTP requests, and live boards over a WebSocket."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.model.documents import EVERYTHING, FULL_BOARD, LIVE, mutation
from tests.model.fold import Fold, Json
from tests.server import Server

PATIENCE = 5.0  # seconds until an awaited event is called missing
QUIET = 0.25  # seconds of silence after which no further event is expected


class RequestError(AssertionError):
    """A request that should have been served was answered with top-level errors."""


def error_codes(body: Json) -> list[str]:
    """Return the codes of the top-level errors of an answer."""
    return [error.get("extensions", {}).get("code", "?") for error in body.get("errors") or []]


class Client:
    """One user: his requests over HTTP, and the way to his live boards."""

    patience = PATIENCE

    def __init__(self, server: Server, http: httpx2.AsyncClient, token: str) -> None:
        self.server = server
        self.http = http
        self.token = token
        self.id = ""
        self.name = ""
        self.email = ""

    async def post(
        self,
        document: str,
        variables: Json | None = None,
        *,
        accept: str = "application/graphql-response+json",
    ) -> httpx2.Response:
        """Send a request as it is and return the answer as it is."""
        return await self.http.post(
            self.server.http,
            json={"query": document, "variables": variables or {}},
            headers={"Authorization": f"Bearer {self.token}", "Accept": accept},
        )

    async def body(self, document: str, **variables: Any) -> Json:
        """Return the decoded answer, errors and all."""
        answer: Json = (await self.post(document, variables)).json()
        return answer

    async def ask(self, document: str, **variables: Any) -> Json:
        """Return the data of a request that has to be served."""
        answer = await self.body(document, **variables)
        if answer.get("errors"):
            raise RequestError(f"{json.dumps(answer['errors'])[:2000]}\nfor {document[:300]}")
        data: Json = answer["data"]
        return data

    async def refused(self, document: str, **variables: Any) -> list[str]:
        """Return the codes of the top-level errors of a request that must not be served."""
        codes = error_codes(await self.body(document, **variables))
        assert codes, f"served, but should have been refused: {document[:300]}"
        return codes

    async def send(self, name: str, /, *, key: str | None = None, **fields: Any) -> Json:
        """Run one mutation and return its payload, refused or not."""
        variables: Json = {"input": fields} if key is None else {"input": fields, "key": key}
        data = await self.ask(mutation(name, keyed=key is not None), **variables)
        payload: Json | None = data[name]
        assert payload is not None, f"{name} answered null without an error"
        return payload

    async def do(self, name: str, /, *, key: str | None = None, **fields: Any) -> Json:
        """Run one mutation that must be accepted and return its payload."""
        payload = await self.send(name, key=key, **fields)
        assert payload["errors"] == [], f"{name} {fields}: {payload['errors']}"
        return payload

    async def fails(self, name: str, /, **fields: Any) -> list[Json]:
        """Run one mutation that must be refused; return its errors, its payload being empty."""
        payload = await self.send(name, **fields)
        errors: list[Json] = payload["errors"]
        assert errors, f"{name} {fields} was accepted: {payload}"
        rest = {key: value for key, value in payload.items() if key not in ("errors", "cursor")}
        full = {key: value for key, value in rest.items() if value}
        assert full == {}, f"a refused {name} says {full}"
        assert all(error["path"][:1] == ["input"] for error in errors), errors
        return errors

    async def code(self, name: str, /, **fields: Any) -> str:
        """Run one mutation that must be refused with a single error; return its code."""
        errors = await self.fails(name, **fields)
        assert len(errors) == 1, errors
        return str(errors[0]["code"])

    async def everything(self, pipeline: str) -> Json:
        """Return all that an admin can read of the practice, for "nothing changed"."""
        return await self.ask(EVERYTHING, pipeline=pipeline)

    async def board(self, pipeline: str, first: int = 20, **view: Any) -> Fold:
        """Return a fresh board as a client holds it; `view` is where= and order=."""
        data = await self.ask(FULL_BOARD, pipeline=pipeline, first=first, **view)
        fold = Fold(first)
        fold.replace(data["board"])
        fold.cursor = data["board"]["cursor"]
        return fold


class LiveBoard:
    """One boardEvents stream on a socket of its own, folded as it arrives."""

    def __init__(self, client: Client, pipeline: str, *, first: int = 20, **view: Any) -> None:
        self.client = client
        self.pipeline = pipeline
        self.view = view
        self.fold = Fold(first)
        self.claims: Json = {}  # what a liar adds to connection_init
        self.events: list[Json] = []
        self.errors: list[str] = []
        self.over = False
        self.close_code: int | None = None
        self._taken = 0
        self._changed = asyncio.Event()
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None

    async def open(self, after: str | None = None) -> Self:
        """Connect and subscribe, after a cursor or from a snapshot, which is then awaited."""
        self.over, self.close_code, self.errors = False, None, []
        before = len(self.events)
        self._socket = await connect(
            self.client.server.ws,
            subprotocols=[Subprotocol("graphql-transport-ws")],
            compression=None,
            proxy=None,
            max_size=2**22,
            close_timeout=1,
        )
        self._reader = asyncio.create_task(self._read(self._socket, after))
        if after is None:
            await self.until(lambda: len(self.events) > before or self.over, "a first message")
        return self

    async def resume(self) -> Self:
        """Connect again after the last event that arrived."""
        assert self.fold.cursor is not None
        return await self.open(after=self.fold.cursor)

    async def _read(self, socket: ClientConnection, after: str | None) -> None:
        variables = {"pipeline": self.pipeline, "first": self.fold.first, **self.view}
        if after is not None:
            variables["after"] = after
        payload = {"query": LIVE, "variables": variables}
        token = {**self.claims, "authorization": f"Bearer {self.client.token}"}
        try:
            await socket.send(json.dumps({"type": "connection_init", "payload": token}))
            async for raw in socket:
                message = json.loads(raw)
                if message["type"] == "connection_ack":
                    start = {"type": "subscribe", "id": "1", "payload": payload}
                    await socket.send(json.dumps(start))
                elif message["type"] == "ping":
                    await socket.send(json.dumps({"type": "pong"}))
                else:
                    self._hear(message)
        except ConnectionClosed:
            pass
        finally:
            self.over, self.close_code = True, socket.close_code
            self._changed.set()

    def _hear(self, message: Json) -> None:
        if message["type"] == "error":
            self.errors += error_codes({"errors": message["payload"]})
        elif message["type"] == "next":
            self.errors += error_codes(message["payload"])
            if not message["payload"].get("errors"):
                self.events.append(message["payload"]["data"]["boardEvents"])
                self.fold.apply(self.events[-1])
        self.over = self.over or message["type"] in ("error", "complete")
        self._changed.set()

    async def until(self, true: Callable[[], bool], what: str | Callable[[], str]) -> None:
        """Wait until something holds; fail with `what` was missing after the client's patience."""
        try:
            async with asyncio.timeout(self.client.patience):
                while not true():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            told = what if isinstance(what, str) else what()
            state = f"over={self.over} {self.close_code} {self.errors}"
            raise AssertionError(f"not within {self.client.patience} s: {told} ({state})") from None
        assert not self.fold.broken, self.fold.broken

    async def next(self, kind: str) -> Json:
        """Return the next event not taken yet, which must be of this kind."""
        await self.until(lambda: len(self.events) > self._taken, kind)
        event = self.events[self._taken]
        assert event["__typename"] == kind, event
        self._taken += 1
        return event

    async def silent(self) -> None:
        """Assert that every event was taken and that none arrives for a while."""
        await asyncio.sleep(QUIET)
        assert self.events[self._taken :] == []
        assert not self.over, (self.close_code, self.errors)

    async def ended(self) -> list[str]:
        """Wait for the end of the stream; return the codes of its errors."""
        await self.until(lambda: self.over, "the end of the stream")
        return self.errors

    async def closed(self) -> int | None:
        """Wait until the server closes the socket; return its close code."""
        assert self._reader is not None
        async with asyncio.timeout(self.client.patience):
            await asyncio.shield(self._reader)
        return self.close_code

    async def cut(self) -> None:
        """Lose the connection without a word, as in a lift."""
        if self._socket is not None and self._reader is not None:
            self._socket.transport.abort()
            with suppress(ConnectionClosed):
                await self._reader
            self._socket = self._reader = None

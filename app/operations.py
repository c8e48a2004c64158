"""The operations that run on one socket."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import orjson
import structlog
from graphql import OperationType
from starlette.websockets import WebSocketDisconnect
from uuid_utils.compat import uuid7

from app.boards import SocketBoard
from app.channel import Channel, Closing
from app.desk import Desk, in_time
from app.observing import Observed, codes_of, named
from app.requests import Malformed, request_of
from app.tokens import BadToken
from models.errors import described
from permissions.viewer import Credential
from resolvers.perform import Unauthenticated
from resolvers.problems import BadRequest
from schema import errors
from schema.execution import Rejected, Request
from schema.listening import answer
from subscriptions.stream import Stream

_log = structlog.get_logger(__name__)


class Operations:
    """Queries, mutations and live boards of one signed-in socket, by their ids."""

    def __init__(self, channel: Channel, desk: Desk, credential: Credential) -> None:
        """Begin without operations."""
        self._channel = channel
        self._desk = desk
        self._credential = credential
        self._running: dict[str, asyncio.Task[None]] = {}
        self._boards: dict[str, tuple[SocketBoard, Stream]] = {}

    async def start(self, key: str, payload: Any) -> None:
        """Run an operation; Closing for an id that is taken or a payload that is none."""
        if key in self._running or key in self._boards:
            raise Closing(4409, f"Subscriber for {key} already exists")
        try:
            request = request_of(payload)
        except Malformed as error:
            raise Closing(4400, str(error)) from None
        most = self._desk.settings.max_subscriptions
        if len(self._running) + len(self._boards) >= most:
            limit = BadRequest(f"A socket has at most {most} operations. Complete one first.")
            await self._channel.send_errors(key, [errors.shown_failure(limit, None)])
            return
        self._begin(key, self._run(key, request))

    def _begin(self, key: str, job: Coroutine[Any, Any, None]) -> None:
        task = self._running[key] = asyncio.create_task(job, name="operation")
        task.add_done_callback(lambda done: self._forget(key, done))

    def stop(self, key: str) -> None:
        """Stop an operation because the client completed it."""
        self._leave(key)
        task = self._running.pop(key, None)
        if task is not None:
            task.cancel()

    async def stop_all(self) -> None:
        """Stop every operation and wait until each has let go."""
        for key in tuple(self._boards):
            self._leave(key)
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError, Exception):
                await task

    def _forget(self, key: str, done: asyncio.Task[None]) -> None:
        if self._running.get(key) is done:
            del self._running[key]
        error = None if done.cancelled() else done.exception()
        if error is not None:
            _log.error("operation failed", **described(error))

    async def _run(self, key: str, request: Request) -> None:
        request_id = uuid7().hex
        try:
            with Observed("ws", request_id) as seen:
                told = await self._served(key, request, seen)
                seen.answered(400 if told else 200, codes_of({"errors": told}))
            self._running.pop(key, None)
            if key not in self._boards:
                await self._end(key, told)
            elif self._boards[key][0].over:
                self._finished(self._boards[key][0])
        except (WebSocketDisconnect, RuntimeError):
            return  # the client is gone

    async def _end(self, key: str, told: list[dict[str, Any]]) -> None:
        """Say that an operation is over, and why if it could not be served."""
        self._running.pop(key, None)
        with suppress(WebSocketDisconnect, RuntimeError):
            if told:
                await self._channel.send_errors(key, told)
            else:
                await self._channel.send_complete(key)

    def _leave(self, key: str) -> None:
        _, stream = self._boards.pop(key, (None, None))
        if stream is not None:
            self._desk.services.relay.leave(stream)

    def _finished(self, board: SocketBoard) -> None:
        """End the operation of a live board that is over, if it has begun to be one."""
        if board.key not in self._boards:
            return
        self._leave(board.key)
        if isinstance(board.error, Unauthenticated):
            return  # the session's guard closes the socket
        told = [errors.shown_failure(board.error, board.request_id)] if board.error else []
        self._begin(board.key, self._end(board.key, told))

    async def _served(self, key: str, request: Request, seen: Observed) -> list[dict[str, Any]]:
        """Serve an operation to its end; return why it could not be."""
        try:
            cost = await self._desk.price(self._credential, request)
            seen.cost(cost)
            kind = seen.operation(*named(self._desk.engine, request))
            if kind is OperationType.SUBSCRIPTION:
                await self._stream(key, request, seen)
            else:
                await self._once(key, self._result(request, cost, seen))
        except Rejected as rejected:
            return [errors.shown(one, seen.request_id) for one in rejected.errors]
        except (BadToken, Unauthenticated):
            raise WebSocketDisconnect(4403) from None  # the session's guard closes the socket
        except (WebSocketDisconnect, RuntimeError):
            raise
        except Exception as error:
            return [errors.shown_failure(error, seen.request_id)]
        return []

    async def _once(self, key: str, result: Coroutine[Any, Any, bytes]) -> None:
        """Send the result of a query or mutation; a client that leaves does not stop it."""
        running = asyncio.create_task(result, name="execute")
        running.add_done_callback(_seen)
        await self._channel.send_next(key, await asyncio.shield(running))

    async def _result(self, request: Request, cost: int, seen: Observed) -> bytes:
        async with (
            in_time(self._desk.settings.request_seconds),
            self._desk.context(self._credential, seen.request_id) as context,
        ):
            seen.viewer(context.viewer)
            charge = await self._desk.charge(context.viewer, cost)
            result = await self._desk.engine.execute(request, context)
        told = answer(result, seen.request_id, charge.extensions)
        seen.answered(200, codes_of(told))
        return orjson.dumps(told)

    async def _stream(self, key: str, request: Request, seen: Observed) -> None:
        live = await self._desk.listen(self._credential, seen.request_id, request)
        seen.viewer(live.viewer)
        board = SocketBoard(self._channel, key, seen.request_id, self._finished)
        stream = await self._desk.services.relay.listen(live.viewer, live.request, board)
        self._boards[key] = board, stream
        seen.answered(200)
        stream.pump()


def _seen(done: asyncio.Task[bytes]) -> None:
    """Look at what became of a request, so that asyncio does not log it when its client left."""
    if not done.cancelled():
        done.exception()

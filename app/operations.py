"""The operations that run on one socket."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import structlog
from graphql import OperationType
from starlette.websockets import WebSocketDisconnect
from uuid_utils.compat import uuid7

from app import metrics
from app.channel import Channel, Closing
from app.desk import Charge, Desk, in_time
from app.requests import Malformed, request_of
from app.tokens import BadToken
from permissions.viewer import Credential
from resolvers.perform import Unauthenticated
from resolvers.problems import BadRequest
from schema import errors
from schema.execution import Rejected, Request
from schema.listening import encoded

_log = structlog.get_logger(__name__)


class Operations:
    """Queries, mutations and live boards of one signed-in socket, by their ids."""

    def __init__(self, channel: Channel, desk: Desk, credential: Credential) -> None:
        """Begin without operations."""
        self._channel = channel
        self._desk = desk
        self._credential = credential
        self._running: dict[str, asyncio.Task[None]] = {}

    async def start(self, key: str, payload: Any) -> None:
        """Run an operation; Closing for an id that is taken or a payload that is none."""
        if key in self._running:
            raise Closing(4409, f"Subscriber for {key} already exists")
        try:
            request = request_of(payload)
        except Malformed as error:
            raise Closing(4400, str(error)) from None
        most = self._desk.settings.max_subscriptions
        if len(self._running) >= most:
            limit = BadRequest(f"A socket has at most {most} operations. Complete one first.")
            await self._channel.send_errors(key, [errors.shown_failure(limit, None)])
            return
        task = asyncio.create_task(self._run(key, request), name="operation")
        self._running[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))

    def stop(self, key: str) -> None:
        """Stop an operation because the client completed it."""
        task = self._running.pop(key, None)
        if task is not None:
            task.cancel()

    async def stop_all(self) -> None:
        """Stop every operation and wait until each has let go."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError, Exception):
                await task

    def _forget(self, key: str, done: asyncio.Task[None]) -> None:
        if self._running.get(key) is done:
            del self._running[key]
        if not done.cancelled() and done.exception() is not None:
            _log.error("operation failed", error=type(done.exception()).__name__)

    async def _run(self, key: str, request: Request) -> None:
        request_id = uuid7().hex
        try:
            told = await self._served(key, request, request_id)
            self._running.pop(key, None)
            if told:
                await self._channel.send_errors(key, told)
            else:
                await self._channel.send_complete(key)
        except (WebSocketDisconnect, RuntimeError):
            return  # the client is gone

    async def _served(self, key: str, request: Request, request_id: str) -> list[dict[str, Any]]:
        """Serve an operation to its end; return why it could not be."""
        try:
            charge = await self._desk.charge(self._credential, request)
            if self._desk.engine.operation(request) is OperationType.SUBSCRIPTION:
                await self._stream(key, request, request_id)
            else:
                result = self._result(request, request_id, charge)
                await self._once(key, result)
        except Rejected as rejected:
            return [errors.shown(one, request_id) for one in rejected.errors]
        except (BadToken, Unauthenticated):
            raise WebSocketDisconnect(4403) from None  # the session's guard closes the socket
        except (WebSocketDisconnect, RuntimeError):
            raise
        except Exception as error:
            return [errors.shown_failure(error, request_id)]
        return []

    async def _once(self, key: str, result: Coroutine[Any, Any, bytes]) -> None:
        """Send the result of a query or mutation; a client that leaves does not stop it."""
        running = asyncio.create_task(result, name="execute")
        await self._channel.send_next(key, await asyncio.shield(running))

    async def _result(self, request: Request, request_id: str, charge: Charge) -> bytes:
        async with (
            in_time(self._desk.settings.request_seconds),
            self._desk.context(self._credential, request_id) as context,
        ):
            result = await self._desk.engine.execute(request, context)
        return encoded(result, request_id, charge.extensions)

    async def _stream(self, key: str, request: Request, request_id: str) -> None:
        live = await self._desk.listen(self._credential, request_id, request)
        frames = self._desk.services.relay.subscribe(live.viewer, live.request)
        metrics.streams.inc()
        try:
            async for frame in frames:
                await self._channel.send_next(key, frame.payload)
                metrics.events_sent.inc()
        finally:
            metrics.streams.dec()
            await frames.aclose()

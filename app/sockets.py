"""GraphQL over WebSocket: the graphql-transport-ws protocol, with our close codes (C11)."""

import asyncio
import time
from contextlib import suppress
from typing import Any

import orjson
import structlog
from graphql import ExecutionResult, GraphQLError, OperationType
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from uuid_utils.compat import uuid7

from app import metrics
from app.desk import Desk
from app.graphql_http import request_of
from app.origins import allowed
from app.tokens import BadToken, Bearer
from resolvers import vocabulary
from resolvers.problems import RequestError
from schema import errors
from schema.execution import Rejected, Request
from schema.listening import encoded
from subscriptions.stream import Request as LiveRequest

PROTOCOL = "graphql-transport-ws"
_log = structlog.get_logger(__name__)


class Closing(Exception):
    """The socket is to be closed with a code."""

    def __init__(self, code: int, reason: str) -> None:
        """Take the close code and what it tells people."""
        super().__init__(reason)
        self.code = code
        self.reason = reason


async def graphql_over_websocket(websocket: WebSocket) -> None:
    """Serve one socket until it closes."""
    desk: Desk = websocket.app.state.desk
    if not allowed(websocket, desk.settings.allowed_origins):
        await websocket.close(1008)
        return
    if PROTOCOL not in websocket.scope["subprotocols"]:
        await websocket.accept()
        await websocket.close(4406, "Use the subprotocol graphql-transport-ws.")
        return
    await websocket.accept(subprotocol=PROTOCOL)
    metrics.sockets.inc()
    try:
        await Socket(websocket, desk).serve()
    finally:
        metrics.sockets.dec()


class Socket:
    """One connection: who it belongs to, and what runs on it."""

    def __init__(self, websocket: WebSocket, desk: Desk) -> None:
        """Begin before connection_init."""
        self._websocket = websocket
        self._desk = desk
        self._settings = desk.settings
        self._bearer: Bearer | None = None
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._watch: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Answer messages until either side closes."""
        try:
            await self._initialise()
            while True:
                await self._handle(await self._message())
        except Closing as closing:
            await self._close(closing)
        except WebSocketDisconnect:
            pass
        finally:
            await self._end()

    async def _close(self, closing: Closing) -> None:
        if self._websocket.application_state is WebSocketState.CONNECTED:
            with suppress(RuntimeError, WebSocketDisconnect):
                await self._websocket.close(closing.code, closing.reason)

    async def _end(self) -> None:
        tasks = [*self._operations.values(), *([self._watch] if self._watch else [])]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError, Exception):
                await task

    async def _message(self) -> dict[str, Any]:
        received = await self._websocket.receive()
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received.get("code", 1006))
        text = received.get("text")
        if text is None:
            raise Closing(4400, "Messages are text.")
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise Closing(4400, "Messages are JSON.") from None
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise Closing(4400, "A message is an object with a type.")
        return message

    async def _initialise(self) -> None:
        """Wait for connection_init; nothing but the token is read from it."""
        message: dict[str, Any] = {}
        try:
            async with asyncio.timeout(self._settings.connection_init_seconds):
                while message.get("type") != "connection_init":
                    message = await self._message()
                    await self._before_init(message)
        except TimeoutError:
            raise Closing(4408, "Connection initialisation timeout") from None
        payload = message.get("payload")
        if not isinstance(payload, dict | None):
            raise Closing(4400, "The payload of connection_init is an object.")
        await self._sign_in(payload or {})
        await self._send(b'{"type":"connection_ack"}')

    async def _before_init(self, message: dict[str, Any]) -> None:
        if message["type"] == "ping":
            await self._send(b'{"type":"pong"}')
        elif message["type"] == "subscribe":
            raise Closing(4401, "Unauthorized")
        elif message["type"] not in ("connection_init", "pong"):
            raise Closing(4400, "Send connection_init first.")

    async def _sign_in(self, payload: dict[str, Any]) -> None:
        try:
            self._bearer = self._desk.tokens.read_header(payload.get("authorization"))
            async with self._desk.services.database.reader() as reader:
                viewer = await self._desk.viewer(self._bearer, reader)
                position = await reader.run(vocabulary.head, viewer.practice_id)
        except BadToken:
            raise Closing(4401, "Unauthorized") from None
        serving = asyncio.current_task()
        guard = self._guard(viewer, position, self._bearer.expires_at, serving)
        self._watch = asyncio.create_task(guard, name="session")

    async def _guard(self, viewer: Any, position: int, expires_at: float, serving: Any) -> None:
        """Close the socket when its token expires or its user is deactivated."""
        with self._desk.services.relay.session(viewer, position) as session:
            try:
                async with asyncio.timeout(max(0.0, expires_at - time.time())):
                    await session.revoked.wait()
            except TimeoutError:
                pass
            await self._revoke(serving)

    async def _revoke(self, serving: Any) -> None:
        """Stop sending at once, then close."""
        for task in self._operations.values():
            task.cancel()
        await self._close(Closing(4403, "Forbidden"))
        serving.cancel()

    async def _handle(self, message: dict[str, Any]) -> None:
        kind, key = message["type"], message.get("id")
        if kind == "ping":
            await self._send(b'{"type":"pong"}')
        elif kind == "connection_init":
            raise Closing(4429, "Too many initialisation requests")
        elif kind == "complete" and isinstance(key, str):
            task = self._operations.pop(key, None)
            if task is not None:
                task.cancel()
        elif kind == "subscribe" and isinstance(key, str) and key:
            await self._subscribe(key, message.get("payload"))
        elif kind != "pong":
            raise Closing(4400, "This message is not understood.")

    async def _subscribe(self, key: str, payload: Any) -> None:
        if key in self._operations:
            raise Closing(4409, f"Subscriber for {key} already exists")
        try:
            request = request_of(payload)
        except RequestError as error:
            raise Closing(4400, str(error)) from None
        if len(self._operations) >= self._settings.max_subscriptions:
            limit = GraphQLError(
                f"A socket has at most {self._settings.max_subscriptions} operations."
            )
            await self._send_errors(key, [errors.shown(limit, None)])
            return
        task = asyncio.create_task(self._run(key, request), name="operation")
        self._operations[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))

    def _forget(self, key: str, done: asyncio.Task[None]) -> None:
        if self._operations.get(key) is done:
            del self._operations[key]
        if not done.cancelled() and done.exception() is not None:
            _log.error("operation failed", error=type(done.exception()).__name__)

    async def _run(self, key: str, request: Request) -> None:
        request_id = uuid7().hex
        try:
            if self._desk.engine.operation(request) is OperationType.SUBSCRIPTION:
                await self._stream(key, request, request_id)
            else:
                await self._once(key, request, request_id)
        except Rejected as rejected:
            await self._send_errors(key, [errors.shown(one, request_id) for one in rejected.errors])
            return
        except BadToken:
            return  # the session's guard closes the socket
        except (WebSocketDisconnect, RuntimeError):
            return
        except Exception as error:
            wrapped = GraphQLError(str(error), original_error=error)
            await self._send_errors(key, [errors.shown(wrapped, request_id)])
            return
        self._operations.pop(key, None)
        await self._send(orjson.dumps({"id": key, "type": "complete"}))

    async def _once(self, key: str, request: Request, request_id: str) -> None:
        """Run a query or mutation; a client that leaves does not stop it half way."""
        running = asyncio.create_task(self._result(request, request_id), name="execute")
        await self._send_next(key, await asyncio.shield(running))

    async def _result(self, request: Request, request_id: str) -> bytes:
        assert self._bearer is not None
        async with self._desk.context(self._bearer, request_id) as context:
            result: ExecutionResult = await self._desk.engine.execute(request, context)
        return encoded(result, request_id)

    async def _stream(self, key: str, request: Request, request_id: str) -> None:
        assert self._bearer is not None
        async with self._desk.context(self._bearer, request_id) as context:
            source, operation = await self._desk.engine.listen(request, context)
            viewer = context.viewer
        live = LiveRequest(
            user_id=viewer.user_id, view=source.view, operation=operation, after=source.after
        )
        frames = self._desk.services.relay.subscribe(viewer, live)
        metrics.streams.inc()
        try:
            async for frame in frames:
                await self._send_next(key, frame)
                metrics.events_sent.inc()
        finally:
            metrics.streams.dec()
            await frames.aclose()  # type: ignore[attr-defined]

    async def _send_next(self, key: str, payload: bytes) -> None:
        head = orjson.dumps({"id": key, "type": "next"})[:-1]
        await self._send(head + b',"payload":' + payload + b"}")

    async def _send_errors(self, key: str, told: list[dict[str, Any]]) -> None:
        self._operations.pop(key, None)
        await self._send(orjson.dumps({"id": key, "type": "error", "payload": told}))

    async def _send(self, message: bytes) -> None:
        """Send a message; a client that does not read for too long is left."""
        try:
            async with asyncio.timeout(self._settings.send_seconds):
                await self._websocket.send({"type": "websocket.send", "text": message.decode()})
        except TimeoutError:
            raise WebSocketDisconnect(1006) from None

"""GraphQL over WebSocket: the graphql-transport-ws protocol, with our close codes (C11)."""

import asyncio
from typing import Any, NamedTuple

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.channel import Channel, Closing
from app.connections import TooManyConnections
from app.desk import Desk
from app.observing import ObservedSocket
from app.operations import Operations
from app.origins import allowed
from app.tokens import BadToken
from permissions.viewer import Viewer
from resolvers import vocabulary

PROTOCOL = "graphql-transport-ws"


class GraphQLOverWebSocket:
    """The endpoint, as an ASGI application: what Starlette wraps around functions takes memory."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket until it closes."""
        websocket = WebSocket(scope, receive, send)
        desk: Desk = websocket.app.state.desk
        if not allowed(websocket, desk.settings.allowed_origins):
            await websocket.close(1008)
            return
        if PROTOCOL not in scope["subprotocols"]:
            await websocket.accept()
            await websocket.close(4406, "Use the subprotocol graphql-transport-ws.")
            return
        await websocket.accept(subprotocol=PROTOCOL)
        channel = Channel(websocket, desk.settings.send_seconds)
        with ObservedSocket(lambda: channel.code):
            await Socket(channel, desk).serve()


class Access(NamedTuple):
    """Whose connection it is, and the number of the log when he was let in."""

    viewer: Viewer
    position: int


class Socket:
    """One connection: who it belongs to, and what runs on it."""

    def __init__(self, channel: Channel, desk: Desk) -> None:
        """Begin before connection_init."""
        self._channel = channel
        self._desk = desk
        self._operations: Operations | None = None
        self._revoking: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Answer messages until either side closes."""
        try:
            access = await self._initialise()
            user_id = access.viewer.user_id
            async with self._desk.connections.admitted(user_id, self._channel):
                await self._listen(access)
        except TooManyConnections as error:
            await self._channel.close(Closing(1013, str(error)))
        except Closing as closing:
            await self._channel.close(closing)
        except WebSocketDisconnect:
            pass
        except asyncio.CancelledError:
            if not self._channel.over:
                raise
        finally:
            await self._end()

    async def _listen(self, access: Access) -> None:
        with self._desk.access(access.viewer, access.position, self._revoke):
            credential = access.viewer.credential
            operations = self._operations = Operations(self._channel, self._desk, credential)
            await self._channel.send(b'{"type":"connection_ack"}')
            while True:
                await self._handle(operations, await self._channel.receive())

    async def _end(self) -> None:
        self._channel.end()
        if self._operations is not None:
            await self._operations.stop_all()
        if self._revoking is not None:
            await self._revoking

    async def _initialise(self) -> Access:
        """Wait for connection_init; nothing but the token is read from it."""
        message: dict[str, Any] = {}
        try:
            async with asyncio.timeout(self._desk.settings.connection_init_seconds):
                while message.get("type") != "connection_init":
                    message = await self._channel.receive()
                    await self._before_init(message)
        except TimeoutError:
            raise Closing(4408, "Connection initialisation timeout") from None
        payload = message.get("payload")
        if not isinstance(payload, dict | None):
            raise Closing(4400, "The payload of connection_init is an object.")
        return await self._sign_in(payload or {})

    async def _before_init(self, message: dict[str, Any]) -> None:
        if message["type"] == "ping":
            await self._channel.send(b'{"type":"pong"}')
        elif message["type"] == "subscribe":
            raise Closing(4401, "Unauthorized")
        elif message["type"] not in ("connection_init", "pong"):
            raise Closing(4400, "Send connection_init first.")

    async def _sign_in(self, payload: dict[str, Any]) -> Access:
        try:
            credential = self._desk.tokens.read_header(payload.get("authorization"))
            async with self._desk.arrivals, self._desk.services.database.reader() as reader:
                viewer = await self._desk.viewer(credential, reader)
                return Access(viewer, await reader.run(vocabulary.head, viewer.practice_id))
        except BadToken:
            raise Closing(4401, "Unauthorized") from None

    def _revoke(self) -> None:
        """Close the socket with 4403, whatever it does."""
        if self._revoking is None:
            self._revoking = asyncio.create_task(self._revoked(), name="revoke")

    async def _revoked(self) -> None:
        if self._operations is not None:
            await self._operations.stop_all()
        await self._channel.close(Closing(4403, "Forbidden"))
        self._channel.leave()

    async def _handle(self, operations: Operations, message: dict[str, Any]) -> None:
        kind, key = message["type"], message.get("id")
        if kind == "ping":
            await self._channel.send(b'{"type":"pong"}')
        elif kind == "connection_init":
            raise Closing(4429, "Too many initialisation requests")
        elif kind == "complete" and isinstance(key, str):
            operations.stop(key)
        elif kind == "subscribe" and isinstance(key, str) and key:
            await operations.start(key, message.get("payload"))
        elif kind != "pong":
            raise Closing(4400, "This message is not understood.")

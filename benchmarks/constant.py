"""The limit of any fan-out: a frame that never changes, sent to everybody by the same server."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode

from app.graphql_http import GraphQLOverHttp
from app.protocols import writer_of

# As long as the product's message for the same move.
_PAYLOAD = orjson.dumps({"data": {"boardEvents": {"__typename": "CardUpdated", "x": "x" * 788}}})
_FRAME = b'{"id":"' + b"0" * 32 + b'","type":"next","payload":' + _PAYLOAD + b"}"
_WRITTEN = Frame(Opcode.TEXT, _FRAME).serialize(mask=False)


class Constant:
    """Listeners who are sent one frame: by `websocket.send`, or written to their connections."""

    def __init__(self) -> None:
        """Begin without listeners."""
        self._sockets: set[WebSocket] = set()

    @property
    def routes(self) -> list[BaseRoute]:
        """Where to listen, and what sends: alone, or after what the product does as well."""
        return [
            WebSocketRoute("/constant", self._listen),
            WebSocketRoute("/constant/direct", self._listen),
            Route("/constant/alone", self._alone, methods=["POST"]),
            Route("/constant", _After(self, direct=False)),
            Route("/constant/direct", _After(self, direct=True)),
        ]

    async def _listen(self, websocket: WebSocket) -> None:
        await websocket.accept(subprotocol="graphql-transport-ws")
        await websocket.receive_text()
        await websocket.send_text('{"type":"connection_ack"}')
        await websocket.receive_text()
        self._sockets.add(websocket)
        try:
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect:
            self._sockets.discard(websocket)

    async def _alone(self, _request: Request) -> Response:
        await self.broadcast(direct=True)
        return JSONResponse({})

    async def broadcast(self, *, direct: bool) -> None:
        """Send the frame to everybody."""
        text = _FRAME.decode()
        for one in tuple(self._sockets):
            if direct:
                writer: WebSocketsSansIOProtocol = writer_of(one.scope)
                writer.transport.write(_WRITTEN)
            else:
                await one.send({"type": "websocket.send", "text": text})


class _After:
    """The product's endpoint over HTTP; when it has answered, everybody is sent the frame."""

    def __init__(self, constant: Constant, *, direct: bool) -> None:
        self._constant = constant
        self._direct = direct
        self._product: Any = GraphQLOverHttp()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._product(scope, receive, send)
        await self._constant.broadcast(direct=self._direct)

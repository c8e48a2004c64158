"""Which pages may open a WebSocket: those of our own host, and those that are listed."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.websockets import WebSocket


def allowed(websocket: WebSocket, listed: Iterable[str]) -> bool:
    """Return whether the handshake comes from no page, from our own, or from a listed one."""
    origin = websocket.headers.get("origin")
    if origin is None or origin in listed:
        return True
    return urlsplit(origin).netloc.lower() == websocket.headers.get("host", "").lower()

"""How the program is served: uvicorn with our protocols and limits."""

from collections.abc import Callable
from typing import Any

import uvicorn

from app.protocols import AbortableHttp, AbortableWebSocket
from app.settings import Settings

BACKLOG = 2048


def configuration(
    app: Callable[..., Any], settings: Settings, *, factory: bool = False, **more: Any
) -> uvicorn.Config:
    """Return uvicorn's configuration of an application, or of a `factory` that makes it."""
    return uvicorn.Config(
        app,
        factory=factory,
        loop="uvloop",
        http=AbortableHttp,
        ws=AbortableWebSocket,
        ws_max_size=settings.max_frame_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=settings.ping_seconds,
        ws_ping_timeout=settings.ping_seconds,
        lifespan="on",
        backlog=BACKLOG,
        timeout_graceful_shutdown=settings.graceful_stop_seconds,
        access_log=False,
        server_header=False,
        log_config=None,
        **more,
    )

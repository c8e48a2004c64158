"""A server that tells when it serves, when it was asked to stop, and when it has stopped."""

import socket

import structlog
import uvicorn
from typing_extensions import override

_log = structlog.get_logger(__name__)


class Server(uvicorn.Server):
    """Uvicorn's server, whose own lines are left out: they name clients."""

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for one in sockets or ():
            address, port, *_ = one.getsockname()
            _log.info("serving", address=address, port=port)

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        _log.info("stopping")
        await super().shutdown(sockets)
        _log.info("stopped")

"""The measured servers: the product with the raw endpoints beside it, and the stock spelling.

The stock spelling runs as its documentation shows it: with uvicorn's and Python's own settings.
"""

import hashlib
import multiprocessing
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any
from uuid import UUID

import uvicorn
from broadcaster import Broadcast
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from app.asgi import create_app
from app.cli.logs import set_up_logging
from app.serving import BACKLOG, configuration
from app.settings import Settings
from app.tokens import Tokens
from app.tuning import send_at_once, tune_collector
from benchmarks.constant import Constant
from benchmarks.places import Place
from benchmarks.raw_sql import RawBoard
from benchmarks.stock_app import StockView
from resolvers.cards import CardCache

SECRET = b"a secret of benchmarks, 32 bytes."
SPAWN = multiprocessing.get_context("spawn")
_STOP_SECONDS = 20.0
_BYTES = bytes(178 * 1024)
# A few users stand for many: they may have more than their share.
_UNLIMITED: dict[str, Any] = {
    "max_sockets": 100_000,
    "max_cost_per_minute": 10**12,
    "max_uploads": 1_000,
    "max_upload_bytes": 2**31 - 1,
}


@dataclass(frozen=True)
class Served:
    """A server that runs: where it listens, and the process whose costs are counted."""

    port: int
    pid: int

    def token(self, user: str) -> str:
        """Return a bearer token of a user."""
        return Tokens(SECRET).make(UUID(user))


@contextmanager
def serving(
    place: Place, port: int = 0, wake_url: str = "memory://", *, stock: bool = False
) -> Iterator[Served]:
    """Yield a server of a database, in a process of its own; 0 is any free port."""
    folder = TemporaryDirectory(prefix="bench-files-")
    ours, theirs = SPAWN.Pipe()
    words = (place.as_json(), theirs, port, wake_url)
    serve, more = (_serve_stock, ()) if stock else (_serve, (folder.name,))
    process = SPAWN.Process(target=serve, args=(*words, *more), name="server")
    process.start()
    try:
        assert process.pid is not None
        yield Served(ours.recv(), process.pid)
    finally:
        process.terminate()
        process.join(_STOP_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()
        folder.cleanup()


def _serve(stored: dict[str, Any], told: Connection, port: int, wake_url: str, folder: str) -> None:
    place = Place.from_json(stored)
    listener = socket.create_server(("127.0.0.1", port), backlog=BACKLOG)
    settings = Settings(
        database_url=place.url,
        files_url=Path(folder).as_uri(),
        wake_url=wake_url,
        graceful_stop_seconds=2,
        **_UNLIMITED,
    )
    server = uvicorn.Server(configuration(_application(place, settings), settings))
    send_at_once(listener)
    tune_collector()
    set_up_logging(to=Path(os.devnull).open("wb"))  # noqa: SIM115 - open as long as the process
    told.send(listener.getsockname()[1])
    server.run(sockets=[listener])


def _serve_stock(stored: dict[str, Any], told: Connection, port: int, _wake_url: str) -> None:
    broadcast = Broadcast("memory://")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with broadcast:
            yield

    view = StockView(Place.from_json(stored).url, Tokens(SECRET), broadcast)
    app = Starlette(routes=[Mount("/", view)], lifespan=lifespan)
    listener = socket.create_server(("127.0.0.1", port), backlog=BACKLOG)
    told.send(listener.getsockname()[1])
    # Its clients keep their connections while it is busy for long.
    settings = uvicorn.Config(app, log_level="critical", timeout_keep_alive=600)
    uvicorn.Server(settings).run(sockets=[listener])


async def _counted(request: Request) -> Response:
    """Take a body and do nothing with it but count."""
    count = 0
    async for chunk in request.stream():
        count += len(chunk)
    return PlainTextResponse(str(count))


async def _plainly_kept(request: Request) -> Response:
    """Take a body as a simple endpoint would that keeps it: hash and write what comes."""
    digest = hashlib.sha256()
    with TemporaryFile() as file:
        async for chunk in request.stream():
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return PlainTextResponse(digest.hexdigest())


async def _repeated(request: Request) -> Response:
    """Answer so many bytes, as fast as they can be sent."""
    size, block = int(request.query_params["size"]), bytes(2**20)

    async def body() -> AsyncIterator[bytes]:
        for _ in range(size // len(block)):
            yield block

    return StreamingResponse(body(), headers={"Content-Length": str(size)})


async def _board_bytes(_request: Request) -> Response:
    """Answer as many bytes as a board has: what HTTP alone costs."""
    return Response(_BYTES, media_type="application/json")


def _application(place: Place, settings: Settings) -> Starlette:
    app, cold = create_app(settings, SECRET), create_app(settings, SECRET, cards=CardCache(0))
    app.router.routes += [
        Route("/raw", RawBoard(place).answer, methods=["POST"]),
        Route("/raw-upload", _counted, methods=["PUT"]),
        Route("/plain-upload", _plainly_kept, methods=["PUT"]),
        Route("/raw-download", _repeated),
        Mount("/cold", cold),
        Route("/board-bytes", _board_bytes, methods=["POST"]),
        *Constant().routes,
    ]
    ours = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(running: Starlette) -> AsyncIterator[Any]:
        async with cold.router.lifespan_context(cold), ours(running) as state:
            yield state

    app.router.lifespan_context = lifespan
    return app

"""How the process is: /healthz, /readyz and /metrics; for machines, without a private detail."""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import Connection, text
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app import metrics
from app.desk import Desk
from app.sampling import Sampler
from app.shared import Shared
from app.tracing import traces
from models.database import Database
from subscriptions.relay import Relay

PATIENCE = 2.0
_LOOPBACK = ("127.0.0.1", "::1")
_ATTEMPTS = 2


class Readiness:
    """Whether the process can serve; the database is asked at most once a second."""

    def __init__(self, database: Database) -> None:
        """Ask nothing yet."""
        self._database = database
        self._shared = Shared(self._reached, PATIENCE)

    async def database(self) -> str:
        """Return "reached", "unreachable", or "silent" if it does not answer within 2 s."""
        try:
            return "reached" if await self._shared.answer() else "unreachable"
        except TimeoutError:
            return "silent"

    async def _reached(self) -> bool:
        for _ in range(_ATTEMPTS):  # a pooled connection may be dead though the database is back
            try:
                async with self._database.reader() as reader:
                    await reader.run(_ask)
                return True
            except Exception:
                continue
        return False

    async def close(self) -> None:
        """Stop asking."""
        await self._shared.close()


@asynccontextmanager
async def watched(app: Starlette, database: Database, relay: Relay) -> AsyncIterator[None]:
    """Let the process tell how it is for as long as it lives."""
    app.state.readiness, app.state.sampler = Readiness(database), Sampler(database, relay)
    traces.start()
    app.state.sampler.start()
    try:
        yield
    finally:
        await app.state.readiness.close()
        await app.state.sampler.close()
        traces.stop()


def _ask(connection: Connection) -> None:
    connection.execute(text("SELECT 1"))


async def alive(_request: Request) -> Response:
    """Return 200 while the process lives."""
    return PlainTextResponse("ok")


async def ready(request: Request) -> Response:
    """Return 200 if the database answers, else 503; without wake-ups we are ready, but degraded."""
    readiness: Readiness = request.app.state.readiness
    desk: Desk = request.app.state.desk
    told: dict[str, Any] = {"status": "ready"}
    database, wake = await readiness.database(), desk.services.relay.wake_state
    if database != "reached":
        told = {"status": "not ready", "database": database}
    elif wake != "ok":
        told = {"status": "degraded", "wake": wake}
    status = 503 if database != "reached" else 200
    return JSONResponse(told, status, {"Cache-Control": "no-store"})


async def measured(request: Request) -> Response:
    """Return the metrics to this machine, or to who has METRICS_TOKEN."""
    desk: Desk = request.app.state.desk
    if not _may_measure(request, desk):
        return PlainTextResponse("Forbidden", 403)
    sampler: Sampler = request.app.state.sampler
    await sampler.look()
    body = await run_in_threadpool(metrics.exposition)
    return Response(body, media_type=CONTENT_TYPE_LATEST)


def _may_measure(request: Request, desk: Desk) -> bool:
    if request.client is not None and request.client.host in _LOOPBACK:
        return True
    token = desk.settings.metrics_token
    given = request.headers.get("authorization", "")
    known = f"Bearer {token.get_secret_value()}" if token else ""
    return bool(known) and hmac.compare_digest(given.encode(), known.encode())

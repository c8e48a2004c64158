"""The ASGI application: routes, and what lives as long as the process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from app import metrics
from app.auditing.trail import ReadTrail
from app.budget import Budget
from app.connections import Connections
from app.desk import Desk
from app.files.desk import file_desk
from app.files.routes import file_routes
from app.front import PAGE
from app.graphql_http import GraphQLOverHttp
from app.health import alive, measured, ready, watched
from app.keeping import sweeping
from app.settings import Settings
from app.signing import signing_routes
from app.sockets import GraphQLOverWebSocket
from app.tokens import Tokens
from app.tracing import traces
from files.links import Links
from files.press.press import Press
from files.shelf import Shelf
from files.store import open_store
from models.database import Database
from models.seams import Seams
from resolvers.cards import CardCache
from resolvers.seal import Seal, fingerprint
from schema.context import Services
from schema.execution import Engine
from schema.schema import sdl
from subscriptions.relay import Relay
from subscriptions.wake import Wake


def create_app(
    settings: Settings,
    secret: bytes,
    seams: Seams | None = None,
    cards: CardCache | None = None,
) -> Starlette:
    """Return the application; `secret` signs tokens and seals cursors, `cards` keeps cards."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with (
            _desk(settings, secret, seams or Seams(), cards or CardCache()) as desk,
            file_desk(desk) as files,
            watched(app, desk.services.database, desk.services.relay),
        ):
            app.state.desk, app.state.files = desk, files
            yield

    routes = [
        Route("/", _front),
        Route("/graphql", GraphQLOverHttp()),
        WebSocketRoute("/graphql", GraphQLOverWebSocket()),
        file_routes(settings),
        Route("/schema.graphql", _schema),
        Route("/healthz", alive),
        Route("/readyz", ready),
        Route("/metrics", measured),
        *signing_routes(),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


@asynccontextmanager
async def _desk(
    settings: Settings, secret: bytes, seams: Seams, cards: CardCache
) -> AsyncIterator[Desk]:
    """Yield what requests need, for as long as the process serves."""
    secrets = (secret, *second_secret(settings))
    database = _database(settings)
    seal = Seal(*secrets)
    wake = Wake(settings.wake_url, settings.database_url)
    relay = Relay(database, seal, wake, settings.poll_seconds)
    trail = ReadTrail(database, metrics.audit_reads_dropped.inc)
    store = open_store(settings.files_url)
    shelf = Shelf(store, Press(), Links(*secrets), settings.public_url or "")
    services = Services(database, seal, seams, relay, shelf, settings.limits, trail.add, cards)
    tokens = Tokens(*secrets, leeway=settings.token_leeway_seconds)
    budget = Budget(settings.wake_url, settings.max_cost_per_minute)
    await relay.start()
    try:
        engine, connections = Engine(settings.limits), Connections(settings.max_sockets)
        async with sweeping(database, store, settings, seams):
            yield Desk(settings, services, tokens, engine, connections, budget)
    finally:
        await relay.close()
        await trail.close()
        await shelf.press.close()
        await database.close()
        await budget.close()


def _database(settings: Settings) -> Database:
    return Database(
        settings.database_url,
        settings.patience,
        on_connect=settings.database_on_connect,
        around=traces.attempt,
    )


def second_secret(settings: Settings) -> list[bytes]:
    """Return the key that is accepted besides the one that signs, if there is one."""
    second = settings.second_secret_key
    return [second.get_secret_value().encode()] if second else []


async def _front(_request: Request) -> Response:
    return HTMLResponse(PAGE)


async def _schema(request: Request) -> Response:
    """Return the SDL; an equal ETag answers 304."""
    body = sdl()
    etag = f'"{fingerprint(body.encode()).hex()}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return PlainTextResponse(body, headers={"ETag": etag, "Cache-Control": "no-cache"})

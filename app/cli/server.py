"""Commands of the server: serve, migrate, export-schema, board."""

import asyncio
import socket
from contextlib import closing, suppress
from functools import partial
from typing import Annotated

import typer

from app import migrating
from app.asgi import create_app
from app.cli.environment import open_database, read_settings, secret_key
from app.cli.lifecycle import Server
from app.cli.live_board import show_board
from app.cli.logs import set_up_logging
from app.cli.workers import START_SECONDS, run_workers, with_wake_url, worker_app
from app.failures import Failure
from app.serving import BACKLOG, configuration
from app.settings import Settings
from app.tuning import send_at_once, tune_collector
from schema.schema import sdl

_EVERYWHERE = ("0.0.0.0", "::")


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="How many processes.")] = 1,
    dev: Annotated[bool, typer.Option("--dev", help="Own machine: makes a key.")] = False,
) -> None:
    """Serve the API until it is interrupted."""
    settings = with_wake_url(read_settings(), workers)
    settings = _with_address(settings, host, port)
    if dev:
        settings = settings.model_copy(update={"introspection": True})
    secret = secret_key(settings, may_make=dev)
    set_up_logging(dev=dev, level=settings.log_level)
    asyncio.run(_check_database(settings.database_url))
    listener = _listen(host, port)
    with closing(listener), suppress(KeyboardInterrupt):
        if workers > 1:
            make = partial(worker_app, settings, secret, dev=dev)
            more = {"workers": workers, "timeout_worker_healthcheck": START_SECONDS}
            run_workers(configuration(make, settings, factory=True, **more), listener)
        else:
            tune_collector()
            Server(configuration(create_app(settings, secret), settings)).run(sockets=[listener])


def _with_address(settings: Settings, host: str, port: int) -> Settings:
    """Return the settings with PUBLIC_URL: links begin with where we listen, if it is not told.

    Of every address of the machine none is the right one: then links have no host.
    """
    if settings.public_url or not port or host in _EVERYWHERE:
        return settings
    name = f"[{host}]" if ":" in host else host
    return settings.model_copy(update={"public_url": f"http://{name}:{port}"})


async def _check_database(url: str) -> None:
    async with open_database(url):
        pass


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise Failure(f"{host} port {port} cannot be used: {error.strerror}.") from None
    send_at_once(listener)
    return listener


def migrate() -> None:
    """Bring the database to the newest schema."""
    asyncio.run(_migrate(read_settings().database_url))


async def _migrate(url: str) -> None:
    async with open_database(url, unmigrated=True) as database:
        await migrating.migrate(database)
    typer.echo(f"The database is at revision {migrating.newest_revision()}.", err=True)


def export_schema() -> None:
    """Print the schema, sorted, in GraphQL's schema definition language."""
    typer.echo(sdl().rstrip("\n"))


def board(
    token: Annotated[str, typer.Option(help="The bearer token of who looks.")],
    url: Annotated[str, typer.Option(help="Where the API is.")] = "ws://127.0.0.1:8000/graphql",
) -> None:
    """Show a user's live board in the terminal until it is interrupted."""
    asyncio.run(show_board(url, token))

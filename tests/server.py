"""A real server inside the test's event loop, and the first things a test needs in it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from tempfile import TemporaryDirectory
from uuid import UUID

import uvicorn
from sqlalchemy import Connection, select
from typing_extensions import override

from app.asgi import create_app
from app.desk import Desk
from app.serving import configuration
from app.settings import Settings
from app.tuning import send_at_once
from models.seams import Seams
from models.user import user
from resolvers.setup import NewPractice, make_practice

SECRET = b"a secret of tests, 32 bytes long"


class _PromptServer(uvicorn.Server):
    """uvicorn that ends when it is told to; the original sleeps a tenth of a second, and again."""

    def __init__(self, config: uvicorn.Config) -> None:
        """Begin without having been told."""
        super().__init__(config)
        self._told = asyncio.Event()

    async def stop(self, running: asyncio.Task[None]) -> None:
        """Stop serving, and wait until it has ended."""
        self.should_exit = True
        self._told.set()
        async with asyncio.timeout(10):
            await running

    @override
    async def main_loop(self) -> None:
        """Tick once a second until told to end."""
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._told.wait()

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End: at once where nobody is connected or served, else as uvicorn does."""
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets)
            return
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        await self.lifespan.shutdown()


class Server:
    """A running server and its own entrance for tests."""

    def __init__(self, port: int, desk: Desk) -> None:
        """Show the server at `port`."""
        self.http = f"http://127.0.0.1:{port}/graphql"
        self.ws = f"ws://127.0.0.1:{port}/graphql"
        self.desk = desk

    async def practice(self, name: str, *, different_owners: bool = False) -> str:
        """Make a practice with the admin `ada@<name>.example`; return the admin's token."""
        new = NewPractice(
            name=name,
            admin_email=f"ada@{name}.example",
            admin_name="Ada Admin",
            different_owners=different_owners,
        )
        made = await self.desk.services.database.write(make_practice, Seams(), new)
        return self.desk.tokens.make(made.admin_id)

    async def token(self, email: str) -> str:
        """Return a token of the user with this e-mail address."""
        async with self.desk.services.database.reader() as reader:
            user_id = await reader.run(user_id_of, email)
        return self.desk.tokens.make(user_id)


def user_id_of(connection: Connection, email: str) -> UUID:
    """Return the id of the user with this e-mail address."""
    found = connection.execute(select(user.c.id).where(user.c.email_key == email))
    key: UUID = found.scalar_one()
    return key


@asynccontextmanager
async def running_server(
    database_url: str, *, secret: bytes = SECRET, seams: Seams | None = None, **settings: object
) -> AsyncIterator[Server]:
    """Yield a server on 127.0.0.1 at a free port."""
    folder = TemporaryDirectory(prefix="l2p-files-")
    chosen = Settings.model_validate(
        {
            "database_url": database_url,
            "files_url": f"file://{folder.name}",
            "graceful_stop_seconds": 2,
            "introspection": True,
            "max_cost_per_minute": 10**9,
            **settings,
        }
    )
    app = create_app(chosen, secret, seams)
    listening = socket.create_server(("127.0.0.1", 0))
    send_at_once(listening)
    running = _PromptServer(configuration(app, chosen))
    task = asyncio.create_task(running.serve(sockets=[listening]), name="server")
    async with asyncio.timeout(10):
        while not running.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.005)
    try:
        yield Server(listening.getsockname()[1], app.state.desk)
    finally:
        await running.stop(task)
        folder.cleanup()

"""A way to the database that can be cut or frozen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy.engine import make_url


class Proxy:
    """Passes bytes on between the program and PostgreSQL, as long as it is let."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._cut = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if not self._cut:
                there, here = await asyncio.open_connection("127.0.0.1", self._port)
                with suppress(OSError, asyncio.CancelledError):
                    await asyncio.gather(self._pass(reader, here), self._pass(there, writer))
                here.close()
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._flowing.wait()
            writer.write(data)
        writer.close()

    def cut(self) -> None:
        """Close every connection and refuse new ones."""
        self._cut = True
        for task in self._tasks:
            task.cancel()

    def mend(self) -> None:
        self._cut = False

    def freeze(self) -> None:
        """Pass nothing on; nobody is told."""
        self._flowing.clear()

    def thaw(self) -> None:
        self._flowing.set()

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def proxied(database_url: str) -> AsyncIterator[tuple[Proxy, str]]:
    """Yield a proxy before the database, and the address that leads through it."""
    url = make_url(database_url)
    proxy = Proxy(url.port or 0)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield proxy, url.set(port=port).render_as_string(hide_password=False)
    finally:
        server.close()
        await proxy.close()

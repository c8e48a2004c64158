"""The client of the HTTP benchmarks: keeps some connections busy, from a process of its own."""

import asyncio
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from typing import ParamSpec, TypeVar

import orjson
import psutil
import uvloop

from benchmarks.serving import SPAWN

P = ParamSpec("P")
T = TypeVar("T")
_WARM_REQUESTS = 10


@dataclass(frozen=True)
class Load:
    """What to send, for how long, on how many connections; requests take turns."""

    port: int
    pid: int
    requests: Sequence[bytes]
    seconds: float
    connections: int = 4


@dataclass(frozen=True)
class Rate:
    """What came back: answers a second, server CPU and waiting time in milliseconds."""

    per_second: float
    cpu_ms: float
    p50_ms: float
    p99_ms: float
    sizes: float


def elsewhere(job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `job` returns when a fresh process runs it."""
    with ProcessPoolExecutor(1, mp_context=SPAWN) as pool:
        return pool.submit(job, *args, **kwargs).result()


def more_files() -> int:
    """Raise the limit of open files as far as the machine lets us; return it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def post(path: str, token: str, body: object) -> bytes:
    """Return a whole HTTP request."""
    content = orjson.dumps(body)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def fetch(port: int, request: bytes) -> bytes:
    """Return the body of one answer."""
    return asyncio.run(_once(port, request))


async def _once(port: int, request: bytes) -> bytes:
    connection = await Connection.open(port)
    try:
        return await connection.ask(request)
    finally:
        connection.close()


def hammer(load: Load) -> Rate:
    """Send requests for the time of the load; the first ones are not counted."""
    return uvloop.run(_hammer(load))


async def _hammer(load: Load) -> Rate:
    turns = cycle(load.requests)
    connections = [await Connection.open(load.port) for _ in range(load.connections)]
    for _ in range(_WARM_REQUESTS):
        await connections[0].ask(next(turns))
    server = psutil.Process(load.pid)
    waits: list[float] = []
    sizes: list[int] = []

    async def work(connection: Connection, until: float) -> None:
        while (began := time.perf_counter()) < until:
            sizes.append(len(await connection.ask(next(turns))))
            waits.append(time.perf_counter() - began)

    before, began = server.cpu_times(), time.perf_counter()
    await asyncio.gather(*(work(one, began + load.seconds) for one in connections))
    elapsed, after = time.perf_counter() - began, server.cpu_times()
    cpu = after.user + after.system - before.user - before.system
    for one in connections:
        one.close()
    return _rate(waits, sizes, elapsed, cpu)


def _rate(waits: list[float], sizes: list[int], elapsed: float, cpu: float) -> Rate:
    ordered = sorted(waits)
    count = len(waits)
    return Rate(
        per_second=count / elapsed,
        cpu_ms=1000 * cpu / count,
        p50_ms=1000 * ordered[count // 2],
        p99_ms=1000 * ordered[count * 99 // 100],
        sizes=sum(sizes) / count,
    )


class Connection:
    """One kept-alive connection; answers are read by their Content-Length."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Use a connection that is open."""
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> "Connection":
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=2**20))

    async def ask(self, request: bytes) -> bytes:
        """Return the body of the answer to a request; any other status than 200 is an error."""
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        body = await self._reader.readexactly(length)
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(f"{head[:60]!r} {body[:500]!r}")
        return body

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

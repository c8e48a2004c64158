"""What goes wrong: each fault is done to a fleet while people work, and is over when it returns."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.chaos.fleet import Fleet, locked
from tests.chaos.host import Host, within
from tests.client import Client, LiveBoard
from tests.model.documents import LIVE
from tests.model.fold import Json
from tests.postgres import Postgres
from tests.valkey import Valkey

DROPPED_SECONDS = 30.0


@dataclass
class Field:
    """What faults happen to."""

    fleet: Fleet
    chance: Random
    boards: Callable[[], list[LiveBoard]]
    watcher: Client
    pipeline: str

    async def lasting(self, least: float, most: float) -> None:
        """Let a fault last."""
        await asyncio.sleep(self.chance.uniform(least, most))


Fault = Callable[[Field], Awaitable[None]]


async def worker_killed(field: Field) -> None:
    host = field.fleet.host
    await asyncio.to_thread(host.kill_one_worker)
    await host.ready()


async def host_killed_twice(field: Field) -> None:
    """Kill a host once more while it starts."""
    host = field.fleet.host
    await asyncio.to_thread(host.kill)
    host.start()
    await field.lasting(0.3, 1.5)
    await asyncio.to_thread(host.kill)
    host.start()
    await host.ready()


async def rolling_restart(field: Field) -> None:
    for host in field.fleet.hosts:
        assert await host.stop() < 10, f"{host.name} took too long to stop (P17)"
        host.start()
        await host.ready()


async def worker_frozen(field: Field) -> None:
    host = field.fleet.host
    host.freeze()
    try:
        await field.lasting(0.5, 3)
    finally:
        host.thaw()


async def sockets_cut(field: Field) -> None:
    for _ in range(3):
        for board in field.boards():
            if field.chance.random() < 0.5:
                await board.cut()
        await field.lasting(0.1, 0.5)


async def reader_stalled(field: Field) -> None:
    """Subscribe and never read again, until the server hangs up; who reads not is not told."""
    host = field.fleet.host
    stalled = await stalled_reader(host, field.watcher, field.pipeline)
    port: int = stalled.local_address[1]
    assert port in host.peers()
    try:
        await within(DROPPED_SECONDS, lambda: port not in host.peers(), "the server hangs up")
    finally:
        stalled.transport.abort()


async def stalled_reader(
    host: Host, client: Client, pipeline: str, most_bytes: int = 4096
) -> ClientConnection:
    """Return a socket with a live board that nobody reads, and that answers no ping."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, most_bytes)
    narrow.setblocking(False)
    await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", host.port))
    opened = await connect(
        host.ws,
        sock=narrow,
        subprotocols=[Subprotocol("graphql-transport-ws")],
        compression=None,
        proxy=None,
        ping_interval=None,
        close_timeout=1,
    )
    token = {"authorization": f"Bearer {client.token}"}
    await opened.send(json.dumps({"type": "connection_init", "payload": token}))
    await opened.recv()
    variables: Json = {"pipeline": pipeline, "first": 20}
    payload = {"query": LIVE, "variables": variables}
    await opened.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
    opened.transport.pause_reading()
    return opened


async def _killed(
    field: Field, server: Valkey | Postgres | None, least: float, most: float
) -> None:
    assert server is not None
    await asyncio.to_thread(server.kill)
    await field.lasting(least, most)
    await asyncio.to_thread(server.start)


async def _frozen(
    field: Field, server: Valkey | Postgres | None, least: float, most: float
) -> None:
    assert server is not None
    server.freeze()
    try:
        await field.lasting(least, most)
    finally:
        server.thaw()


async def bus_killed(field: Field) -> None:
    await _killed(field, field.fleet.valkey, 0.5, 3)


async def bus_frozen(field: Field) -> None:
    await _frozen(field, field.fleet.valkey, 2, 4)


async def database_killed(field: Field) -> None:
    await _killed(field, field.fleet.postgres, 0, 2)


async def database_frozen(field: Field) -> None:
    await _frozen(field, field.fleet.postgres, 1, 6)


async def connections_ended(field: Field) -> None:
    for _ in range(3):
        await field.fleet.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        await field.lasting(0.1, 0.8)


async def database_read_only(field: Field) -> None:
    await field.fleet.sql("ALTER SYSTEM SET default_transaction_read_only = on")
    await field.fleet.sql("SELECT pg_reload_conf()")
    await field.lasting(0.5, 2)
    await field.fleet.sql("ALTER SYSTEM RESET default_transaction_read_only")
    await field.fleet.sql("SELECT pg_reload_conf()")


async def file_locked(field: Field) -> None:
    await asyncio.to_thread(locked, field.fleet.path, field.chance.uniform(1, 2))


async def file_locked_for_long(field: Field) -> None:
    await asyncio.to_thread(locked, field.fleet.path, field.chance.uniform(4, 5))


async def disk_full(field: Field) -> None:
    """Let the write-ahead log grow no more."""
    hosts, log = field.fleet.hosts, field.fleet.path.with_name("practice.db-wal")
    size = log.stat().st_size if log.exists() else 0
    for host in hosts:
        host.limit_files(size + 100)
    await field.lasting(1, 3)
    for host in hosts:
        host.limit_files(None)


ANYWHERE: dict[str, Fault] = {
    "worker killed": worker_killed,
    "killed while starting": host_killed_twice,
    "rolling restart": rolling_restart,
    "worker frozen": worker_frozen,
    "sockets cut": sockets_cut,
    "reader stalled": reader_stalled,
}
BUS: dict[str, Fault] = {"bus killed": bus_killed, "bus frozen": bus_frozen}
POSTGRES: dict[str, Fault] = {
    "database killed": database_killed,
    "database frozen": database_frozen,
    "connections ended": connections_ended,
    "database read-only": database_read_only,
}
SQLITE: dict[str, Fault] = {
    "file locked": file_locked,
    "file locked for long": file_locked_for_long,
    "disk full": disk_full,
}


def faults_of(fleet: Fleet) -> dict[str, Fault]:
    """Return the faults that can happen to a fleet."""
    own = SQLITE if fleet.postgres is None else POSTGRES
    return {**ANYWHERE, **(BUS if fleet.valkey else {}), **own}

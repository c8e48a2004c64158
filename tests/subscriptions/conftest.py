"""Real buses for wake-up calls: Valkey, and a PostgreSQL of their own, as faults break them."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.postgres import Postgres, running_postgres
from tests.valkey import Valkey, running_valkey


@dataclass(frozen=True)
class Bus:
    """A server that carries wake-up calls, and its WAKE_URL."""

    url: str
    server: Valkey | Postgres


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    """One Valkey for the whole run."""
    with running_valkey() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_bus() -> Iterator[Postgres]:
    """A PostgreSQL that holds no data of anybody, so that it may be killed."""
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["redis", "postgres"])
def bus(request: pytest.FixtureRequest, valkey: Valkey, postgres_bus: Postgres) -> Bus:
    """Each kind of bus."""
    if request.param == "redis":
        return Bus(valkey.url, valkey)
    url = postgres_bus.url("postgres").replace("postgresql+asyncpg", "postgres")
    return Bus(url, postgres_bus)

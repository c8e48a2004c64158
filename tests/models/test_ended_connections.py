"""P18: whatever the driver says of a connection that the server ended, it means unavailable."""

import asyncpg
import pytest
from sqlalchemy import exc

from models.errors import is_unavailable


class ServerSays(Exception):
    """A driver's error that has a code of the server."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__()
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("cannot switch to state 11"),
        exc.InternalError("SELECT 1", {}, asyncpg.InternalClientError("cannot switch to state 11")),
    ],
)
def test_p18_a_driver_that_lost_its_connection_is_unavailable(error: Exception) -> None:
    assert is_unavailable(error)


def test_an_internal_error_of_the_server_is_a_bug() -> None:
    assert not is_unavailable(exc.InternalError("SELECT 1", {}, ServerSays("XX000")))

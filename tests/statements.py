"""The statements that a database is given."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, event


class Statement(NamedTuple):
    """A statement as the driver gets it, and its values."""

    sql: str
    values: Any


@contextmanager
def statements(of: Connection | Engine) -> Iterator[list[Statement]]:
    """Hear the statements that run inside."""
    heard: list[Statement] = []

    def hear(_connection: object, _cursor: object, sql: str, values: Any, *_: object) -> None:
        heard.append(Statement(sql, values))

    event.listen(of, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(of, "before_cursor_execute", hear)

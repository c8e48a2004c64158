"""Query plans of the statements that a read really runs."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from tests.statements import statements


def explained(connection: Connection, read: Callable[[], object]) -> str:
    """Return each statement of `read`, shortened, with its plan."""
    with statements(connection) as heard:
        read()
    return "\n".join(_plan(connection, sql, values) for sql, values in heard)


def _plan(connection: Connection, sql: str, values: Any) -> str:
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        lines = [row[3] for row in rows]
    else:
        rows = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {sql}", values)
        lines = [row[0] for row in rows]
    return "\n".join((f"-- {_short(sql)}", *(f"   {line}" for line in lines)))


def _short(sql: str) -> str:
    flat = " ".join(sql.split())
    start = max(flat.find(" FROM "), 0)
    return f"SELECT ...{flat[start : start + 300]}"

"""How PostgreSQL plans what it runs again and again."""

from sqlalchemy import Connection


def plan_by_values(connection: Connection) -> None:
    """Let each further statement of the transaction be planned for its values.

    PostgreSQL plans a statement for any values once it was run some times. That is wrong by far
    where one viewer has few records and another very many. SQLite knows no such plans.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")

"""PostgreSQL plans for the values of a statement where it is asked to, and only there."""

from sqlalchemy import Connection

from models.database import Database
from models.planning import plan_by_values


def planned_by_values(connection: Connection) -> bool:
    if connection.dialect.name == "sqlite":
        return False
    return connection.exec_driver_sql("SHOW plan_cache_mode").scalar() == "force_custom_plan"


async def test_it_holds_until_the_transaction_ends(database_url: str) -> None:
    database = Database(database_url)
    async with database.reader() as reader:
        assert await reader.run(planned_by_values) is False
        await reader.run(plan_by_values)
        assert await reader.run(planned_by_values) is not database.is_sqlite
        await reader.close()
        assert await reader.run(planned_by_values) is False
    await database.close()

"""A request has its time; a change that was given up on is whole, and everybody hears of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

from sqlalchemy import text

from models.database import Database
from tests.http.test_requests import codes
from tests.model.documents import mutation
from tests.scenarios.spa import open_spa
from tests.server import running_server

REQUEST_SECONDS = 0.7


@asynccontextmanager
async def in_the_way(database_url: str) -> AsyncIterator[None]:
    """Keep everybody else from changing opportunities."""
    database = Database(database_url)
    async with database.engine.connect() as connection:
        if database.is_sqlite:
            await connection.execution_options(begins="BEGIN IMMEDIATE")
        async with connection.begin():
            if not database.is_sqlite:
                await connection.execute(text("LOCK TABLE opportunity IN ACCESS EXCLUSIVE MODE"))
            yield
    await database.close()


async def test_a_change_given_up_on_is_whole_and_told(database_url: str) -> None:
    async with (
        running_server(database_url, request_seconds=REQUEST_SECONDS, poll_seconds=60) as server,
        open_spa(server, different_owners=True) as spa,
    ):
        _, card = await spa.pair("Grace Park")
        board = await spa.watch(spa.ada)
        given = {"input": {"id": card, "stageId": spa.stages["Booked"]}}
        async with in_the_way(database_url):
            began = monotonic()
            answer = await spa.ada.post(mutation("moveOpportunity"), given)
            assert REQUEST_SECONDS <= monotonic() - began < 3
        assert (answer.status_code, codes(answer)) == (503, ["UNAVAILABLE"])
        assert "@idempotent" in answer.json()["errors"][0]["message"]
        moved = await board.next("CardUpdated")
        assert moved["opportunity"]["stage"]["id"] == spa.stages["Booked"]
        assert (await spa.ada.board(spa.pipeline)).cards() == board.fold.cards()

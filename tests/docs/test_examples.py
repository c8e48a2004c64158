"""The examples of the documentation, run as they are shown."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.seeding.seed import Plan, seed
from tests.client import Client
from tests.docs.pages import LIVE_BOARDS, README
from tests.local import local_client
from tests.server import Server

PATIENCE = 5.0
TOUR = re.compile(r"ask \"\$([A-Z]+)\" '([^']+)'")
PEOPLE = {"ADA": "Ada Lovell", "LENA": "Lena Voss", "IAN": "Ian Frost"}


def quiet(_steps: int) -> None:
    """Show no progress."""


@pytest.fixture
async def demo(server: Server) -> AsyncIterator[dict[str, Client]]:
    """The demo practice as `make run` makes it, and the people of the tour."""
    await seed(server.desk.services.database, Plan(), quiet)
    async with local_client() as http:
        admin = Client(server, http, await server.token("ada@demo.example"))
        data = await admin.ask("{ viewer { practice { users { name email } } } }")
        users = {one["name"]: one["email"] for one in data["viewer"]["practice"]["users"]}
        yield {
            word: Client(server, http, await server.token(users[name]))
            for word, name in PEOPLE.items()
        }


async def test_the_tour_of_the_readme(demo: dict[str, Client]) -> None:
    calls = [(demo[who], document) for who, document in TOUR.findall(README.text)]
    card, hidden, moved, given, lost = [await who.ask(document) for who, document in calls]
    assert card["opportunity"] == {
        "name": "Clara Adams",
        "version": 1,
        "stage": {"name": "Lead"},
        "owner": {"name": "Lena Voss"},
    }
    assert hidden == {"opportunity": None}
    assert moved["moveOpportunity"]["opportunity"]["stage"] == {"name": "Booked"}
    assert moved["moveOpportunity"]["opportunity"]["version"] == 2
    assert given["changeOwner"]["record"]["owner"] == {"name": "Ian Frost"}
    assert [one["code"] for one in lost["moveOpportunity"]["errors"]] == ["NOT_FOUND"]


async def test_the_tour_as_two_boards_see_it(demo: dict[str, Client]) -> None:
    shown = guide()
    pipeline = await first_pipeline(demo["ADA"])
    lena, ian = (Watch(shown, demo[word], pipeline) for word in ("LENA", "IAN"))
    async with lena, ian:
        for who, document in TOUR.findall(README.text):
            await demo[who].ask(document)
        assert [await lena.kind(), await lena.kind()] == ["CardUpdated", "CardLeft"]
        assert await ian.kind() == "CardEntered"
        for watch, word in ((lena, "LENA"), (ian, "IAN")):
            assert watch.held() == await fresh(demo[word], pipeline)


async def test_the_client_of_the_guide_resumes(demo: dict[str, Client]) -> None:
    shown = guide()
    pipeline = await first_pipeline(demo["ADA"])
    board = shown["Board"]()
    async with Watch(shown, demo["LENA"], pipeline, board):
        pass
    for who, document in TOUR.findall(README.text):
        await demo[who].ask(document)
    async with Watch(shown, demo["LENA"], pipeline, board, first="CardLeft") as again:
        assert again.held() == await fresh(demo["LENA"], pipeline)


def guide() -> dict[str, Any]:
    """Return what the guide's client defines."""
    (source,) = LIVE_BOARDS.in_language("python")
    names: dict[str, Any] = {}
    exec(source, names)
    return names


async def first_pipeline(client: Client) -> str:
    key: str = (await client.ask("{ pipelines { id } }"))["pipelines"][0]["id"]
    return key


async def fresh(client: Client, pipeline: str) -> dict[str, list[str]]:
    """Return the ids of each column as a query tells them."""
    document = """query ($pipeline: ID!) { board(pipelineId: $pipeline) { columns {
      stage { id } cards(first: 50) { nodes { id } } } } }"""
    board = (await client.ask(document, pipeline=pipeline))["board"]
    return {
        column["stage"]["id"]: [card["id"] for card in column["cards"]["nodes"]]
        for column in board["columns"]
    }


class Watch:
    """The guide's client at work."""

    def __init__(
        self,
        shown: dict[str, Any],
        client: Client,
        pipeline: str,
        board: Any = None,
        first: str = "BoardSnapshot",
    ) -> None:
        self.board = board or shown["Board"]()
        self.first = first
        self.events = shown["listen"](client.server.ws, client.token, pipeline, self.board)

    async def __aenter__(self) -> "Watch":
        assert await self.kind() == self.first
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.events.aclose()

    async def kind(self) -> str:
        """Return the kind of the next event."""
        async with asyncio.timeout(PATIENCE):
            event = await anext(self.events)
        kind: str = event["__typename"]
        return kind

    def held(self) -> dict[str, list[str]]:
        """Return the ids of each column as the client holds them, from the top down."""
        return {
            stage: sorted(column["cards"], key=lambda card: column["cards"][card][0])
            for stage, column in self.board.columns.items()
        }

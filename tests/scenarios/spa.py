"""The med spa of the scenarios: admin Ada, restricted Ben and Cleo, unrestricted Dan."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from tests.client import Client, LiveBoard
from tests.local import local_client
from tests.model.fold import Json
from tests.model.rights import DEFAULT
from tests.server import Server

SURVEY = """{
  viewer { user { id name email } practice { id contactTypes { id name } } }
  pipelines { id name locked stages { id name position } }
}"""


class Spa:
    """One practice, its people and its records, told in names."""

    ada: Client
    ben: Client
    cleo: Client
    dan: Client

    def __init__(
        self,
        server: Server,
        http: httpx2.AsyncClient,
        name: str,
        kind: type[Client] = Client,
    ) -> None:
        self.server = server
        self.http = http
        self.name = name
        self.kind = kind
        self.pipeline = ""
        self.practice = ""
        self.stages: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.boards: list[LiveBoard] = []

    def client(self, token: str) -> Client:
        """Return the user of a token."""
        return self.kind(self.server, self.http, token)

    async def found(self, *, different_owners: bool) -> None:
        """Make the practice and learn its ids."""
        token = await self.server.practice(self.name, different_owners=different_owners)
        self.ada = self.client(token)
        survey = await self.ada.ask(SURVEY)
        user, practice = survey["viewer"]["user"], survey["viewer"]["practice"]
        self.ada.id, self.ada.name, self.ada.email = user["id"], user["name"], user["email"]
        self.practice = practice["id"]
        self.types = {each["name"]: each["id"] for each in practice["contactTypes"]}
        (pipeline,) = survey["pipelines"]
        self.pipeline = pipeline["id"]
        self.stages = {stage["name"]: stage["id"] for stage in pipeline["stages"]}

    async def hire(
        self,
        name: str,
        *,
        restricted: bool = True,
        role: str = "USER",
        without: Iterable[str] = (),
        extra: Iterable[str] = (),
    ) -> Client:
        """Let Ada make a user with the default permissions, less some, plus some."""
        email = f"{name.lower()}@{self.name}.example"
        payload = await self.ada.do(
            "createUser",
            name=name,
            email=email,
            role=role,
            onlyAssignedData=restricted,
            permissions=sorted((DEFAULT - set(without)) | set(extra)),
        )
        client = self.client(await self.server.token(email))
        client.id, client.name, client.email = payload["user"]["id"], name, email
        return client

    async def hire_many(self, count: int, name: str = "Staff") -> list[Client]:
        """Make several restricted users."""
        return [await self.hire(f"{name}{number}") for number in range(count)]

    async def contact(
        self, name: str = "Grace Park", owner: Client | None = None, **fields: Any
    ) -> str:
        """Let Ada make a contact of type Lead; return its id."""
        first, _, last = name.partition(" ")
        given: Json = {"firstName": first, "lastName": last, "typeId": self.types["Lead"]}
        if owner is not None:
            given["ownerId"] = owner.id
        payload = await self.ada.do("createContact", **{**given, **fields})
        return str(payload["contact"]["id"])

    async def card(self, contact: str, owner: Client | None = None, **fields: Any) -> str:
        """Let Ada make an opportunity of the contact; return its id."""
        given: Json = {"contactId": contact, "pipelineId": self.pipeline}
        if owner is not None:
            given["ownerId"] = owner.id
        payload = await self.ada.do("createOpportunity", **{**given, **fields})
        return str(payload["opportunity"]["id"])

    async def pair(self, name: str = "Grace Park", owner: Client | None = None) -> tuple[str, str]:
        """Let Ada make a contact and its opportunity, of the same owner; return both ids."""
        contact = await self.contact(name, owner)
        return contact, await self.card(contact)

    async def watch(self, client: Client, first: int = 20, **view: Any) -> LiveBoard:
        """Open a live board and take its first snapshot."""
        board = LiveBoard(client, self.pipeline, first=first, **view)
        self.boards.append(board)
        await board.open()
        if board.events:
            snapshot = await board.next("BoardSnapshot")
            assert snapshot["reason"] == "SUBSCRIBED"
        return board

    async def move(self, card: str, stage: str, by: Client | None = None) -> Json:
        """Move a card to the stage of this name."""
        return await (by or self.ada).do("moveOpportunity", id=card, stageId=self.stages[stage])

    async def own(self, record: str, owner: Client | None, by: Client | None = None) -> Json:
        """Change the owner of a record, Ada by default."""
        new = None if owner is None else owner.id
        return await (by or self.ada).do("changeOwner", recordId=record, ownerId=new)

    async def follow(self, record: str, *users: Client, by: Client | None = None) -> Json:
        """Add followers to a record, Ada by default."""
        ids = [user.id for user in users]
        return await (by or self.ada).do("addFollowers", recordId=record, userIds=ids)

    async def settings(self, **fields: Any) -> Json:
        """Let Ada change the ownership settings."""
        return await self.ada.do("updateOwnershipSettings", **fields)

    async def sync_both(self) -> None:
        """Switch both follower syncs of R33 on."""
        await self.settings(
            makeOpportunityOwnerFollowerOfContact=True, makeContactOwnerFollowerOfOpportunity=True
        )

    async def access(self, user: Client, **fields: Any) -> Json:
        """Let Ada change what a user may."""
        return await self.ada.do("updateUserAccess", id=user.id, **fields)

    @asynccontextmanager
    async def unchanged(self) -> AsyncIterator[None]:
        """Assert that what happens inside changes nothing that an admin can read."""
        before = await self.ada.everything(self.pipeline)
        yield
        assert await self.ada.everything(self.pipeline) == before

    async def close(self) -> None:
        """Cut the live boards; none may have broken the order or the once-only promise."""
        for board in self.boards:
            await board.cut()
        assert [board.fold.broken for board in self.boards if board.fold.broken] == []


@asynccontextmanager
async def open_spa(
    server: Server, *, different_owners: bool, name: str = "spa", kind: type[Client] = Client
) -> AsyncIterator[Spa]:
    """Make a practice with Ada, Ben, Cleo and Dan; close all that was opened at the end."""
    limits = httpx2.Limits(max_connections=60, max_keepalive_connections=60)
    async with local_client(timeout=20, limits=limits) as http:
        spa = Spa(server, http, name, kind)
        await spa.found(different_owners=different_owners)
        spa.ben = await spa.hire("Ben")
        spa.cleo = await spa.hire("Cleo")
        spa.dan = await spa.hire("Dan", restricted=False)
        try:
            yield spa
        finally:
            await spa.close()

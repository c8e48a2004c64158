"""Random walks over all that can be done to an agreement, beside a small model (R85)."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import product

import pytest

from models.seams import Seams
from resolvers.agreement_states import WAYS
from resolvers.enums import DocumentStatus
from resolvers.signing import expire_next
from tests.agreements.asking import Office, Page, opened
from tests.agreements.clock import Clock
from tests.agreements.ways import PEOPLE, Ways
from tests.server import running_server

MUTATIONS = {
    "update": "updateAgreement",
    "send": "sendAgreement",
    "revise": "reviseAgreement",
    "delete": "deleteDocument",
    "restore": "restoreDocument",
}
# What a walk does; the last steps of an agreement come seldom, so that walks are long.
STEPS = (
    *("update", "send", "send", "send", "revise", "delete", "restore", "restore"),
    *("look", "look", "sign", "sign", "decline", "expire"),
)
MOST_POSTS = 5  # by one link in a minute


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def office(database_url: str, clock: Clock) -> AsyncIterator[Office]:
    async with (
        running_server(database_url, seams=Seams(now=clock.now)) as server,
        opened(server) as office,
    ):
        yield office


class Walk:
    """One agreement, its model, and all links there were, with the hash of what they showed."""

    def __init__(self, office: Office, clock: Clock, key: str, chance: random.Random) -> None:
        self.office = office
        self.clock = clock
        self.key = key
        self.chance = chance
        self.model = Ways()
        self.links: dict[int, tuple[list[Page], str]] = {}
        self.posts: Counter[str] = Counter()

    async def step(self, name: str) -> None:
        """Do one step; what is refused changes nothing."""
        before = (await self.office.counts(), self.office.stored())
        expected, done = await self._done(name)
        assert done == expected, (name, self.model)
        if done is not True and done != 200:
            assert (await self.office.counts(), self.office.stored()) == before, name

    async def _done(self, name: str) -> tuple[bool | int, bool | int]:
        if name in MUTATIONS:
            more = {"body": f"Text {self.chance.random()}"} if name == "update" else {}
            payload = await self.office.spa.ada.send(MUTATIONS[name], id=self.key, **more)
            expected: bool | int = getattr(self.model, name)()
            if name == "send" and expected:
                await self._learn()
            return expected, payload["errors"] == []
        if name == "expire":
            if self.model.deleted:
                return False, False
            return self.model.expire(), await self._expired()
        return await self._visited(name)

    async def _learn(self) -> None:
        sha256 = (await self.office.read(self.key))["sha256"]
        self.links[self.model.revision] = (await self.office.pages(self.key), sha256)

    async def _expired(self) -> bool:
        self.clock.ahead += timedelta(days=31)
        database, now = self.office.server.desk.services.database, self.clock.now()
        return await database.write(expire_next, now) == 1

    async def _visited(self, name: str) -> tuple[bool | int, bool | int]:
        """Use a link of this revision, or a dead one of an older."""
        if not self.links:
            return False, False
        revision, who = self.chance.choice(list(self.links)), self.chance.choice(PEOPLE)
        pages, sha256 = self.links[revision]
        page = pages[who]
        if name != "look":
            self.posts[page.url] += 1
            if self.posts[page.url] > MOST_POSTS:
                return False, False
        there = revision == self.model.revision
        expected = getattr(self.model, name)(who) if there else 404
        answers = {"look": page.get, "decline": page.decline}
        answer = await (page.sign("A", sha256) if name == "sign" else answers[name]())
        return expected, answer.status_code

    async def check(self) -> None:
        """Compare what the staff sees with the model."""
        if self.model.deleted:
            return
        shown = await self.office.read(self.key)
        people = shown["recipients"]
        assert shown["status"] == self.model.status
        assert shown["agreement"]["revision"] == self.model.revision
        assert {n for n in PEOPLE if people[n]["completed"]} == self.model.signed
        assert {n for n in PEOPLE if people[n]["viewedAt"]} == self.model.viewed
        assert all((one["shareUrl"] is not None) == self.model.is_open for one in people)


@pytest.mark.parametrize("seed", range(10))
async def test_r85_whatever_is_done_an_agreement_goes_its_ways_only(
    office: Office, clock: Clock, seed: int
) -> None:
    chance = random.Random(seed)
    ida = await office.spa.contact("Ida Elm")
    key = await office.draft(office.grace, office.henry, (ida, "COPY"), body="Text")
    walk = Walk(office, clock, key, chance)
    for name in chance.choices(STEPS, k=40):
        await walk.step(name)
        await walk.check()


def test_r85_there_are_nine_ways_and_none_besides() -> None:
    ways = {
        (one.value, other.value)
        for one, other in product(DocumentStatus, repeat=2)
        if other in WAYS[one]
    }
    ended = {
        (one, other) for one in ("SENT", "VIEWED") for other in ("DECLINED", "EXPIRED", "DRAFT")
    }
    assert ways == {("DRAFT", "SENT"), ("SENT", "VIEWED"), ("VIEWED", "COMPLETED"), *ended}

"""A small practice to answer for; plans that fail are a defect: the answer is right, but slow."""

from collections.abc import AsyncIterator, Iterator

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from resolvers.cards import CardCache
from schema.execution import Engine
from tests.documents.filing import uploaded
from tests.scenarios.spa import open_spa
from tests.schema.answers import Answers
from tests.server import Server


@pytest.fixture
def plan_failures() -> Iterator[list[EventDict]]:
    """Yield what is logged, and see that no failure of a plan is left in it."""
    with capture_logs() as logs:
        yield logs
        assert [one for one in logs if one["event"] == "plan failed"] == []


@pytest.fixture
async def answers(server: Server) -> AsyncIterator[Answers]:
    """A practice with four cards, followers, tags and a document."""
    async with open_spa(server, different_owners=True) as spa:
        ids: dict[str, list[str]] = {"pipelineId": [spa.pipeline]}
        owners = {"A": spa.ben, "B": None, "C": spa.dan, "D": spa.ben}
        pairs = [await spa.pair(name, owner) for name, owner in owners.items()]
        for contact, card in pairs[:2]:
            await spa.follow(card, spa.cleo, spa.dan)
            await spa.ada.do("editTags", contactId=contact, add=["Gold", "Botox"])
        upload = await uploaded(spa.ada, pairs[0][0])
        made = await spa.ada.do("createDocument", contactId=pairs[0][0], uploadId=upload)
        ids["contact"], ids["opportunity"] = [one[0] for one in pairs], [one[1] for one in pairs]
        ids["document"] = [made["document"]["id"]]
        ids["id"] = ids["ids"] = [one for found in list(ids.values()) for one in found]
        yield Answers(spa, ids, Engine(), CardCache())

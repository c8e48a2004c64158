"""Forged ids: each is not understood, or names nothing, as if it had never been (C5, P9)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from resolvers.ids import _CODES
from tests.hostile.ids import KINDS, malformed, never_made, other_kinds
from tests.hostile.walk import Slot, slots
from tests.hostile.watch import codes_in, no_traceback
from tests.hostile.world import Target, Told, agreements, batches, documents, numbered
from tests.scenarios.spa import Spa, open_spa
from tests.server import running_server

IDS = [one for one in slots() if one.type_name == "ID" and one.operation != "subscription"]
# Who does not follow is passed over, whoever he is (C6).
PASSED_OVER = {"Mutation.removeFollowers(input.userIds)"}
NODE = next(one for one in IDS if one.name == "Query.node(id)")


@dataclass
class Unseen:
    """Ben's side of a practice, and ids he sees nothing behind."""

    target: Target
    spa: Spa
    other: Spa
    ids: list[str]

    async def put(self, where: Slot, ids: Sequence[str]) -> Told:
        document = where.document(len(ids), self.target.world)
        return await self.target.ask(document, numbered(ids))


@pytest.fixture
async def unseen(database_url: str, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Unseen]:
    with no_traceback(caplog):
        async with (
            running_server(database_url, max_cost_per_minute=10**9) as server,
            open_spa(server, different_owners=True) as spa,
            open_spa(server, different_owners=True, name="other") as other,
        ):
            ids = await _hidden(spa, other)
            target = Target(server, spa.http, spa.ben.token)
            target.world = await _own(spa)
            yield Unseen(target, spa, other, ids)


async def _own(spa: Spa) -> dict[str, str]:
    """Return what Ben sees, by the names of the walk."""
    person, card = await spa.pair("Own Person", spa.ben)
    kind = await spa.ada.do("createContactType", name="VIP")
    return {
        "CONTACT": person,
        "CARD": card,
        "USER": spa.cleo.id,
        "PIPELINE": spa.pipeline,
        "STAGE": spa.stages["Booked"],
        "LEAD": spa.types["Lead"],
        "TYPE": kind["contactType"]["id"],
        **await agreements(spa, spa.ben, person),
        **await documents(spa, spa.ben, person),
        "NOBODY": next(never_made(person)),
    }


async def _hidden(spa: Spa, other: Spa) -> list[str]:
    """Return ids of what is hidden from Ben, deleted, of another practice, and never was."""
    hidden = await spa.pair("Hidden Person", spa.cleo)
    deleted = await spa.pair("Deleted Person", spa.ben)
    await spa.ada.do("deleteContact", id=deleted[0])
    foreign = await other.pair("Foreign Person", other.ben)
    tag = await other.ada.do("editTags", contactId=foreign[0], add=["laser"])
    assert tag["contact"]["id"] == foreign[0]
    away = [other.practice, other.ben.id, other.pipeline]
    away += [*other.stages.values(), *other.types.values()]
    made_up = [key for known in (*hidden, spa.ben.id) for key in list(never_made(known))[::60]]
    return [*hidden, *deleted, *foreign, *away, *made_up]


def alike(told: Told, count: int) -> list[Any]:
    """Return what the aliases were answered, each different answer once."""
    data = told.body.get("data") or {}
    found: list[Any] = []
    for place in range(count):
        answer = data.get(f"a{place}")
        if answer not in found:
            found.append(answer)
    return found


def test_every_kind_of_id_is_known() -> None:
    assert sorted(KINDS) == sorted(b"".join(_CODES.values()))


async def test_what_is_no_id_is_not_understood(unseen: Unseen) -> None:
    for good in unseen.target.world.values():
        for texts in batches(malformed(good)):
            told = await unseen.put(NODE, texts)
            assert told.body["data"] == {f"a{place}": None for place in range(len(texts))}
            assert len(told.body["errors"]) == len(texts)
            assert {error["message"] for error in told.body["errors"]} == {"This is not an id."}
            assert told.codes == {"BAD_REQUEST"}


async def test_what_is_no_id_is_not_understood_in_any_field(unseen: Unseen) -> None:
    texts = list(malformed(unseen.target.world["CONTACT"]))[:28]
    async with unseen.spa.unchanged():
        for where in IDS:
            told = await unseen.put(where, texts)
            if where.operation != "mutation":
                assert told.codes == {"BAD_REQUEST"}, (where.name, told)
                continue
            path = where.name.partition("(")[2].rstrip(")").split(".")
            for place in range(len(texts)):
                (error,) = told.body["data"][f"a{place}"]["errors"]
                assert error["code"] == "INVALID_INPUT", where.name
                named = [one for one in error["path"] if not one.isdecimal()]
                assert named[: len(path)] == path, (where.name, error)


async def test_well_formed_ids_of_nothing_are_null(unseen: Unseen) -> None:
    world = unseen.target.world
    for name in ("CONTACT", "CARD", "USER", "TYPE", "PIPELINE", "STAGE"):
        texts = [*never_made(world[name]), *other_kinds(world[name])]
        for group in batches(texts):
            told = await unseen.put(NODE, group)
            assert told.body["data"] == {f"a{place}": None for place in range(len(group))}
            assert told.codes == set()


async def test_no_field_tells_apart_what_is_not_there(unseen: Unseen) -> None:
    """Hidden, deleted, foreign, of another kind or never made: every field answers the same."""
    async with unseen.spa.unchanged():
        for where in IDS:
            found: list[Any] = []
            for ids in batches(unseen.ids):
                told = await unseen.put(where, ids)
                found += [one for one in alike(told, len(ids)) if one not in found]
                top = codes_in({"errors": told.body.get("errors")})
                assert top <= {"FORBIDDEN"}, where.name  # of the audit trail, whatever is asked
            assert len(found) == 1, (where.name, found)
            if where.operation == "mutation" and where.name not in PASSED_OVER:
                assert found[0]["errors"], where.name


async def test_the_good_ids_are_good(unseen: Unseen) -> None:
    """Else all of the above would hold of a server that knows no id."""
    world = {**unseen.target.world}
    nothing = [world.pop(name) for name in ("NOBODY", "DELETED", "UPLOAD", "FIELD_UPLOAD")]
    told = await unseen.put(NODE, [*world.values(), *nothing])
    answers = list(told.body["data"].values())
    assert answers == [*({"id": key} for key in world.values()), *(None for _ in nothing)]

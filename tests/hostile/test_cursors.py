"""Forged cursors and view ids: of another viewer, practice, view or kind, cut and changed (C2)."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest

from tests.client import Client
from tests.hostile.ids import MALFORMED, VIEW, flipped, misshapen, read, resealed, written
from tests.hostile.test_frames import signed_in
from tests.hostile.watch import codes_in, no_traceback
from tests.hostile.world import batches
from tests.scenarios.spa import Spa, open_spa
from tests.server import Server, running_server

LIVE = """subscription ($p: ID!, $after: String) { boardEvents(pipelineId: $p, after: $after) {
  __typename ... on BoardSnapshot { reason board { columns { cards { nodes { id } } } } } } }"""
BOARD = """query ($p: ID!, $where: BoardFilter) { board(pipelineId: $p, filter: $where) {
  id cursor columns { id totals { id } cards(first: 1) { edges { cursor } } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
SHOWN = """query ($id: ID!) { node(id: $id) {
  ... on Board { columns { cards { nodes { id } } } } ... on BoardColumn { cards { nodes { id } } }
} }"""
PAGE = """query ($field: OpportunityOrderField!, $down: OrderDirection!, $after: String) {
  opportunities(first: 1, after: $after, orderBy: { field: $field, direction: $down }) {
    edges { cursor node { id } } } }"""


@pytest.fixture
async def both(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[tuple[Spa, Spa]]:
    """Two practices; in each, Ben has two cards."""
    with no_traceback(caplog):
        async with (
            running_server(database_url, max_cost_per_minute=10**9) as server,
            open_spa(server, different_owners=True) as spa,
            open_spa(server, different_owners=True, name="other") as other,
        ):
            for one in (spa, other):
                await one.pair("Own Person", one.ben)
                await one.pair("Own Friend", one.ben)
                await one.pair("Hidden Person", one.cleo)
            yield spa, other


async def board(client: Client, pipeline: str, **where: Any) -> Any:
    return (await client.ask(BOARD, p=pipeline, where=where or None))["board"]


async def page(client: Client, field: str = "CREATED_AT", down: str = "DESC") -> str:
    answer = await client.ask(PAGE, field=field, down=down)
    return str(answer["opportunities"]["edges"][0]["cursor"])


async def streamed(server: Server, ben: Client, pipeline: str, texts: Iterable[str]) -> list[Any]:
    """Return the first message of a stream after each text: its event, or the codes of errors."""
    found = []
    async with signed_in(server, ben.token) as wire:
        for text in texts:
            payload = {"query": LIVE, "variables": {"p": pipeline, "after": text}}
            await wire.say(type="subscribe", id="1", payload=payload)
            told = await wire.hear()
            errors = {"errors": told["payload"]} if told["type"] == "error" else told["payload"]
            found.append(codes_in(errors) or told["payload"]["data"]["boardEvents"])
            if told["type"] == "next":
                await wire.say(type="complete", id="1")
                if codes_in(errors):
                    assert (await wire.hear())["type"] == "complete"
    return found


async def test_each_cursor_of_the_right_shape_gets_the_same_fresh_board(
    both: tuple[Spa, Spa],
) -> None:
    spa, other = both
    ben, pipeline = spa.ben, spa.pipeline
    own = (await board(ben, pipeline))["cursor"]
    changed = await ben.do("updateContact", id=(await first_contact(ben)), source="web")
    texts = [
        (await board(ben, pipeline, statuses=[]))["cursor"],
        (await board(ben, pipeline, search="own"))["cursor"],
        (await board(spa.cleo, pipeline))["cursor"],
        (await board(spa.ada, pipeline))["cursor"],
        (await board(other.ben, other.pipeline))["cursor"],
        (await board(other.ada, other.pipeline))["cursor"],
        changed["cursor"],
        *resealed(own),
    ]
    assert {len(text) for text in texts} == {len(own)}
    found = await streamed(spa.server, ben, pipeline, texts)
    assert found[0]["reason"] == "CURSOR_EXPIRED"
    assert all(one == found[0] for one in found)


async def first_contact(client: Client) -> str:
    answer = await client.ask("{ contacts(first: 1) { nodes { id } } }")
    return str(answer["contacts"]["nodes"][0]["id"])


async def test_each_cursor_of_another_shape_is_not_understood(both: tuple[Spa, Spa]) -> None:
    spa, _ = both
    own = await board(spa.ben, spa.pipeline)
    texts = [*misshapen(own["cursor"]), own["id"], spa.ben.id, await page(spa.ben)]
    found = await streamed(spa.server, spa.ben, spa.pipeline, texts)
    assert found == [{"BAD_REQUEST"}] * len(texts)


async def test_a_page_cursor_serves_its_viewer_and_order_only(both: tuple[Spa, Spa]) -> None:
    spa, other = both
    own = await page(spa.ben)
    streams = (await board(spa.ben, spa.pipeline))["cursor"]
    forged = [
        await page(spa.cleo),
        await page(spa.ada),
        await page(other.ben),
        await page(other.ada),
        await page(spa.ben, "CREATED_AT", "ASC"),
        await page(spa.ben, "NAME"),
        await page(spa.ben, "VALUE"),
        streams,
        (await spa.ben.do("updateContact", id=await first_contact(spa.ben), source="x"))["cursor"],
        *resealed(own),
        *(make(own) for make in MALFORMED.values()),
    ]
    for text in forged:
        answer = await spa.ben.body(PAGE, field="CREATED_AT", down="DESC", after=text)
        assert codes_in(answer) == {"BAD_REQUEST"}, text[:80]
        assert not answer.get("data"), text[:80]
    good = await spa.ben.ask(PAGE, field="CREATED_AT", down="DESC", after=own)
    assert len(good["opportunities"]["edges"]) == 1


async def test_view_ids_that_were_changed_are_not_understood(both: tuple[Spa, Spa]) -> None:
    spa, _ = both
    own = await board(spa.ben, spa.pipeline)
    for good in (own["id"], own["columns"][0]["id"], own["columns"][0]["totals"]["id"]):
        raw = read(good)
        forged = [written(flipped(raw, bit)) for bit in range(8, len(raw) * 8, 97)]
        forged += [make(good) for make in MALFORMED.values()]
        forged += [written(VIEW + bytes(size)) for size in (0, 1, 15, 16, 17, 48)]
        for group in batches(forged):
            names = [f"$x{place}: ID!" for place in range(len(group))]
            body = " ".join(f"a{p}: node(id: $x{p}) {{ id }}" for p in range(len(group)))
            document = f"query ({', '.join(names)}) {{ {body} }}"
            answer = await spa.ben.body(document, **{f"x{p}": t for p, t in enumerate(group)})
            assert codes_in(answer) == {"BAD_REQUEST"}, answer
            assert set(answer["data"].values()) == {None}


async def test_a_view_id_opens_what_its_holder_may_see(both: tuple[Spa, Spa]) -> None:
    """Ids of views are no secret: with another's, everybody gets his own board."""
    spa, other = both
    hers = await board(spa.ada, spa.pipeline)
    for key in (hers["id"], hers["columns"][0]["id"]):
        clients = (spa.ada, spa.ben, spa.cleo, other.ada)
        shown = [str((await one.ask(SHOWN, id=key))["node"]) for one in clients]
        assert [text.count("'id'") for text in shown] == [3, 2, 1, 0], key
        assert (await other.ada.ask(NODE, id=key))["node"] is None
    totals = hers["columns"][0]["totals"]["id"]
    assert (await spa.ben.ask(NODE, id=totals))["node"]["id"] == hers["columns"][0]["id"]


async def test_a_view_id_lends_no_right(both: tuple[Spa, Spa]) -> None:
    spa, _ = both
    hers = await board(spa.ada, spa.pipeline, value={"min": "1"})
    await spa.access(spa.ben, permissions=["CONTACTS_READ", "OPPORTUNITIES_READ"])
    for key in (hers["id"], hers["columns"][0]["id"]):
        assert await spa.ben.refused(NODE, id=key) == ["FORBIDDEN"]
    await spa.access(spa.ben, permissions=["CONTACTS_READ"])
    plain = await board(spa.ada, spa.pipeline)
    assert (await spa.ben.ask(NODE, id=plain["id"]))["node"] is None


async def test_an_id_of_a_view_is_no_id_of_a_record(both: tuple[Spa, Spa]) -> None:
    spa, _ = both
    view = (await board(spa.ben, spa.pipeline))["id"]
    for field in ("contact", "opportunity", "board"):
        name = "pipelineId" if field == "board" else "id"
        document = f"query ($id: ID!) {{ {field}({name}: $id) {{ id }} }}"
        assert await spa.ben.refused(document, id=view) == ["BAD_REQUEST"]
    assert await spa.ben.code("deleteContact", id=view) == "INVALID_INPUT"

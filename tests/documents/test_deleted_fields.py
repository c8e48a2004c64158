"""R84: a field that is deleted takes its files with it, each with its event and its audit row."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from models.document import document, document_link
from models.log import event
from resolvers import journal
from resolvers.ids import parse
from tests.audit.trail import database_of, read
from tests.audit.trail import told as trail
from tests.client import PATIENCE, LiveBoard
from tests.documents.filing import field, field_filed, field_uploaded, filed
from tests.model.fold import Json
from tests.scenarios.spa import Spa

COUNTS = """query Q($ids: [ID!]!) { nodes(ids: $ids) {
  ... on Contact { documentCount documents(first: 5) { totalCount nodes { id } } }
  ... on Opportunity { documentCount customFields { field { id } } }
} }"""


def events(connection: Connection) -> list[Json]:
    """Return all events in order."""
    return [dict(one._mapping) for one in connection.execute(select(event).order_by(event.c.seq))]


def copies(connection: Connection, key: Any, count: int) -> None:
    """Add a file of a field again and again, as if they had been uploaded."""
    row = connection.execute(select(document).filter_by(id=key)).one()._mapping
    link = connection.execute(select(document_link).filter_by(document_id=key)).one()._mapping
    ids = [type(key)(int=key.int + 1 + place) for place in range(count)]
    late = row["created_at"] + timedelta(seconds=1)
    connection.execute(insert(document), [{**row, "id": one, "created_at": late} for one in ids])
    connection.execute(insert(document_link), [{**link, "document_id": one} for one in ids])


async def changes_after(spa: Spa, number: int) -> list[Json]:
    """Return the rows of the audit trail after a row, without reads, which are written late."""
    return [row for row in (await trail(spa))[number:] if "." not in row["action"]]


async def test_its_files_go_with_it_and_nothing_else(spa: Spa) -> None:
    contact, card = await spa.pair()
    of, other = await field(spa, allowMultiple=True), await field(spa, name="Other")
    gone = [(await field_filed(spa.ada, contact, of))["id"] for _ in range(2)]
    kept = await field_filed(spa.ada, contact, other), await filed(spa.ada, contact)
    late = await field_uploaded(spa.ada, contact, of)
    rows, seen = len(await trail(spa)), len(await read(database_of(spa), events))
    await spa.ada.do("deleteCustomField", id=of["id"])
    told = await changes_after(spa, rows)
    assert [(row["action"], row["record_kind"]) for row in told] == [
        ("deleteCustomField", "Document"),
        ("deleteCustomField", "Document"),
        ("deleteCustomField", "CustomField"),
    ]
    assert [row["record_id"] for row in told[:2]] == sorted(parse(one).id for one in gone)
    assert all(list(row["changes"]) == ["deleted_at"] for row in told)
    happened = (await read(database_of(spa), events))[seen:]
    assert [(one["kind"], one["changed"]) for one in happened] == [
        ("Contact", ["document_count"]),
        ("Document", ["deleted_at"]),
        ("Document", ["deleted_at"]),
        ("CustomField", ["deleted_at"]),
    ]
    assert happened[1]["before"]["records"] == {parse(contact).id.hex: "Contact"}
    (person, _) = (await spa.ada.ask(COUNTS, ids=[contact, card]))["nodes"]
    assert person["documentCount"] == person["documents"]["totalCount"] == 2
    assert {one["id"] for one in person["documents"]["nodes"]} == {one["id"] for one in kept}
    async with spa.unchanged():
        asked = {"recordId": contact, "fieldId": of["id"], "uploadId": late}
        assert await spa.ada.code("addFieldFile", **asked) == "NOT_FOUND"


async def test_boards_are_told_that_a_card_lost_its_files(spa: Spa) -> None:
    _, card = await spa.pair(owner=spa.ben)
    of = await field(spa, "OPPORTUNITY")
    await field_filed(spa.ada, card, of)
    board: LiveBoard = await spa.watch(spa.ben)
    await spa.ada.do("deleteCustomField", id=of["id"])
    told = await board.next("CardUpdated")
    assert (told["changedFields"], told["opportunity"]["documentCount"]) == (["documentCount"], 0)
    (shown,) = (await spa.ben.ask(COUNTS, ids=[card]))["nodes"]
    assert shown == {"documentCount": 0, "customFields": []}


async def test_a_file_that_was_deleted_before_keeps_its_time(spa: Spa) -> None:
    contact = await spa.contact()
    of = await field(spa, allowMultiple=True)
    made, _ = [await field_filed(spa.ada, contact, of) for _ in range(2)]
    await spa.ada.do("deleteFieldFile", id=made["id"])

    def kept(connection: Connection) -> Json:
        found = connection.execute(select(document).filter_by(id=parse(made["id"]).id)).one()
        return dict(found._mapping)

    before = await read(database_of(spa), kept)
    await spa.ada.do("deleteCustomField", id=of["id"])
    assert await read(database_of(spa), kept) == before


@pytest.mark.parametrize("of", ["CONTACT", "OPPORTUNITY"])
async def test_a_field_that_is_deleted_while_it_is_filled_keeps_no_file(spa: Spa, of: str) -> None:
    contact, card = await spa.pair()
    record = contact if of == "CONTACT" else card
    for number in range(3):
        made = await field(spa, of, name=f"Field {number}", allowMultiple=True)
        uploads = [await field_uploaded(spa.ada, record, made) for _ in range(3)]
        place = {"recordId": record, "fieldId": made["id"]}
        adding = [spa.ada.send("addFieldFile", **place, uploadId=one) for one in uploads]
        deleting = spa.ada.do("deleteCustomField", id=made["id"])
        async with asyncio.timeout(PATIENCE):
            *answers, _ = await asyncio.gather(*adding, deleting)
        codes = {error["path"][1]: error["code"] for one in answers for error in one["errors"]}
        assert codes in ({}, {"fieldId": "NOT_FOUND"})
        (shown,) = (await spa.ada.ask(COUNTS, ids=[record]))["nodes"]
        assert shown["documentCount"] == 0


@pytest.mark.parametrize(("most", "kinds"), [(6, ["Document"] * 6), (5, ["many"])])
async def test_very_many_are_told_as_many(
    spa: Spa, monkeypatch: pytest.MonkeyPatch, most: int, kinds: list[str]
) -> None:
    """The limit of 5,000 is moved, as so many uploads would take minutes."""
    monkeypatch.setattr("resolvers.field_files.MANY_RECORDS", most)
    assert journal.MANY_RECORDS == 5000
    contact = await spa.contact()
    of = await field(spa)
    made = await field_filed(spa.ada, contact, of)
    await database_of(spa).write(copies, parse(made["id"]).id, 5)
    rows = len(await trail(spa))
    await spa.ada.do("deleteCustomField", id=of["id"])
    told = await changes_after(spa, rows)
    assert [row["record_kind"] for row in told] == [*kinds, "CustomField"]
    if kinds == ["many"]:
        assert told[0]["changes"] == {
            "count": [None, 6],
            "field_id": [parse(of["id"]).id.hex, None],
        }
    (person,) = (await spa.ada.ask(COUNTS, ids=[contact]))["nodes"]
    assert person["documentCount"] == 0

"""Hostile texts in every argument and input field: told or stored exactly, and nothing breaks."""

import json
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

import pytest
from graphql import parse, validate

from app.checking import drift
from files.names import is_disguised
from schema.schema import core
from tests.hostile.strings import STRINGS, some, stored, storm
from tests.hostile.walk import Slot, slots
from tests.hostile.watch import cheaply, logged_errors
from tests.hostile.world import MOST_ALIASES, Target, Told, batches, numbered, target
from tests.server import running_server

SLOTS = slots()
PRINCIPAL = [
    "Query.contacts(filter.search)",
    "Query.contacts(filter.emails)",
    "Query.contacts(filter.phones)",
    "Query.opportunities(filter.source)",
    "Query.contacts(after)",
    "Query.documents(filter.search)",
    "Contact.documents(filter.folders)",
    "Query.node(id)",
    "Practice.tags(search)",
]
READ = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Contact { firstName name } } }"
TREATMENT = "opportunity { treatmentOfInterest }"
# Texts that a mutation answers with: its field, what to select, and the longest text.
TOLD = [
    ("Mutation.updateOpportunity(input.name)", "opportunity { name }", 200),
    ("Mutation.updateOpportunity(input.source)", "opportunity { source }", 200),
    ("Mutation.updateOpportunity(input.treatmentOfInterest)", TREATMENT, 200),
    ("Mutation.setOpportunityStatus(input.lostReason)", "opportunity { lostReason }", 200),
    ("Mutation.updateContact(input.source)", "contact { source }", 200),
    ("Mutation.createUser(input.name)", "user { name }", 200),
    ("Mutation.createContactType(input.name)", "contactType { name }", 50),
    ("Mutation.createCustomField(input.name)", "customField { name }", 200),
    ("Mutation.updateCustomField(input.description)", "customField { description }", 2000),
    ("Mutation.updateDocument(input.folder)", "document { folder }", 200),
    ("Mutation.updateAgreement(input.name)", "document { name }", 200),
    ("Mutation.updateAgreementTemplate(input.name)", "agreementTemplate { name }", 200),
]
LINES = {"Mutation.updateAgreement(input.name)"}  # refuse line breaks and marks that turn letters


@pytest.fixture
async def victim(database_url: str, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Target]:
    """A practice on a server that logs no error, and whose derived tables are right in the end."""
    with logged_errors(caplog) as logged:
        async with running_server(database_url, max_cost_per_minute=10**9) as server:
            async with target(server) as made:
                yield made
            assert await drift(server.desk.services.database) == []
    assert logged == []


def slot(name: str) -> Slot:
    return next(one for one in SLOTS if one.name == name)


def answering(name: str, chosen: str) -> Slot:
    """Return the slot of a mutation that answers with more than its errors."""
    where = slot(name)
    return where._replace(field=where.field.replace("{ errors", f"{{ {chosen} errors"))


async def put(victim: Target, where: Slot, texts: Sequence[str], first: int = 0) -> Told:
    """Ask for a field with each of the texts in it."""
    document = where.document(len(texts), victim.world, first)
    return await victim.ask(document, numbered(texts))


def test_the_corpus_is_large_and_every_place_is_known() -> None:
    assert len(set(STRINGS)) == len(STRINGS) >= 300
    assert len({one.name for one in SLOTS}) == len(SLOTS) >= 150
    for one in SLOTS:
        assert validate(core, parse(one.document(1, {}))) == [], one.name


async def test_every_text_in_the_principal_arguments(victim: Target) -> None:
    for name in PRINCIPAL:
        for texts in batches(STRINGS):
            told = await put(victim, slot(name), texts)
            assert told.codes <= {"BAD_REQUEST"}, (name, texts)


def answers(told: Told, count: int) -> list[Any]:
    """Return what each alias was answered; None for each where the request was refused."""
    data = told.body.get("data") or {}
    return [data.get(f"a{place}") for place in range(count)]


def kept(text: str, longest: int) -> tuple[bool, str | None]:
    """Return whether a text is accepted, and as what it is stored."""
    try:
        return True, stored(text, longest)
    except ValueError:
        return False, None


async def test_every_text_as_a_contact_s_name(victim: Target) -> None:
    """Accepted or refused as C6 says; refused ones leave no row; read back they are themselves."""
    creating = answering("Mutation.createContact(input.firstName)", "contact { id }")
    expected: dict[str, str | None] = {}
    for texts in batches(STRINGS):
        before = await victim.rows()
        told = await put(victim, creating, texts)
        made = 0
        for text, answer in zip(texts, answers(told, len(texts)), strict=True):
            accepted, value = kept(text, 200)
            if accepted:
                assert answer["errors"] == [], (text, answer)
                expected[answer["contact"]["id"]] = value
                made += 1
            elif answer is not None:
                error = {"code": "INVALID_INPUT", "path": ["input", "firstName"]}
                assert answer == {"contact": None, "errors": [error]}, text
        more = (made, 0, made, made)
        assert await victim.rows() == [sum(pair) for pair in zip(before, more, strict=True)]
    await _read_back(victim, expected)


async def _read_back(victim: Target, expected: dict[str, str | None]) -> None:
    ids = list(expected)
    for start in range(0, len(ids), 100):
        some_ids = ids[start : start + 100]
        told = await victim.ask(READ, {"ids": some_ids})
        for key, node in zip(some_ids, told.body["data"]["nodes"], strict=True):
            first = expected[key]
            assert node == {"firstName": first, "name": f"{first} Kept" if first else "Kept"}


async def test_texts_are_answered_as_they_are_stored(victim: Target) -> None:
    for turn, (name, chosen, longest) in enumerate(TOLD):
        record, field = chosen.split()[0], chosen.split()[2]
        texts = [text for text in some(40, turn) if kept(text, longest)[1] is not None]
        refused = [text for text in texts if name in LINES and is_disguised(text.strip())]
        for place, group in enumerate(batches(texts)):
            told = await put(victim, answering(name, chosen), group, first=place * 100)
            for text, answer in zip(group, answers(told, len(group)), strict=True):
                codes = {error["code"] for error in answer["errors"]}
                wanted = {"INVALID_INPUT"} if text in refused else codes & {"DUPLICATE_NAME"}
                assert codes == wanted, (name, text)
                if not codes:
                    assert answer[record][field] == stored(text, longest), name


@pytest.mark.parametrize("half", [0, 1])
async def test_some_texts_in_every_argument_and_input_field(victim: Target, half: int) -> None:
    for turn, where in enumerate(SLOTS):
        if where.operation == "subscription" or turn % 2 != half:
            continue
        # A scalar that does not fit refuses its whole request, so each goes alone.
        alone = where.type_name in ("DateTime", "Decimal")
        texts = some(6 if alone else 12 if where.operation == "mutation" else 20, turn)
        for group in batches(texts, 1 if alone else MOST_ALIASES):
            told = await put(victim, where, group, turn * 1000)
            if where.operation == "mutation":
                await _refused_again(victim, where, group, told)


async def _refused_again(victim: Target, where: Slot, group: Sequence[str], told: Told) -> None:
    """Ask once more with the texts that were refused: refused again, they leave no row."""
    found = zip(group, answers(told, len(group)), strict=True)
    refused = [text for text, answer in found if answer is None or answer["errors"]]
    if refused:
        before = await victim.rows()
        again = await put(victim, where, refused, 500)
        assert all(one is None or one["errors"] for one in answers(again, len(refused)))
        assert await victim.rows() == before, (where.name, refused)


async def test_texts_as_literals_of_a_document(victim: Target) -> None:
    """In a document a text is read by the parser, with escapes of its own."""
    short = [text for text in STRINGS if len(text) < 1_000]
    for place, group in enumerate(batches(short, most_bytes=4_000)):
        where = slot(PRINCIPAL[place % len(PRINCIPAL)])
        document = where.document(len(group), victim.world)
        body = document[document.index("{") :]
        for number in reversed(range(len(group))):
            body = body.replace(f"$x{number}", json.dumps(group[number]))
        told = await victim.ask(body, {})
        assert told.codes <= {"BAD_REQUEST"}, group


STORM = storm(120_000)
STORMY = [
    "Query.contacts(filter.search)",
    "Query.contacts(filter.emails)",
    "Query.contacts(filter.phones)",
    "Query.opportunities(filter.source)",
    "Query.node(id)",
    "Practice.users(search)",
    "Mutation.createContact(input.firstName)",
    "Mutation.createContact(input.email)",
    "Mutation.editTags(input.add)",
    "Mutation.createContactType(input.name)",
    "Mutation.createCustomField(input.key)",
    "Mutation.requestUpload(input.name)",
    "Mutation.requestUpload(input.mediaType)",
    "Query.documents(filter.folders)",
    "Mutation.updateContact @idempotent(key)",
]


async def test_a_storm_of_marks_is_refused_for_its_length(victim: Target) -> None:
    """Composing 120,000 marks would take seconds, in which nobody else is served (P19)."""
    for name in STORMY:
        told = await cheaply(partial(put, victim, slot(name), [STORM]), name)
        assert told.codes in ({"BAD_REQUEST"}, {"INVALID_INPUT"}), name

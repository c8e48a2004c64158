"""R16: the check finds where documents hang or are found otherwise than they themselves say."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, insert, text, update

from app.checking import drift
from models.agreement import agreement_recipient
from models.document import document
from models.seams import utc_now
from resolvers.ids import parse
from tests.audit.trail import database_of
from tests.documents.filing import field, field_filed, filed
from tests.scenarios.spa import Spa

LINKS, WORDS = "links to records are missing", "search words are missing"
TAMPERINGS = {
    "DELETE FROM document_link": f"1 {LINKS}, 0 are too many",
    "UPDATE document_link SET record_id = document_id": f"1 {LINKS}, 1 are too many",
    "UPDATE document_link SET record_kind = 'Opportunity'": f"1 {LINKS}, 1 are too many",
    "UPDATE document SET contact_id = NULL": f"0 {LINKS}, 1 are too many",
    "UPDATE document SET kind = 'AGREEMENT'": f"0 {LINKS}, 1 are too many",
    "DELETE FROM document_word WHERE word = 'consent'": f"1 {WORDS}, 0 are too many",
    "DELETE FROM document_word WHERE word = 'laser'": f"1 {WORDS}, 0 are too many",
    "UPDATE document SET name = 'Other.pdf'": f"1 {WORDS}, 1 are too many",
    "UPDATE stored_file SET words = '[\"botox\"]'": f"1 {WORDS}, 1 are too many",
    "UPDATE document SET folder_key = 'other'": "folder_key is not what its text says",
}


def run(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))


def agree(connection: Connection, key: UUID, contacts: list[UUID]) -> None:
    """Make a document an agreement of these contacts."""
    changed = update(document).where(document.c.id == key).values(kind="AGREEMENT")
    practice = connection.execute(changed.returning(document.c.practice_id)).scalar_one()
    for place, contact in enumerate(contacts):
        row = {
            "id": UUID(int=place + 1),
            "practice_id": practice,
            "document_id": key,
            "contact_id": contact,
            "position": place,
            "is_primary": place == 0,
        }
        connection.execute(insert(agreement_recipient), {**row, "role": "SIGNER"})


@pytest.mark.parametrize("statement", TAMPERINGS)
async def test_what_was_changed_behind_the_program_s_back_is_found(
    spa: Spa, statement: str
) -> None:
    made = await filed(spa.ada, await spa.contact(), words=["laser"])
    database = database_of(spa)
    assert await drift(database) == []
    await database.write(run, statement)
    told = f"Document {parse(made['id']).id}: {TAMPERINGS[statement]}"
    assert await drift(database) == [told]


async def test_all_that_documents_go_through_leaves_nothing_to_find(spa: Spa) -> None:
    contact, card = await spa.pair()
    made = await filed(spa.ada, contact, words=["laser"])
    await field_filed(spa.ada, card, await field(spa, "OPPORTUNITY"))
    await field_filed(spa.ada, contact, await field(spa))
    await spa.ada.do("updateDocument", id=made["id"], name="Ä new ONE.pdf", folder="Straße")
    await spa.ada.do("deleteDocument", id=made["id"])
    assert await drift(database_of(spa)) == []


@pytest.mark.parametrize(("days", "told"), [(59, 1), (61, 0)])
async def test_a_deleted_document_is_looked_at_while_it_can_be_restored(
    spa: Spa, days: int, told: int
) -> None:
    made, database = await filed(spa.ada, await spa.contact()), database_of(spa)
    await spa.ada.do("deleteDocument", id=made["id"])
    deleted = {"deleted_at": utc_now() - timedelta(days=days)}
    await database.write(lambda connection: connection.execute(update(document).values(deleted)))
    await database.write(run, "DELETE FROM document_link")
    assert len(await drift(database)) == told


async def test_an_agreement_hangs_on_each_recipient_s_contact(spa: Spa) -> None:
    contact, other = await spa.contact("One"), await spa.contact("Two")
    made, database = await filed(spa.ada, contact), database_of(spa)
    key = parse(made["id"]).id
    await database.write(agree, key, [parse(one).id for one in (contact, other)])
    assert await drift(database) == [f"Document {key}: 1 {LINKS}, 0 are too many"]


async def test_the_second_batch_is_looked_at_too(spa: Spa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.checking.documents._BATCH", 2)
    contact = await spa.contact()
    for _ in range(5):
        await filed(spa.ada, contact)
    await database_of(spa).write(run, "UPDATE document SET folder_key = 'other'")
    assert len(await drift(database_of(spa))) == 5

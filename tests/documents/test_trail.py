"""R97, P21: what is done to documents and who read them leaves rows, for whom may know it."""

from typing import Any

import pytest

from resolvers.ids import global_id, parse
from tests.audit.trail import last_number, read_by
from tests.client import Client
from tests.documents.filing import field, field_filed, field_uploaded, filed, uploaded
from tests.model.fold import Json
from tests.scenarios.spa import Spa

LOG = """query Q($f: AuditFilter) { auditLog(first: 50, filter: $f) {
  nodes { action actorKind actor { id } recordKind recordId changes { field before after } }
} }"""
PAGE = "documents(first: 5) { totalCount nodes { id } }"


async def entries(client: Client, *actions: str) -> list[Json]:
    """Return the rows of some actions, the oldest first."""
    found = await client.ask(LOG, f={"actions": list(actions)})
    nodes: list[Json] = found["auditLog"]["nodes"]
    return nodes[::-1]


def changes(entry: Json) -> dict[str, tuple[str | None, str | None]]:
    return {one["field"]: (one["before"], one["after"]) for one in entry["changes"]}


async def reads_of(spa: Spa, client: Client, document: str, **asked: Any) -> list[Any]:
    """Return (action, record, changes) of the rows that a request leaves."""
    before = await last_number(spa)
    await client.ask(document, **asked)
    rows = await read_by(spa, before)
    assert {row["actor_id"] for row in rows} == {parse(client.id).id}
    ids = [row["record_id"] and global_id(row["record_kind"], row["record_id"]) for row in rows]
    return [(row["action"], key, row["changes"]) for row, key in zip(rows, ids, strict=True)]


async def test_each_change_of_a_document_is_a_row_of_who_did_what(spa: Spa) -> None:
    contact = await spa.contact(owner=spa.ben)
    made = await filed(spa.ben, contact)
    await spa.ben.do("updateDocument", id=made["id"], name="New.pdf", folder="Laser")
    await spa.ben.do("deleteDocument", id=made["id"])
    await spa.ben.do("restoreDocument", id=made["id"])
    names = ("createDocument", "updateDocument", "deleteDocument", "restoreDocument")
    rows = await entries(spa.ada, *names)
    assert tuple(row["action"] for row in rows) == names
    for row in rows:
        assert (row["actorKind"], row["actor"]) == ("USER", {"id": spa.ben.id})
        assert (row["recordKind"], row["recordId"]) == ("Document", made["id"])
    first = changes(rows[0])
    assert first.pop("fileId")[0] is None
    assert first == {
        "contactId": (None, contact),
        "createdBy": (None, spa.ben.id),
        "folder": (None, "Internal"),
        "kind": (None, "FILE"),
        "name": (None, "Consent.pdf"),
        "status": (None, "STORED"),
    }
    renamed = {"name": ("Consent.pdf", "New.pdf"), "folder": ("Internal", "Laser")}
    assert changes(rows[1]) == renamed
    (gone,) = changes(rows[2]).values()
    (back,) = changes(rows[3]).values()
    assert gone[0] is None
    assert back == (gone[1], None)


async def test_uploads_and_fields_are_rows_that_name_their_records(spa: Spa) -> None:
    contact, card = await spa.pair()
    plain = await uploaded(spa.dan, contact)
    of = await field(spa, "OPPORTUNITY", formats=["PDF"], description="X")
    ticket = await field_uploaded(spa.dan, card, of)
    await spa.ada.do("updateCustomField", id=of["id"], formats=["PDF", "PNG"])
    first, second = await entries(spa.ada, "requestUpload", "requestFieldUpload")
    assert (first["recordKind"], first["recordId"]) == ("Upload", plain)
    told = {"name": (None, "Consent.pdf"), "size": (None, "18")}
    assert changes(first) == {"contactId": (None, contact), **told}
    assert second["recordId"] == ticket
    named = {"opportunityId": (None, card), "fieldId": (None, of["id"])}
    assert changes(second) == {**named, **told}
    made, changed = await entries(spa.ada, "createCustomField", "updateCustomField")
    assert (made["recordKind"], made["recordId"]) == ("CustomField", of["id"])
    assert changes(made) == {
        "object": (None, "OPPORTUNITY"),
        "kind": (None, "FILE_UPLOAD"),
        "key": (None, "before_photos"),
        "name": (None, "Before photos"),
        "group": (None, "Photos"),
        "description": (None, "X"),
        "formats": (None, '["PDF"]'),
        "allowMultiple": (None, "false"),
        "maxFiles": (None, "1"),
    }
    assert changes(changed) == {"formats": ('["PDF"]', '["PDF","PNG"]')}


@pytest.mark.parametrize("kind", ["Document", "Upload"])
async def test_changes_of_documents_are_for_those_who_may_read_documents(
    spa: Spa, kind: str
) -> None:
    auditor = await spa.hire(
        "Audrey", restricted=False, extra=["AUDIT_READ"], without=["DOCUMENTS_READ"]
    )
    await field(spa)
    await filed(spa.ada, await spa.contact())
    action = {"Document": "createDocument", "Upload": "requestUpload"}[kind]
    (whole,), (cut,) = await entries(spa.ada, action), await entries(auditor, action)
    assert len(whole["changes"]) > 2
    assert cut == {**whole, "changes": []}
    (defined,) = await entries(auditor, "createCustomField")
    assert len(defined["changes"]) > 2


async def test_a_document_that_is_shown_leaves_a_row_with_what_is_shown_beside_it(
    spa: Spa,
) -> None:
    contact, card = await spa.pair(owner=spa.ben)
    made = await filed(spa.ben, contact)
    of_card = await field_filed(spa.ben, card, await field(spa, "OPPORTUNITY"))
    read: Any = ("document.read", made["id"], {})
    one = "query Q($id: ID!) { document(id: $id) { name } }"
    assert await reads_of(spa, spa.ben, one, id=made["id"]) == [read]
    one = "query Q($id: ID!) { node(id: $id) { ... on Document { contact { name } } } }"
    told = [read, ("contact.read", contact, {})]
    assert await reads_of(spa, spa.ben, one, id=made["id"]) == told
    one = "query Q($id: ID!) { nodes(ids: [$id]) { ... on Document { opportunity { name } } } }"
    told = [("document.read", of_card["id"], {}), ("opportunity.read", card, {})]
    assert await reads_of(spa, spa.ben, one, id=of_card["id"]) == told


async def test_lists_of_documents_leave_a_row_with_their_number(spa: Spa) -> None:
    contact, card = await spa.pair(owner=spa.ben)
    of = await field(spa)
    for _ in range(2):
        await filed(spa.ben, contact)
    await field_filed(spa.ben, contact, of)
    await field_filed(spa.ben, card, await field(spa, "OPPORTUNITY"))
    shown: Any = ("contact.read", contact, {})
    assert await reads_of(spa, spa.ben, f"{{ {PAGE} }}") == [
        ("documents.listed", None, {"count": 4})
    ]
    told = [shown, ("documents.listed", None, {"count": 3})]
    one = f"query Q($id: ID!) {{ contact(id: $id) {{ {PAGE} }} }}"
    assert await reads_of(spa, spa.ben, one, id=contact) == told
    one = "query Q($id: ID!) { contact(id: $id) { customFields { files { name } } } }"
    told = [shown, ("documents.listed", None, {"count": 1})]
    assert await reads_of(spa, spa.ben, one, id=contact) == told
    one = "query Q($id: ID!) { contact(id: $id) { customFields { field { name } } } }"
    assert await reads_of(spa, spa.ben, one, id=contact) == [shown]
    one = "query Q($id: ID!) { opportunity(id: $id) { customFields { files { id } } } }"
    told = [("opportunity.read", card, {}), ("documents.listed", None, {"count": 1})]
    assert await reads_of(spa, spa.ben, one, id=card) == told

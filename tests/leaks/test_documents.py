"""P9 and P24: a document, an upload or a record behind which he sees nothing never was."""

from dataclasses import dataclass

from uuid_utils.compat import uuid7

from resolvers.ids import global_id, parse
from tests.documents.filing import field, field_filed, field_uploaded, file, filed, uploaded
from tests.leaks.ids import Secrets, answers, open_secrets
from tests.model.documents import mutation
from tests.model.fold import Json
from tests.scenarios.spa import Spa

PAGE = "{ totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage } }"
QUERIES = {
    "document": "query Q($id: ID!) { document(id: $id) { id name size downloadUrl } }",
    "node": "query Q($id: ID!) { node(id: $id) { __typename id ... on Document { name } } }",
    "nodes": "query Q($id: ID!) { nodes(ids: [$id, $id]) { __typename id } }",
}
FILTERED = f"query Q($f: DocumentFilter) {{ documents(filter: $f) {PAGE} }}"
FIELDS = "query Q($id: ID!) { contact(id: $id) { id documentCount customFields { files { id } } } }"
CHANGES: list[tuple[str, Json]] = [
    ("updateDocument", {"id": "ID", "name": "X.pdf"}),
    ("updateDocument", {"id": "ID", "folder": "X", "expectedVersion": 99}),
    ("deleteDocument", {"id": "ID"}),
    ("deleteDocument", {"id": "ID", "expectedVersion": 99}),
    ("deleteFieldFile", {"id": "ID"}),
    ("deleteFieldFile", {"id": "ID", "expectedVersion": 99}),
]


@dataclass
class Files:
    """Documents that Ben cannot see, and what he has himself."""

    unseen: list[str]
    deleted: list[str]
    uploads: list[str]
    own: str


def never(kind: str) -> str:
    """Return the id of a record of a kind that never was."""
    return global_id(kind, uuid7())


async def laid_out(secrets: Secrets) -> Files:
    """File documents on the hidden, the own and the foreign records."""
    spa, other = secrets.spa, secrets.other
    contact, card = secrets.contact.hidden, secrets.opportunity.hidden
    hidden = [await filed(spa.cleo, contact), await filed(spa.cleo, contact)]
    hidden.append(await field_filed(spa.cleo, contact, await field(spa)))
    hidden.append(await field_filed(spa.cleo, card, await field(spa, "OPPORTUNITY")))
    foreign = [await filed(other.ada, secrets.contact.foreign) for _ in range(2)]
    own = [await filed(spa.ben, secrets.own[0]) for _ in range(2)]
    for client, one in ((spa.cleo, hidden[1]), (spa.ben, own[1]), (other.ada, foreign[1])):
        await client.do("deleteDocument", id=one["id"])
    uploads = [
        await uploaded(spa.cleo, contact),
        await uploaded(spa.dan, secrets.own[0]),
        await field_uploaded(spa.dan, secrets.own[0], await field(spa, name="Own")),
        await uploaded(other.ada, secrets.contact.foreign),
        never("Upload"),
        own[0]["id"],
    ]
    unseen = [one["id"] for one in (*hidden, own[1], *foreign)]
    swapped = global_id("Document", parse(secrets.contact.hidden).id)
    return Files(
        [*unseen, never("Document"), swapped],
        [hidden[1]["id"], foreign[1]["id"], own[0]["id"], never("Document"), secrets.own[0]],
        uploads,
        own[0]["id"],
    )


async def test_no_query_tells_a_hidden_document_from_one_that_never_was(decoupled: Spa) -> None:
    async with open_secrets(decoupled) as secrets:
        files = await laid_out(secrets)
        for name, document in QUERIES.items():
            bodies = await answers(decoupled.ben, document, files.unseen)
            assert len(bodies) == 1, (name, bodies)
        for deleted in (False, True):
            ids = [*secrets.contact.all(), never("Contact"), *files.unseen]
            asked = {"contactIds": ["ID"], "deleted": deleted}
            bodies = await answers(decoupled.ben, FILTERED, ids, f=asked)
            assert len(bodies) == 1, bodies
            assert '"totalCount":0' in bodies.pop().replace(" ", "")
        ids = [*secrets.contact.all(), never("Contact")]
        assert len(await answers(decoupled.ben, FIELDS, ids)) == 1


async def test_no_change_tells_a_hidden_document_from_one_that_never_was(decoupled: Spa) -> None:
    async with open_secrets(decoupled) as secrets:
        files = await laid_out(secrets)
        cases = [(name, template, files.unseen) for name, template in CHANGES]
        cases.append(("restoreDocument", {"id": "ID"}, files.deleted))
        async with decoupled.unchanged(), secrets.other.unchanged():
            for name, template, ids in cases:
                asked = mutation(name, cursor=False)
                bodies = await answers(decoupled.ben, asked, ids, input=template)
                assert len(bodies) == 1, (name, bodies)
                assert '"NOT_FOUND"' in bodies.pop(), name


async def test_nor_does_a_missing_right_tell_them_apart(decoupled: Spa) -> None:
    async with open_secrets(decoupled) as secrets:
        files = await laid_out(secrets)
        for rights in (["CONTACTS_READ", "DOCUMENTS_READ"], ["CONTACTS_READ", "DOCUMENTS_WRITE"]):
            await decoupled.access(decoupled.ben, permissions=rights)
            ids = files.unseen
            if "DOCUMENTS_READ" not in rights:
                ids = [*ids, files.own]
            async with decoupled.unchanged():
                for name, template in CHANGES:
                    asked = mutation(name, cursor=False)
                    bodies = await answers(decoupled.ben, asked, ids, input=template)
                    assert len(bodies) == 1, (name, bodies)
                    assert '"NOT_FOUND"' in bodies.pop(), name


async def test_no_upload_of_another_tells_that_it_is_there(decoupled: Spa) -> None:
    async with open_secrets(decoupled) as secrets:
        files = await laid_out(secrets)
        of = await field(decoupled, name="Another")
        where: Json = {"recordId": secrets.own[0], "fieldId": of["id"]}
        templates: list[tuple[str, Json]] = [
            ("createDocument", {"contactId": secrets.own[0], "uploadId": "ID"}),
            ("addFieldFile", {**where, "uploadId": "ID"}),
        ]
        async with decoupled.unchanged():
            for name, template in templates:
                asked = mutation(name, cursor=False)
                bodies = await answers(decoupled.ben, asked, files.uploads, input=template)
                assert len(bodies) == 1, (name, bodies)
                assert '"NOT_FOUND"' in bodies.pop(), name
            for document in (QUERIES["node"], QUERIES["nodes"]):
                assert len(await answers(decoupled.ben, document, files.uploads[:5])) == 1


async def test_no_hidden_record_takes_a_file_or_tells_that_it_is_there(decoupled: Spa) -> None:
    async with open_secrets(decoupled) as secrets:
        mine = await uploaded(decoupled.ben, secrets.own[0])
        of, foreign = await field(decoupled), await field(secrets.other)
        in_field = await field_uploaded(decoupled.ben, secrets.own[0], of)
        place: Json = {"recordId": "ID", "fieldId": of["id"]}
        templates: list[tuple[str, Json]] = [
            ("requestUpload", {"contactId": "ID", **file()}),
            ("createDocument", {"contactId": "ID", "uploadId": mine}),
            ("requestFieldUpload", {**place, **file()}),
            ("addFieldFile", {**place, "uploadId": in_field}),
        ]
        unseen = [one for one in secrets.contact.all() if one != secrets.contact.wrong_kind]
        async with decoupled.unchanged():
            for name, template in templates:
                asked = mutation(name, cursor=False)
                ids = [*unseen, never("Contact")]
                bodies = await answers(decoupled.ben, asked, ids, input=template)
                assert len(bodies) == 1, (name, bodies)
                assert '"NOT_FOUND"' in bodies.pop(), name
            fields: Json = {**place, "recordId": secrets.own[0], "fieldId": "ID"}
            asked = mutation("requestFieldUpload", cursor=False)
            ids = [foreign["id"], never("CustomField")]
            bodies = await answers(decoupled.ben, asked, ids, input={**fields, **file()})
            assert len(bodies) == 1
            assert '"NOT_FOUND"' in bodies.pop()


async def test_a_lost_contact_and_one_that_never_was_answer_alike(decoupled: Spa) -> None:
    """Also to who has an upload for it from better days."""
    contact = await decoupled.contact(owner=decoupled.ben)
    of = await field(decoupled)
    plain = await uploaded(decoupled.ben, contact)
    in_field = await field_uploaded(decoupled.ben, contact, of)
    await decoupled.own(contact, decoupled.cleo)
    place: Json = {"recordId": "ID", "fieldId": of["id"], "uploadId": in_field}
    async with decoupled.unchanged():
        for name, template in (
            ("createDocument", {"contactId": "ID", "uploadId": plain}),
            ("addFieldFile", place),
        ):
            asked = mutation(name, cursor=False)
            ids = [contact, never("Contact")]
            assert len(await answers(decoupled.ben, asked, ids, input=template)) == 1, name

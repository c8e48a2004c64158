"""Changes of documents: create, rename, move, delete, restore (R16, R84-R86)."""

from collections.abc import Iterable
from copy import copy
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement

from files.formats import format_of_media_type, format_of_name
from models.contact import Contact
from models.document import Document, document
from models.stored_file import StoredFile
from models.text import same_name_key
from permissions.documents import may_change
from permissions.rights import Permission
from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers import document_records
from resolvers.change import Change
from resolvers.document_changes import KIND, add, save
from resolvers.document_forms import CreateDocument, RestoreDocument, UpdateDocument
from resolvers.enums import DocumentKind, DocumentStatus, ErrorCode
from resolvers.forms import DeleteRecord
from resolvers.ids import Ref
from resolvers.outcome import Outcome
from resolvers.problems import (
    ConflictProblem,
    Problem,
    Refused,
    forbidden,
    found,
    not_found,
    refuse,
)
from resolvers.uploads import Target, name_problem, refuse_partial, take

INTERNAL = "Internal"
SENT = "Sent"
RECEIVED = "Received"
CUSTOM_FIELDS = "Custom Fields"
SYSTEM_FOLDERS = (INTERNAL, SENT, RECEIVED, CUSTOM_FIELDS)
_SYSTEM = {same_name_key(name): name for name in SYSTEM_FOLDERS}
RESTORABLE = timedelta(days=60)


def create(change: Change, form: CreateDocument) -> Outcome:
    """Make a contact's document of an upload; needs DOCUMENTS_WRITE."""
    folder = folder_of(form.folder or INTERNAL)
    contact = change.contact(form.contact_id, "contactId")
    key = contact.id if isinstance(contact, Contact) else None
    record, (row, file) = found(contact, take(change, form.upload_id, Target(contact_id=key)))
    change.require(Permission.DOCUMENTS_WRITE)
    refuse_partial(file)
    new = file_document(change, file, form.name or row.name)
    new.contact_id, new.folder = row.contact_id, folder
    refuse_other_name(new)
    add(change, new, {record.id: CONTACT.name})
    return Outcome(record=Ref(KIND, new.id))


def file_document(change: Change, file: StoredFile, name: str) -> Document:
    """Return a new document of a stored file, in the folder Internal of no record yet."""
    return Document(
        id=change.seams.new_id(),
        practice_id=change.viewer.practice_id,
        kind=DocumentKind.FILE.value,
        status=DocumentStatus.STORED.value,
        name=name,
        folder=INTERNAL,
        contact_id=None,
        opportunity_id=None,
        field_id=None,
        file_id=file.id,
        created_by=change.viewer.user_id,
        source_channel=None,
        source_message=None,
        source_attachment=None,
        version=1,
        created_at=change.now,
        updated_at=change.now,
        media_type=file.media_type,
    )


def folder_of(name: str) -> str:
    """Return the folder of this name; refused for Custom Fields, which only fields fill (R84)."""
    folder = _SYSTEM.get(same_name_key(name), name)
    if folder == CUSTOM_FIELDS:
        message = "Files come into Custom Fields through a field only. Take another folder."
        raise refuse(ErrorCode.INVALID_INPUT, message, "folder")
    return folder


def refuse_other_name(one: Document) -> None:
    """Refuse a file's name that says another format than the file has."""
    wanted = format_of_media_type(one.media_type)
    if wanted and format_of_name(one.name) is not wanted:
        raise Refused(name_problem(wanted))


def hold(
    change: Change, ref: Ref, *, deleted: bool = False, contacts: Iterable[UUID] = ()
) -> Document | Problem:
    """Return a document the viewer sees, held until commit; the NOT_FOUND problem otherwise.

    Of what is `deleted`, one that can be restored. It is going to hang on `contacts` too.
    """
    if ref.kind != KIND:
        return not_found("id")
    seen = _find(change, ref.id, deleted=deleted)
    if seen is None:
        return not_found("id")
    hold_records(change, seen.id, contacts)
    document_records.lock(change.connection, ref.id)
    return _find(change, ref.id, deleted=deleted) or not_found("id")


def _find(change: Change, key: UUID, *, deleted: bool) -> Document | None:
    conditions = restorable(change.now) if deleted else ()
    return document_records.find_visible(
        change.connection, change.viewer, key, *conditions, deleted=deleted
    )


def restorable(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which a deleted document can be restored; a field's never."""
    columns = document.c
    of_field = DocumentKind.FORM_FIELD_FILE.value
    return columns.deleted_at > now - RESTORABLE, columns.kind != of_field


def hold_records(change: Change, key: UUID, contacts: Iterable[UUID] = ()) -> None:
    """Lock the records a document hangs on, or is to: before the document itself, by id (C3)."""
    links = document_records.links(change.connection, key) | dict.fromkeys(contacts, CONTACT.name)
    for kind in (CONTACT, OPPORTUNITY):
        ids = [record for record, name in links.items() if name == kind.name]
        if ids:
            change.load(kind, kind.table.c.id.in_(ids))


def require_change(change: Change, one: Document) -> None:
    """Refuse the change of a document that the viewer only reads."""
    change.require(Permission.DOCUMENTS_WRITE)
    if not may_change(change.viewer, one):
        raise forbidden("With Only Assigned Data you change only the agreements you made.")


def expect(one: Document, version: int | None) -> None:
    """Refuse the change where the document is no longer at `version` (R24)."""
    if version is not None and version != one.version:
        raise Refused(ConflictProblem(one.version))


def update(change: Change, form: UpdateDocument) -> Outcome:
    """Rename a file, or move a document to another folder; needs DOCUMENTS_WRITE.

    An agreement is renamed by `updateAgreement`, and a field's file stays in Custom Fields.
    """
    folder = None if form.folder is None else folder_of(form.folder)
    one: Document = found(hold(change, form.id))
    require_change(change, one)
    expect(one, form.expected_version)
    new = copy(one)
    if folder is not None:
        _refuse_of_field(one, "folder")
        new.folder = folder
    if form.name is not None:
        _refuse_agreement(one)
        new.name = form.name
        refuse_other_name(new)
    save(change, one, new)
    return Outcome(record=Ref(KIND, one.id))


def _refuse_of_field(one: Document, *path: str) -> None:
    if one.kind == DocumentKind.FORM_FIELD_FILE.value:
        message = "This file belongs to a field. Remove it there with deleteFieldFile."
        raise refuse(ErrorCode.INVALID_INPUT, message, *path)


def _refuse_agreement(one: Document) -> None:
    if one.kind == DocumentKind.AGREEMENT.value:
        message = "Rename an agreement with updateAgreement, while it is a draft."
        raise refuse(ErrorCode.INVALID_INPUT, message, "name")


def delete(change: Change, form: DeleteRecord) -> Outcome:
    """Delete a document; it can be restored for 60 days. Needs DOCUMENTS_WRITE.

    A field's file is deleted with `deleteFieldFile` only (R84).
    """
    one: Document = found(hold(change, form.id))
    require_change(change, one)
    expect(one, form.expected_version)
    _refuse_of_field(one, "id")
    put_away(change, one)
    return Outcome(deleted=form.id)


def put_away(change: Change, one: Document) -> None:
    """Delete a document that is held; its file stays until the document is purged."""
    new = copy(one)
    new.deleted_at = change.now
    save(change, one, new)


def restore(change: Change, form: RestoreDocument) -> Outcome:
    """Bring a deleted document back within 60 days; needs DOCUMENTS_WRITE.

    A field's file is deleted for good.
    """
    one: Document = found(hold(change, form.id, deleted=True))
    require_change(change, one)
    expect(one, form.expected_version)
    if document_records.same_source(change.connection, one):
        message = "This attachment is among the documents again already."
        raise refuse(ErrorCode.INVALID_INPUT, message, "id")
    new = copy(one)
    new.deleted_at = None
    save(change, one, new)
    return Outcome(record=Ref(KIND, one.id))

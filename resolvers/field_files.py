"""The files of custom fields: asked for, added, deleted; their record shows them (R16, R84)."""

from typing import Any
from uuid import UUID

from files.formats import format_of_media_type
from models.custom_field import CustomField
from models.document import Document
from models.stored_file import StoredFile
from permissions.rights import Permission
from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers import custom_field_records, document_changes, document_records, documents
from resolvers.change import Change
from resolvers.custom_field_forms import AddFieldFile, RequestFieldUpload
from resolvers.enums import CustomFieldObject, DocumentKind, ErrorCode
from resolvers.field_options import FileUploadOptions
from resolvers.forms import DeleteRecord
from resolvers.ids import Ref
from resolvers.journal import MANY, MANY_RECORDS, Note
from resolvers.outcome import Outcome
from resolvers.problems import Problem, Refused, found, not_found, refuse
from resolvers.uploads import Target, format_problem, prepare, refuse_empty, refuse_partial, take


def request(change: Change, form: RequestFieldUpload) -> Outcome:
    """Prepare the upload of a file for a field; its link opens within 60 seconds (C11)."""
    refuse_empty(form)
    field, record = _field_and_record(change, form)
    found(record, field)
    change.require(Permission.DOCUMENTS_WRITE)
    _refuse_full(change, field, form.record_id.id)
    options = FileUploadOptions.stored(field.options)
    return prepare(change, form, _target(form), options.file_formats)


def add(change: Change, form: AddFieldFile) -> Outcome:
    """Make a file of a field of an upload; needs DOCUMENTS_WRITE.

    A field takes so many files as it says: of two at once at the limit one is refused.
    """
    field, record = _field_and_record(change, form)
    target = Target() if isinstance(record, Problem) else _target(form)
    upload = take(change, form.upload_id, target)
    _, _, (row, file) = found(record, field, upload)
    change.require(Permission.DOCUMENTS_WRITE)
    refuse_partial(file)
    _refuse_format(field, file)
    _refuse_full(change, field, form.record_id.id)
    new = documents.file_document(change, file, form.name or row.name)
    new.kind, new.folder = DocumentKind.FORM_FIELD_FILE.value, documents.CUSTOM_FIELDS
    new.contact_id, new.opportunity_id, new.field_id = row.contact_id, row.opportunity_id, field.id
    documents.refuse_other_name(new)
    document_changes.add(change, new, {form.record_id.id: form.record_id.kind})
    return Outcome(record=Ref(document_changes.KIND, new.id))


Asked = RequestFieldUpload | AddFieldFile


def _target(form: Asked) -> Target:
    key, ref = form.field_id.id, form.record_id
    if ref.kind == CONTACT.name:
        return Target(contact_id=ref.id, field_id=key)
    return Target(opportunity_id=ref.id, field_id=key)


def _field_and_record(change: Change, form: Asked) -> tuple[Any, Any]:
    """Return the field and the record, held in this order; a problem for what is not there.

    A record that is held lets nobody else add files to it until commit.
    """
    ref = form.record_id
    field = custom_field_records.hold(change, form.field_id, "fieldId", shared=True)
    look_up = change.opportunity if ref.kind == OPPORTUNITY.name else change.contact
    record = look_up(ref, "recordId")
    wanted = custom_field_records.OBJECTS.get(ref.kind)
    if (
        isinstance(field, CustomField)
        and not isinstance(record, Problem)
        and field.object != wanted
    ):
        return not_found("fieldId"), record
    return field, record


def _refuse_format(field: CustomField, file: StoredFile) -> None:
    """Refuse a format that the field does not take any more."""
    wanted = FileUploadOptions.stored(field.options).file_formats
    if format_of_media_type(file.media_type) not in wanted:
        raise Refused(format_problem(wanted, "uploadId"))


def _refuse_full(change: Change, field: CustomField, record_id: UUID) -> None:
    most = FileUploadOptions.stored(field.options).max_files
    if document_records.count_in_field(change.connection, field.id, record_id) >= most:
        message = f"This field takes at most {most} files of a record. Remove one first."
        raise refuse(ErrorCode.TOO_MANY_FILES, message, "fieldId")


def delete(change: Change, form: DeleteRecord) -> Outcome:
    """Delete a file of a field; it cannot be restored. Needs DOCUMENTS_WRITE."""
    one: Document = found(documents.hold(change, form.id))
    change.require(Permission.DOCUMENTS_WRITE)
    documents.expect(one, form.expected_version)
    if one.kind != DocumentKind.FORM_FIELD_FILE.value:
        message = "This document belongs to no field. Remove it with deleteDocument."
        raise refuse(ErrorCode.INVALID_INPUT, message, "id")
    documents.put_away(change, one)
    return Outcome(deleted=form.id)


def delete_all(change: Change, field: CustomField) -> None:
    """Delete the files of a field that is held: each with its event, above 5,000 all with one."""
    count = document_records.count_in_field(change.connection, field.id)
    if count > MANY_RECORDS:
        document_changes.put_away_field(change, field.id)
        values: dict[str, list[Any]] = {"field_id": [field.id, None], "count": [None, count]}
        change.note(Note(kind=MANY, record_id=field.id, action=change.action, values=values))
    elif count:
        of_contacts = field.object == CustomFieldObject.CONTACT.value
        kind = CONTACT if of_contacts else OPPORTUNITY
        holding = document_records.records_of_field(field.id)
        for record in change.load(kind, kind.table.c.id.in_(holding)):
            change.touched.setdefault(record.id, set()).add("document_count")
        found = document_records.in_field(change.connection, field.id)
        document_changes.put_away_field(change, field.id)
        document_changes.note_put_away(change, found, kind.name)

"""Uploads: asked for, opened once by a link, completed, and then taken by a record (C11)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, update

from files.formats import FileFormat, format_of_media_type, format_of_name
from files.segments import new_key
from models.stored_file import StoredFile, Upload, stored_file, upload
from permissions.rights import Permission
from resolvers import document_records
from resolvers.change import Change
from resolvers.document_forms import RequestUpload
from resolvers.enums import ErrorCode
from resolvers.ids import Ref
from resolvers.journal import Note
from resolvers.lens import Lens
from resolvers.outcome import Outcome
from resolvers.problems import Problem, Refused, found, not_found, refuse

KIND = "Upload"
# Somewhat longer than an upload may take: what is still written is not swept.
ABANDONED = timedelta(hours=26)
# So long a file that no record shows any more can still come back with a backup.
KEPT_AFTER = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Target:
    """The record that a file is for, and the field of it where it is a field's."""

    contact_id: UUID | None = None
    opportunity_id: UUID | None = None
    field_id: UUID | None = None


def request(change: Change, form: RequestUpload) -> Outcome:
    """Prepare the upload of a contact's file; its link opens within 60 seconds (C11)."""
    refuse_empty(form)
    contact = found(change.contact(form.contact_id, "contactId"))
    change.require(Permission.DOCUMENTS_WRITE)
    return prepare(change, form, Target(contact_id=contact.id))


def prepare(
    change: Change, form: Any, target: Target, formats: frozenset[FileFormat] | None = None
) -> Outcome:
    """Prepare an upload for a record; `formats` are those of its field, if it has any."""
    check(change, form, formats)
    file = new_file(change, _format(form), form.size)
    row = Upload(
        id=change.seams.new_id(),
        practice_id=file.practice_id,
        user_id=change.viewer.user_id,
        file_id=file.id,
        contact_id=target.contact_id,
        opportunity_id=target.opportunity_id,
        field_id=target.field_id,
        name=form.name,
        created_at=change.now,
    )
    add_file(change.connection, file)
    change.connection.execute(insert(upload), as_row(row))
    told = ("contact_id", "opportunity_id", "field_id", "name")
    values: dict[str, list[Any]] = {
        name: [None, value] for name in told if (value := getattr(row, name)) is not None
    }
    values["size"] = [None, form.size]
    change.note(Note(kind=KIND, record_id=row.id, action=change.action, values=values, silent=True))
    return Outcome(record=Ref(KIND, row.id))


def new_file(change: Change, wanted: FileFormat, size: int) -> StoredFile:
    """Return a file of which there is no byte yet; the sweep removes it if none ever comes."""
    return StoredFile(
        id=change.seams.new_id(),
        practice_id=change.viewer.practice_id,
        key=new_key(),
        segments=None,
        media_type=wanted.media_type,
        size=size,
        sha256=None,
        pages=None,
        words=[],
        created_at=change.now,
        remove_after=change.now + ABANDONED,
    )


def check(change: Change, form: Any, formats: frozenset[FileFormat] | None) -> None:
    """Refuse a file that cannot be taken whatever its bytes are."""
    wanted, problems = format_of_media_type(form.media_type), list[Problem]()
    if wanted is None or (formats and wanted not in formats):
        problems.append(format_problem(formats or frozenset(FileFormat), "mediaType"))
    elif format_of_name(form.name) is not wanted:
        problems.append(name_problem(wanted))
    most = change.limits.upload_bytes
    if form.size > most:
        message = f"A file has at most {most} bytes."
        problems.append(Problem(ErrorCode.FILE_TOO_LARGE, message, "size"))
    if problems:
        raise Refused(*problems)


def refuse_empty(form: Any) -> None:
    """Refuse a file without a byte."""
    if form.size < 1:
        raise refuse(ErrorCode.INVALID_INPUT, "The file is empty.", "size")


def format_problem(formats: frozenset[FileFormat], *path: str) -> Problem:
    """Return the refusal of a format that is none of these."""
    told = ", ".join(sorted(one.name for one in formats))
    message = f"Files of this type are not taken. Send one of {told}."
    return Problem(ErrorCode.UNSUPPORTED_MEDIA_TYPE, message, *path)


def name_problem(wanted: FileFormat) -> Problem:
    """Return the refusal of a name that says another format than the file has."""
    message = f"The name must end in {' or '.join(wanted.extensions)}, as the file is such."
    return Problem(ErrorCode.UNSUPPORTED_MEDIA_TYPE, message, "name")


def _format(form: Any) -> FileFormat:
    wanted = format_of_media_type(form.media_type)
    if wanted is None:
        raise LookupError("the form was checked")
    return wanted


def take(change: Change, ref: Ref, target: Target) -> tuple[Upload, StoredFile] | Problem:
    """Return an upload of the caller for this record; the NOT_FOUND problem for any other one.

    It is used up then; whoever takes it refuses it while its bytes are not all there.
    """
    pair = document_records.lock_upload(change.connection, ref.id) if ref.kind == KIND else None
    if pair is None or pair[0].user_id != change.viewer.user_id or target_of(pair[0]) != target:
        return not_found("uploadId")
    row, file = pair
    change.connection.execute(delete(upload).where(upload.c.id == row.id))
    keep_file(change.connection, file.id)
    return row, file


def refuse_partial(file: StoredFile) -> None:
    """Refuse an upload of which not all bytes are there."""
    if file.sha256 is None:
        message = "The upload is not complete. Send all of the file first."
        raise refuse(ErrorCode.INVALID_INPUT, message, "uploadId")


def target_of(row: Upload) -> Target:
    """Return the record that an upload is for."""
    return Target(row.contact_id, row.opportunity_id, row.field_id)


def find(connection: Connection, lens: Lens, key: UUID) -> Upload | None:
    """Return an upload that the viewer has asked for and not used yet."""
    row = document_records.find_upload(connection, key)
    return row if row and row.user_id == lens.viewer.user_id else None


def as_row(record: Any) -> dict[str, Any]:
    """Return the stored row of an upload or a file."""
    return {name: getattr(record, name) for name in record.__slots__}


def add_file(connection: Connection, file: StoredFile) -> None:
    """Write that there is going to be a file, before there is a byte of it."""
    connection.execute(insert(stored_file), as_row(file))


def keep_file(connection: Connection, key: UUID) -> None:
    """Keep a file that a record shows now."""
    ours = stored_file.c.id == key
    connection.execute(update(stored_file).where(ours).values(remove_after=None))


def drop_file(change: Change, key: UUID) -> None:
    """Let the sweep remove a file that no record shows any more."""
    ours = stored_file.c.id == key
    later = change.now + KEPT_AFTER
    change.connection.execute(update(stored_file).where(ours).values(remove_after=later))

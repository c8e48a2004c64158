"""Custom fields: what a practice keeps of contacts and opportunities besides our own (R84)."""

import re
from copy import copy
from typing import Any

from sqlalchemy import insert
from sqlalchemy import update as update_rows

from models.base import columns_of
from models.custom_field import CustomField, custom_field
from models.text import fold
from permissions.rights import Permission
from resolvers import custom_field_records as records
from resolvers import field_files
from resolvers.change import Change
from resolvers.custom_field_forms import CreateCustomField, UpdateCustomField
from resolvers.enums import ErrorCode
from resolvers.field_options import FileUploadOptions
from resolvers.forms import DeleteRecord
from resolvers.ids import Ref
from resolvers.inputs import ABSENT
from resolvers.journal import Note
from resolvers.outcome import Outcome
from resolvers.problems import ConflictProblem, Refused, found, refuse

KIND = records.KIND
MOST_FIELDS = 200
_LONGEST_KEY = 60
_KEY = re.compile(r"[a-z0-9_]{1,60}")
_NOT_KEY = re.compile(r"[^a-z0-9]+")
_COLUMNS = tuple(str(column.key) for column in columns_of(custom_field, CustomField))
_TOLD = ("object", "kind", "key", "name", "group_name", "description")


def create(change: Change, form: CreateCustomField) -> Outcome:
    """Define a custom field; needs SETTINGS_WRITE.

    Its key names it for programs and never changes. Without `formats` it takes every format,
    without `maxFiles` one file, or with `allowMultiple` ten.
    """
    if form.key is not None and not _KEY.fullmatch(form.key):
        message = f"A key has 1 to {_LONGEST_KEY} of the characters a-z, 0-9 and _."
        raise refuse(ErrorCode.INVALID_INPUT, message, "key")
    options = _possible(FileUploadOptions.of(form.formats, form.allow_multiple, form.max_files))
    change.require(Permission.SETTINGS_WRITE)
    _refuse_too_many(change)
    new = CustomField(
        id=change.seams.new_id(),
        practice_id=change.viewer.practice_id,
        object=form.object.value,
        kind=form.kind.value,
        key=_key(change, form),
        name=form.name,
        group_name=form.group,
        description=form.description,
        options=options.to_json(),
        version=1,
        created_at=change.now,
        updated_at=change.now,
    )
    change.connection.execute(insert(custom_field), _row(new))
    told = {name: [None, value] for name, value in _facts(new).items() if value is not None}
    change.note(_note(change, new, told))
    return Outcome(record=Ref(KIND, new.id))


def _possible(options: FileUploadOptions) -> FileUploadOptions:
    problem = options.problem()
    if problem is not None:
        raise problem
    return options


def _key(change: Change, form: CreateCustomField) -> str:
    """Return the key of a new field: as it is wished, or as the name says, and a free number."""
    if form.key is not None:
        if form.key in records.keys_like(change, form.object.value, form.key):
            raise refuse(ErrorCode.DUPLICATE_NAME, "There is a field of this key.", "key")
        return form.key
    stem = _NOT_KEY.sub("_", fold(form.name)).strip("_") or "field"
    stem = stem[: _LONGEST_KEY - 6].rstrip("_")
    taken = records.keys_like(change, form.object.value, stem)
    numbered = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
    return next(key for key in (stem, *numbered) if key not in taken)


def _refuse_too_many(change: Change) -> None:
    if len(records.fields_of(change.connection, change.viewer.practice_id)) >= MOST_FIELDS:
        message = f"A practice has at most {MOST_FIELDS} custom fields. Delete one first."
        raise refuse(ErrorCode.INVALID_INPUT, message)


def update(change: Change, form: UpdateCustomField) -> Outcome:
    """Change a custom field; needs SETTINGS_WRITE. Its key, object and kind never change."""
    _refuse_number(form)
    one: CustomField = found(records.hold(change, form.id, "id"))
    change.require(Permission.SETTINGS_WRITE)
    _expect(one, form.expected_version)
    new = copy(one)
    new.name = one.name if form.name is None else form.name
    new.group_name = one.group_name if form.group is None else form.group
    if form.description is not ABSENT:
        new.description = form.description
    new.options = _possible(_options(one, form)).to_json()
    _save(change, one, new)
    return Outcome(record=Ref(KIND, one.id))


def _refuse_number(form: UpdateCustomField) -> None:
    """Refuse a number of files that no field can have."""
    if isinstance(form.max_files, int):
        _possible(FileUploadOptions.of(None, True, form.max_files))


def _options(one: CustomField, form: UpdateCustomField) -> FileUploadOptions:
    """Return the new options; where `allowMultiple` changes, the usual number comes with it."""
    old = FileUploadOptions.stored(one.options)
    multiple = old.allow_multiple if form.allow_multiple is None else form.allow_multiple
    kept = old.max_files if multiple == old.allow_multiple else None
    return FileUploadOptions.of(
        old.formats if form.formats is ABSENT else form.formats,
        multiple,
        kept if form.max_files is ABSENT else form.max_files,
    )


def delete(change: Change, form: DeleteRecord) -> Outcome:
    """Delete a custom field and the files in it, on all records; needs SETTINGS_WRITE."""
    one: CustomField = found(records.hold(change, form.id, "id"))
    change.require(Permission.SETTINGS_WRITE)
    _expect(one, form.expected_version)
    field_files.delete_all(change, one)
    new = copy(one)
    new.deleted_at = change.now
    _save(change, one, new)
    return Outcome(deleted=form.id)


def _expect(one: CustomField, version: int | None) -> None:
    if version is not None and version != one.version:
        raise Refused(ConflictProblem(one.version))


def _save(change: Change, before: CustomField, after: CustomField) -> None:
    """Write what differs of a field; nothing where nothing does."""
    was, now = _facts(before), _facts(after)
    values = {name: [was[name], now[name]] for name in now if was[name] != now[name]}
    if not values:
        return
    after.version, after.updated_at = before.version + 1, change.now
    ours = custom_field.c.id == after.id
    change.connection.execute(update_rows(custom_field).where(ours).values(_row(after)))
    change.note(_note(change, after, values))


def _row(one: CustomField) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _COLUMNS}


def _facts(one: CustomField) -> dict[str, Any]:
    """Return what the log tells of a field."""
    told = {name.removesuffix("_name"): getattr(one, name) for name in _TOLD}
    return {**told, **one.options, "deleted_at": one.deleted_at}


def _note(change: Change, one: CustomField, values: dict[str, list[Any]]) -> Note:
    return Note(
        kind=KIND, record_id=one.id, action=change.action, changed=sorted(values), values=values
    )

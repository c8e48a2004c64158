"""Templates that agreements are made from."""

from copy import copy
from typing import Any

from sqlalchemy import Connection, insert, update

from models.agreement import AgreementTemplate, agreement_template
from permissions.rights import Permission
from resolvers import agreement_records
from resolvers.agreement_forms import CreateAgreementTemplate, UpdateAgreementTemplate
from resolvers.change import Change
from resolvers.forms import DeleteRecord
from resolvers.ids import Ref
from resolvers.journal import Note
from resolvers.lens import Lens, Named
from resolvers.merging import field_problems
from resolvers.outcome import Outcome
from resolvers.problems import ConflictProblem, Problem, Refused, found, not_found

KIND = "AgreementTemplate"
_TOLD = ("name", "body", "deleted_at")


class SeenTemplate(Named):
    """A template that the viewer sees."""


def shown(row: AgreementTemplate) -> SeenTemplate:
    """Return a template as it is shown."""
    return SeenTemplate(KIND, row)


def listed(connection: Connection, lens: Lens) -> list[SeenTemplate]:
    """Return the practice's templates by name; none without DOCUMENTS_READ."""
    return [shown(one) for one in agreement_records.templates(connection, lens.viewer)]


def find(connection: Connection, lens: Lens, key: Any) -> SeenTemplate | None:
    """Return the template with this id, else None."""
    one = agreement_records.templates_of(connection, lens.viewer, [key]).get(key)
    return shown(one) if one else None


def hold(
    change: Change, ref: Ref, *path: str, writing: bool = False
) -> AgreementTemplate | Problem:
    """Return a template, held as it is until commit; the NOT_FOUND problem otherwise."""
    if ref.kind != KIND:
        return not_found(*path)
    connection, viewer = change.connection, change.viewer
    one = agreement_records.hold_template(connection, viewer, ref.id, change=writing)
    return one or not_found(*path)


def create(change: Change, form: CreateAgreementTemplate) -> Outcome:
    """Add a template for agreements; needs SETTINGS_WRITE.

    Merge fields are {{contact.name}}, {{contact.firstName}}, {{contact.lastName}},
    {{contact.email}}, {{contact.phone}}, {{practice.name}}, {{sender.name}} and {{today}}: the
    contact is the primary recipient, today a date in the practice's time zone.
    """
    _refuse_unknown_fields(form.body)
    change.require(Permission.SETTINGS_WRITE)
    new = AgreementTemplate(
        id=change.seams.new_id(),
        practice_id=change.viewer.practice_id,
        name=form.name,
        body=form.body,
        version=1,
        created_at=change.now,
        updated_at=change.now,
    )
    row = {name: getattr(new, name) for name in new.__slots__}
    change.connection.execute(insert(agreement_template), row)
    _note(change, new, {"name": [None, new.name], "body": [None, new.body]})
    return Outcome(record=Ref(KIND, new.id))


def update_template(change: Change, form: UpdateAgreementTemplate) -> Outcome:
    """Change a template; agreements made from it stay as they are. Needs SETTINGS_WRITE."""
    _refuse_unknown_fields(form.body)
    one = _changeable(change, form.id, form.expected_version)
    new = copy(one)
    new.name, new.body = form.name or one.name, form.body or one.body
    _save(change, one, new)
    return Outcome(record=Ref(KIND, one.id))


def delete(change: Change, form: DeleteRecord) -> Outcome:
    """Delete a template; agreements made from it stay as they are. Needs SETTINGS_WRITE."""
    one = _changeable(change, form.id, form.expected_version)
    new = copy(one)
    new.deleted_at = change.now
    _save(change, one, new)
    return Outcome(deleted=form.id)


def _changeable(change: Change, ref: Ref, version: int | None) -> AgreementTemplate:
    one: AgreementTemplate = found(hold(change, ref, "id", writing=True))
    change.require(Permission.SETTINGS_WRITE)
    if version is not None and version != one.version:
        raise Refused(ConflictProblem(one.version))
    return one


def _refuse_unknown_fields(body: str | None) -> None:
    problems = field_problems(body)
    if problems:
        raise Refused(*problems)


def _save(change: Change, one: AgreementTemplate, new: AgreementTemplate) -> None:
    values = {
        name: [getattr(one, name), getattr(new, name)]
        for name in _TOLD
        if getattr(one, name) != getattr(new, name)
    }
    if values:
        row = {name: pair[1] for name, pair in values.items()}
        row |= {"version": one.version + 1, "updated_at": change.now}
        ours = agreement_template.c.id == one.id
        change.connection.execute(update(agreement_template).where(ours).values(row))
        _note(change, one, values)


def _note(change: Change, one: AgreementTemplate, values: dict[str, list[Any]]) -> None:
    changed = sorted(values)
    note = Note(kind=KIND, record_id=one.id, action=change.action, changed=changed, values=values)
    change.note(note)

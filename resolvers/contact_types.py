"""Contact types: Lead and Patient for ever, and the practice's own (R50-R54)."""

from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import insert, select, update

from models.contact import contact
from models.practice import ContactType, contact_type
from models.text import same_name_key
from permissions.rights import Permission
from permissions.visibility import CONTACT
from resolvers import constraints
from resolvers.change import Change
from resolvers.enums import ErrorCode
from resolvers.ids import Ref
from resolvers.journal import MANY, MANY_RECORDS, Note
from resolvers.outcome import Outcome
from resolvers.practice_forms import CreateContactType, DeleteContactType, RenameContactType
from resolvers.problems import CountProblem, Refused, found, refuse

KIND = "ContactType"


def create(change: Change, form: CreateContactType) -> Outcome:
    """Add a contact type; names are unique without regard to case (R52)."""
    change.require(Permission.SETTINGS_WRITE)
    _refuse_taken(change, form.name, None)
    key = change.seams.new_id()
    row = {
        "id": key,
        "practice_id": change.viewer.practice_id,
        "name": form.name,
        "name_key": same_name_key(form.name),
        "system": False,
    }
    change.connection.execute(insert(contact_type), row)
    change.note(_note(change, key, {"name": [None, form.name]}))
    return Outcome(record=Ref(KIND, key))


def rename(change: Change, form: RenameContactType) -> Outcome:
    """Rename a custom type; it shows on all its contacts at once (R52)."""
    kind: ContactType = found(change.contact_type(form.id, "id", change=True))
    change.require(Permission.SETTINGS_WRITE)
    _refuse_system(kind)
    _refuse_taken(change, form.name, kind)
    if form.name != kind.name:
        change.connection.execute(
            update(contact_type)
            .where(contact_type.c.id == kind.id)
            .values(name=form.name, name_key=same_name_key(form.name))
        )
        change.note(_note(change, kind.id, {"name": [kind.name, form.name]}))
    return Outcome(record=Ref(KIND, kind.id))


def delete(change: Change, form: DeleteContactType) -> Outcome:
    """Delete a custom type; its contacts, seen or not, get the replacement (R53)."""
    kind, other = found(
        change.contact_type(form.id, "id", change=True),
        change.contact_type(form.replacement_type_id, "replacementTypeId")
        if form.replacement_type_id
        else None,
    )
    change.require(Permission.SETTINGS_WRITE)
    _refuse_system(kind)
    if other and other.id == kind.id:
        message = "Contacts cannot be given the type that is deleted."
        raise refuse(ErrorCode.INVALID_INPUT, message, "replacementTypeId")
    count = constraints.contacts_of_type(change.connection, kind.id)
    if count and other is None:
        message = f"{count} contacts have this type. Name another type for them."
        problem = CountProblem(ErrorCode.CONTACT_TYPE_IN_USE, message, count, "replacementTypeId")
        raise Refused(problem)
    if other:
        _replace(change, kind, other, count)
    change.finally_run(delete_rows(contact_type).where(contact_type.c.id == kind.id))
    replaced = {"replacement_type_id": [None, other.id]} if other else {}
    change.note(_note(change, kind.id, {"name": [kind.name, None], **replaced}))
    return Outcome(deleted=form.id, count=count)


def _replace(change: Change, kind: ContactType, other: ContactType, count: int) -> None:
    """Give the type's contacts another: each with its event, above 5,000 all with one (C3)."""
    if count <= MANY_RECORDS:
        for record in change.load(CONTACT, contact.c.type_id == kind.id):
            record.type_id = other.id
        # Deleted contacts only keep a valid type, for a restore.
        deleted = (contact.c.type_id == kind.id, contact.c.deleted_at.is_not(None))
        change.connection.execute(update(contact).where(*deleted).values(type_id=other.id))
        return
    change.connection.execute(
        update(contact)
        .where(contact.c.type_id == kind.id)
        .values(type_id=other.id, version=contact.c.version + 1, updated_at=change.now)
    )
    values: dict[str, list[Any]] = {"type_id": [kind.id, other.id], "count": [None, count]}
    change.note(Note(kind=MANY, record_id=kind.id, action=change.action, values=values))


def _refuse_system(kind: ContactType) -> None:
    if kind.system:
        message = f"{kind.name} is a system type: it can be neither renamed nor deleted."
        raise refuse(ErrorCode.SYSTEM_CONTACT_TYPE, message, "id")


def _refuse_taken(change: Change, name: str, own: ContactType | None) -> None:
    statement = select(contact_type.c.id).where(
        contact_type.c.practice_id == change.viewer.practice_id,
        contact_type.c.name_key == same_name_key(name),
    )
    taken = change.connection.scalar(statement)
    if taken is not None and (own is None or taken != own.id):
        message = "There is a contact type of this name."
        raise refuse(ErrorCode.DUPLICATE_NAME, message, "name")


def _note(change: Change, key: Any, values: dict[str, list[Any]]) -> Note:
    return Note(
        kind=KIND, record_id=key, action=change.action, changed=sorted(values), values=values
    )

"""A row as a contact: made, or merged into the one with the same e-mail or phone (R58)."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.importing.job import Job, Result, record_in
from app.importing.people import follow, owner_ref
from models.contact import Contact
from models.practice import contact_type, tag
from models.text import same_name_key
from permissions.visibility import CONTACT
from resolvers import constraints, contacts, owners
from resolvers.change import Change
from resolvers.enums import ErrorCode
from resolvers.forms import ChangeOwner, CreateContact, UpdateContact
from resolvers.ids import Ref
from resolvers.problems import DuplicateProblem, Problem, Refused, refuse

_NAMELESS = "Lead"
_SHOWN_OF_ID = 8


def import_contact(job: Job, owner_field: str = "owner") -> tuple[Ref, Result]:
    """Return the row's contact and what became of it; imported before, it stays as it is.

    `owner_field` is the field that names its owner; followers are read of contact files only.
    """
    key = job.cells.text("externalId") if owner_field == "owner" else None
    known = job.known(CONTACT.name, key) if key else None
    if known is not None:
        return Ref(CONTACT.name, known), Result.UNCHANGED
    match = match_of(job)
    with job.change() as change:
        ref = _merge(job, change, match, owner_field) if match else _add(job, change, owner_field)
        record: Contact = record_in(change, ref)
        names = job.cells.texts("tags")
        if names:
            record.tag_ids |= _tag_ids(change, names)
        if owner_field == "owner":
            follow(job, change, record)
        version = record.version if match else 0
    job.remember(ref, key)
    if not match:
        return ref, Result.CREATED
    return ref, Result.UPDATED if record.version > version else Result.UNCHANGED


def match_of(job: Job) -> UUID | None:
    """Return the contact with the row's e-mail, else with its phone (R58)."""
    for field, column in (("email", "email_key"), ("phone", "phone")):
        value = job.cells.text(field)
        found = _holder(job, column, value) if value else None
        if found is not None:
            return found
    return None


def _holder(job: Job, column: str, value: str) -> UUID | None:
    return constraints.present_contact(job.connection, job.viewer.practice_id, column, value, None)


def _add(job: Job, change: Change, owner_field: str) -> Ref:
    cells = job.cells
    first_name, last_name = _names(job)
    email, phone, key = cells.text("email"), cells.text("phone"), cells.text("externalId")
    if not any((first_name, last_name, email, phone)) and key:
        first_name, last_name = _NAMELESS, key[:_SHOWN_OF_ID]
    form = CreateContact(
        first_name=first_name,
        last_name=last_name,
        email=email,
        phone=phone,
        type_id=type_ref(change, cells.text("type") or "Lead"),
        source=cells.text("source"),
        owner_id=owner_ref(job, change, owner_field),
    )
    ref = contacts.create(change, form).record
    assert ref is not None
    record: Contact = record_in(change, ref)
    record.created_at = cells.moment("createdAt") or record.created_at
    return ref


def _merge(job: Job, change: Change, match: UUID, owner_field: str) -> Ref:
    """Fill what the row has into a contact; what the row leaves blank stays."""
    ref, cells = Ref(CONTACT.name, match), job.cells
    if isinstance(change.record(ref), Problem):
        message = "There is a contact with this e-mail address or phone number."
        raise Refused(DuplicateProblem(ErrorCode.DUPLICATE_CONTACT, message, None, "email"))
    first_name, last_name = _names(job)
    filled: dict[str, Any] = {
        "first_name": first_name,
        "last_name": last_name,
        "email": cells.text("email"),
        "phone": _free_phone(job, match),
        "source": cells.text("source"),
        "type_id": type_ref(change, cells.text("type") or "") if cells.has("type") else None,
    }
    given = {name: value for name, value in filled.items() if value is not None}
    contacts.update(change, UpdateContact(id=ref, **given))
    owner = owner_ref(job, change, owner_field)
    if owner is not None:
        owners.change_owner(change, ChangeOwner(record_id=ref, owner_id=owner))
    return ref


def _free_phone(job: Job, match: UUID) -> str | None:
    """Return the row's phone, unless another contact has it: then the e-mail decides (R58)."""
    phone = job.cells.text("phone")
    if phone and _holder(job, "phone", phone) not in (None, match):
        job.remarks.append("Another contact has this phone number; it was left out.")
        return None
    return phone


def _names(job: Job) -> tuple[str | None, str | None]:
    """Return first and last name; `name` is split at its last space."""
    cells = job.cells
    if cells.has("firstName", "lastName") or not cells.has("name"):
        return cells.text("firstName"), cells.text("lastName")
    head, _, tail = (cells.text("name") or "").rpartition(" ")
    return (head.strip() or tail, tail if head.strip() else None)


def type_ref(change: Change, name: str) -> Ref:
    """Return the practice's contact type of this name; Refused if there is none."""
    statement = select(contact_type.c.id).where(
        contact_type.c.practice_id == change.viewer.practice_id,
        contact_type.c.name_key == same_name_key(name),
    )
    found = change.connection.scalar(statement)
    if found is None:
        raise refuse(ErrorCode.NOT_FOUND, "type: There is no contact type of this name.")
    return Ref("ContactType", found)


def _tag_ids(change: Change, names: list[str]) -> frozenset[UUID]:
    """Return the tags of these names; new ones become part of the vocabulary (R57)."""
    here = change.viewer.practice_id
    by_key = {same_name_key(name): name for name in reversed(names)}
    statement = select(tag.c.name_key, tag.c.id).where(
        tag.c.practice_id == here, tag.c.name_key.in_(by_key)
    )
    known = {row.name_key: row.id for row in change.connection.execute(statement)}
    for key in sorted(by_key.keys() - known.keys()):
        known[key] = contacts.add_tag(change, key, by_key[key])
    return frozenset(known.values())

"""Changes of contacts: create, update, delete, tags, do not disturb (R50-R58)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from models.contact import Contact
from models.opportunity import Opportunity
from models.practice import tag
from models.text import same_name_key
from permissions import rules
from permissions.visibility import CONTACT
from resolvers import constraints, do_not_disturb, records
from resolvers.change import Change
from resolvers.enums import ErrorCode
from resolvers.forms import CreateContact, DeleteRecord, EditTags, SetDoNotDisturb, UpdateContact
from resolvers.ids import Ref
from resolvers.inputs import ABSENT
from resolvers.journal import Note
from resolvers.outcome import Outcome
from resolvers.owners import invalid_owner, put_owner, warn_of_blind_owner
from resolvers.problems import (
    DuplicateProblem,
    Problem,
    Refused,
    forbidden,
    found,
    not_found,
    refuse,
)
from resolvers.seen import audience

NO_NAME = "No name"


def create(change: Change, form: CreateContact) -> Outcome:
    """Add a contact; without an owner, a restricted creator owns it (R39)."""
    _need_identity(form.first_name, form.last_name, form.email, form.phone)
    tag_ids = _known_tags(change, form.tag_ids or [])
    owner = change.active_user(form.owner_id) if form.owner_id else None
    found(change.contact_type(form.type_id, "typeId"), *tag_ids)
    change.may_edit(CONTACT)
    record = _new_contact(change, form)
    problems = [*_duplicates(change, record)]
    if form.owner_id and owner is None:
        problems.append(invalid_owner("ownerId"))
    if problems:
        raise Refused(*problems)
    change.add(CONTACT, record)
    if form.owner_id is None and change.viewer.restricted:
        owner = change.viewer.user
    put_owner(change, record, owner.id if owner else None)
    if owner is not None and owner.id != change.viewer.user_id:
        warn_of_blind_owner(change, owner, CONTACT)
    return change.outcome(CONTACT, record)


def _new_contact(change: Change, form: CreateContact) -> Contact:
    return Contact(
        id=change.seams.new_id(),
        practice_id=change.viewer.practice_id,
        first_name=form.first_name,
        last_name=form.last_name,
        name=display_name(form.first_name, form.last_name),
        email=form.email,
        phone=form.phone,
        type_id=form.type_id.id,
        source=form.source,
        do_not_disturb_all=False,
        blocked_channels={},
        owner_id=None,
        version=1,
        created_at=change.now,
        updated_at=change.now,
        tag_ids=frozenset(ref.id for ref in form.tag_ids or ()),
    )


def display_name(first_name: str | None, last_name: str | None) -> str:
    """Return how a contact is called; never by e-mail or phone, which would leak them (C7)."""
    return " ".join(part for part in (first_name, last_name) if part) or NO_NAME


def _need_identity(*parts: str | None) -> None:
    if not any(parts):
        message = "A contact needs a first name, a last name, an e-mail address or a phone number."
        raise refuse(ErrorCode.INVALID_INPUT, message)


def _known_tags(change: Change, refs: list[Ref]) -> list[UUID | Problem]:
    statement = select(tag.c.id).where(
        tag.c.practice_id == change.viewer.practice_id,
        tag.c.id.in_([ref.id for ref in refs if ref.kind == "Tag"]),
    )
    known = set(change.connection.scalars(statement)) if refs else set()
    return [
        ref.id if ref.kind == "Tag" and ref.id in known else not_found("tagIds", str(place))
        for place, ref in enumerate(refs)
    ]


def _duplicates(change: Change, record: Contact) -> Iterable[Problem]:
    """Yield the first of e-mail and phone that another contact has (R58)."""
    for column, value, field in (
        ("email_key", record.email, "email"),
        ("phone", record.phone, "phone"),
    ):
        if value is None:
            continue
        other = constraints.present_contact(
            change.connection, record.practice_id, column, value, record.id
        )
        if other is not None:
            yield _duplicate(change, other, field)
            return


def _duplicate(change: Change, other: UUID, field: str) -> Problem:
    seen = records.find_visible(change.connection, CONTACT, change.viewer, other)
    return DuplicateProblem(
        ErrorCode.DUPLICATE_CONTACT,
        "There is a contact with this e-mail address or phone number.",
        Ref(CONTACT.name, other) if seen else None,
        field,
    )


def update(change: Change, form: UpdateContact) -> Outcome:
    """Change a contact's own fields; opportunities that follow its name follow (C7)."""
    type_id = form.type_id if isinstance(form.type_id, Ref) else None
    kind = change.contact_type(type_id, "typeId") if type_id else None
    record, kind = found(_contact_for(change, form), kind)
    change.may_edit(CONTACT)
    change.expect(record, form.expected_version)
    if form.type_id is None:
        raise refuse(ErrorCode.CONTACT_TYPE_REQUIRED, "A contact must have a type.", "typeId")
    for name in ("first_name", "last_name", "email", "phone", "source"):
        value = getattr(form, name)
        if value is not ABSENT:
            setattr(record, name, value)
    if kind is not None:
        record.type_id = kind.id
    _need_identity(record.first_name, record.last_name, record.email, record.phone)
    problems = list(_duplicates(change, record))
    if problems:
        raise Refused(*problems)
    _rename(change, record)
    return change.outcome(CONTACT, record)


def _contact_for(change: Change, form: UpdateContact) -> Contact | Problem:
    if form.first_name is ABSENT and form.last_name is ABSENT:
        return change.contact(form.id, "id")
    locked = change.record(form.id, "id") if form.id.kind == CONTACT.name else not_found("id")
    return locked if isinstance(locked, (Contact, Problem)) else not_found("id")


def _rename(change: Change, record: Contact) -> None:
    record.name, old = display_name(record.first_name, record.last_name), record.name
    if record.name == old:
        return
    cards: list[Opportunity] = change.family(record.id)[1]
    for card in cards:
        if card.follows_contact_name:
            card.name = record.name


def delete(change: Change, form: DeleteRecord) -> Outcome:
    """Delete a contact and its opportunities, whoever owns those (R21)."""
    locked = change.record(form.id, "id") if form.id.kind == CONTACT.name else not_found("id")
    record: Contact = found(locked)
    if not rules.may_delete(CONTACT, change.viewer, audience(record)):
        raise forbidden("Only an admin, or the owner with the right to delete, can delete this.")
    change.expect(record, form.expected_version)
    for one in change.members(record.id):
        one.deleted_at = change.now
    return Outcome(deleted=form.id)


def edit_tags(change: Change, form: EditTags) -> Outcome:
    """Take tags off a contact, then put tags on; new names become part of the vocabulary (R57)."""
    record: Contact = found(change.contact(form.contact_id, "contactId"))
    change.may_edit(CONTACT)
    off = _tags_by_key(change, form.remove)
    on = _tags_by_key(change, form.add)
    for name in form.add:
        on.setdefault(same_name_key(name), None)
    added = {found_id or _add_tag(change, key, form.add) for key, found_id in on.items()}
    record.tag_ids = frozenset((record.tag_ids - {one for one in off.values() if one}) | added)
    return change.outcome(CONTACT, record)


def _tags_by_key(change: Change, names: list[str]) -> dict[str, UUID | None]:
    keys = [same_name_key(name) for name in names]
    statement = select(tag.c.name_key, tag.c.id).where(
        tag.c.practice_id == change.viewer.practice_id, tag.c.name_key.in_(keys)
    )
    rows = change.connection.execute(statement) if keys else ()
    return {key: tag_id for key, tag_id in rows}  # noqa: C416 - rows are no pairs for dict()


def _add_tag(change: Change, key: str, names: list[str]) -> UUID:
    return add_tag(change, key, next(name for name in names if same_name_key(name) == key))


def add_tag(change: Change, key: str, name: str) -> UUID:
    """Make a name part of the practice's vocabulary of tags (R57); return the tag's id."""
    tag_id = change.seams.new_id()
    row = {
        "id": tag_id,
        "practice_id": change.viewer.practice_id,
        "name": name,
        "name_key": key,
        "system": False,
    }
    change.connection.execute(insert(tag), row)
    values: dict[str, list[Any]] = {"name": [None, name]}
    note = Note(kind="Tag", record_id=tag_id, action=change.action, values=values, silent=True)
    change.note(note)
    return tag_id


def set_do_not_disturb(change: Change, form: SetDoNotDisturb) -> Outcome:
    """Set through which channels a contact must not be reached (R55, R56)."""
    record: Contact = found(change.contact(form.contact_id, "contactId"))
    change.may_edit(CONTACT)
    switches = [(one.channel, one.on) for one in form.channels or ()]
    do_not_disturb.apply(record, form.all, switches)
    return change.outcome(CONTACT, record)

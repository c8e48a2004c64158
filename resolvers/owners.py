"""Owners: who a record belongs to, in families and with the sync settings (R30-R37, C8)."""

from collections.abc import Iterable
from uuid import UUID

from models.assigned import MAX_FOLLOWERS, OWNER_SLOT, Assignment
from models.contact import Contact
from models.opportunity import Opportunity
from models.user import User
from permissions import rules
from permissions.viewer import viewer_of
from permissions.visibility import CONTACT, OPPORTUNITY, Guarded
from resolvers.change import Change
from resolvers.enums import ErrorCode, FollowerSource, WarningCode
from resolvers.forms import ChangeOwner
from resolvers.ids import Ref
from resolvers.inputs import ABSENT
from resolvers.journal import Note
from resolvers.outcome import Notice, Outcome
from resolvers.problems import FollowerLimitProblem, Problem, Refused, forbidden, found, refuse
from resolvers.seen import audience

Record = Contact | Opportunity


def kind_of(record: Record) -> Guarded:
    """Return the kind of a record."""
    return CONTACT if isinstance(record, Contact) else OPPORTUNITY


def ref_of(record: Record) -> Ref:
    """Return what names a record."""
    return Ref(kind_of(record).name, record.id)


def change_owner(change: Change, form: ChangeOwner) -> Outcome:
    """Give a record to somebody else, or to nobody (R34, R37).

    Where owners may not differ, its whole family follows (R31). Changing to the present owner
    changes nothing.
    """
    if form.owner_id is ABSENT:
        raise refuse(ErrorCode.INVALID_INPUT, "Name the new owner, or null for none.", "ownerId")
    change.hold_practice()
    owner = change.active_user(form.owner_id) if form.owner_id else None
    record: Record = found(change.record(form.record_id, "recordId"))
    change.may_edit(kind_of(record))
    members = _members(change, record)
    new_id = form.owner_id.id if form.owner_id else None
    changing = [one for one in members if one.owner_id != new_id]
    refusal = owner_refusal(change, record, changing)
    if refusal is rules.Refusal.FORBIDDEN:
        raise forbidden("You may not change the owner of this record.")
    change.expect(record, form.expected_version)
    problems = [follower_cannot("recordId")] if refusal else []
    if form.owner_id and owner is None and changing:
        problems.append(invalid_owner("ownerId"))
    if problems:
        raise Refused(*problems)
    for one in changing:
        assign(change, one, owner, keep_previous=form.keep_previous_owner_as_follower)
    for kind in dict.fromkeys(map(kind_of, changing)):
        warn_of_blind_owner(change, owner, kind)
    return change.outcome(kind_of(record), record, also_changed=_also_changed(change, record))


def _members(change: Change, record: Record) -> list[Record]:
    if change.practice.allow_different_owners:
        return [record]
    return change.members(record.id if isinstance(record, Contact) else record.contact_id)


def owner_refusal(
    change: Change, named: Record, changing: Iterable[Record]
) -> rules.Refusal | None:
    """Return why the viewer may not change these owners: the named record's reason first (C5)."""
    asked = sorted(changing, key=lambda one: one is not named)
    refusals = (rules.owner_change(change.viewer, audience(one)) for one in asked)
    return next((refusal for refusal in refusals if refusal), None)


def _also_changed(change: Change, named: Record) -> list[Ref]:
    """Return the other records that got another owner or follower, as far as the viewer sees."""
    others = [one for one in change.tracked if one.record is not named]
    changed = [one for one in others if one.before and one.before.assigned != one.record.assigned]
    return [ref_of(one.record) for one in changed if change.sees(one.kind, one.record)]


def follower_cannot(*path: str) -> Problem:
    """Return the answer to a follower who would change the owner (R34)."""
    return Problem(
        ErrorCode.FOLLOWER_CANNOT_CHANGE_OWNER,
        "Followers cannot change the owner. Ask the owner or an admin.",
        *path,
    )


def invalid_owner(*path: str) -> Problem:
    """Return the answer to an owner who is no active user of the practice (R36)."""
    return Problem(
        ErrorCode.INVALID_OWNER, "The owner must be an active user of this practice.", *path
    )


def assign(
    change: Change, record: Record, owner: User | None, *, keep_previous: bool = False
) -> None:
    """Make `owner` the owner of `record`, then follow the sync settings (R33, R44).

    Whoever becomes owner stops following. `keep_previous` makes the old owner a follower;
    refused with FOLLOWER_LIMIT if there is no free place.
    """
    previous = record.owner_id
    put_owner(change, record, owner.id if owner else None)
    if keep_previous and previous is not None and change.is_active(previous):
        if count_followers(record) >= MAX_FOLLOWERS:
            raise Refused(FollowerLimitProblem(MAX_FOLLOWERS, MAX_FOLLOWERS, "recordId"))
        add_follower(change, record, previous, FollowerSource.MANUAL)
    if owner is not None:
        sync_followers(change, record, owner.id)


def put_owner(change: Change, record: Record, owner_id: UUID | None) -> None:
    """Write the owner into slot 0; a follower who becomes owner leaves his slot."""
    gone = {owner_id}
    rest = tuple(a for a in record.assigned if a.slot != OWNER_SLOT and a.user_id not in gone)
    record.owner_id = owner_id
    if owner_id is not None:
        own = change.assignment(record, owner_id, OWNER_SLOT, FollowerSource.MANUAL.value)
        rest = (own, *rest)
    record.assigned = rest


def sync_followers(change: Change, record: Record, owner_id: UUID) -> None:
    """Make the new owner a follower of the other record, as the settings say (R33).

    It never refuses: without a free place it warns (R43).
    """
    practice = change.practice
    if not practice.allow_different_owners:
        return
    others: Iterable[Record] = ()
    if isinstance(record, Opportunity) and practice.make_opportunity_owner_follower_of_contact:
        others = change.family(record.contact_id)[:1]
    if isinstance(record, Contact) and practice.make_contact_owner_follower_of_opportunity:
        others = change.family(record.id)[1]
    for other in others:
        follow_automatically(change, other, owner_id)


def follow_automatically(change: Change, record: Record, user_id: UUID) -> None:
    """Add a follower if he is neither owner nor follower and a place is free, else warn (R43)."""
    if any(one.user_id == user_id for one in record.assigned):
        return
    if count_followers(record) < MAX_FOLLOWERS:
        add_follower(change, record, user_id, FollowerSource.SYNC)
        return
    kind = kind_of(record)
    change.note(
        Note(
            kind=kind.name,
            record_id=record.id,
            action="follower.auto_add_skipped",
            values={"user": [None, user_id]},
            silent=True,
        )
    )
    shown = ref_of(record) if change.sees(kind, record) else None
    message = "The record has ten followers already, so the new owner does not follow it."
    change.warnings.append(Notice(WarningCode.FOLLOWER_LIMIT_REACHED, message, shown, user_id))


def count_followers(record: Record) -> int:
    """Return how many users follow a record; the owner does not count (R40)."""
    return sum(one.slot != OWNER_SLOT for one in record.assigned)


def add_follower(change: Change, record: Record, user_id: UUID, source: FollowerSource) -> None:
    """Give a user the first free follower's slot."""
    taken = {one.slot for one in record.assigned}
    slot = next(slot for slot in range(1, MAX_FOLLOWERS + 1) if slot not in taken)
    added = change.assignment(record, user_id, slot, source.value)
    record.assigned = tuple(sorted((*record.assigned, added), key=_slot))


def _slot(assignment: Assignment) -> int:
    return assignment.slot


def warn_of_blind_owner(change: Change, owner: User | None, kind: Guarded) -> None:
    """Warn where an owner lacks the right to see records of `kind` (R36)."""
    if owner is None or viewer_of(owner, change.practice).may(kind.read):
        return
    message = "The new owner cannot see this record: the permission to read it is missing."
    change.warnings.append(Notice(WarningCode.OWNER_CANNOT_SEE, message, user=owner.id))

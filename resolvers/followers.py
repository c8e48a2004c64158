"""Followers: up to ten a record, who see and edit it (R40-R46)."""

from uuid import UUID

from models.assigned import MAX_FOLLOWERS, OWNER_SLOT
from models.user import User
from resolvers.change import Change
from resolvers.enums import ErrorCode, FollowerSource, WarningCode
from resolvers.forms import AddFollowers, RemoveFollowers
from resolvers.outcome import Notice, Outcome
from resolvers.owners import Record, add_follower, count_followers, kind_of
from resolvers.problems import FollowerLimitProblem, Problem, Refused, found, refuse


def add(change: Change, form: AddFollowers) -> Outcome:
    """Make users follow a record; all of them or none (R41, R42).

    Who follows or owns it already is skipped.
    """
    users = [change.active_user(ref) for ref in form.user_ids]
    record: Record = found(change.record(form.record_id, "recordId"))
    change.may_edit(kind_of(record))
    user_ids = _active_ids(users)
    present = {one.user_id for one in record.assigned}
    added = [user_id for user_id in user_ids if user_id not in present]
    skipped = [user_id for user_id in user_ids if user_id in present]
    current = count_followers(record)
    if added and current + len(added) > MAX_FOLLOWERS:
        raise Refused(FollowerLimitProblem(MAX_FOLLOWERS, current, "userIds"))
    for user_id in added:
        add_follower(change, record, user_id, FollowerSource.MANUAL)
    for user_id in skipped:
        message = "This user owns or follows the record already."
        change.warnings.append(
            Notice(WarningCode.ALREADY_FOLLOWING, message, form.record_id, user_id)
        )
    return change.outcome(kind_of(record), record, added=added, skipped=skipped)


def _active_ids(users: list[User | None]) -> list[UUID]:
    unknown = [
        Problem(
            ErrorCode.INVALID_FOLLOWER,
            "A follower must be an active user of this practice.",
            "userIds",
            str(place),
        )
        for place, user in enumerate(users)
        if user is None
    ]
    if unknown:
        raise Refused(*unknown)
    return list(dict.fromkeys(user.id for user in users if user))


def remove(change: Change, form: RemoveFollowers) -> Outcome:
    """Make users no longer follow a record; who does not follow it is passed over (R45)."""
    if form.user_ids is None and not form.all:
        raise refuse(ErrorCode.INVALID_INPUT, "Name the followers, or set `all`.")
    record: Record = found(change.record(form.record_id, "recordId"))
    change.may_edit(kind_of(record))
    named = {ref.id for ref in form.user_ids or () if ref.kind == "User"}
    gone = [
        one
        for one in record.assigned
        if one.slot != OWNER_SLOT and (form.all or one.user_id in named)
    ]
    record.assigned = tuple(one for one in record.assigned if one not in gone)
    removed = [one.user_id for one in gone]
    return change.outcome(kind_of(record), record, removed=removed)

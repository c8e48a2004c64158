"""Changes of users: create, rights, deactivation (R38, C8)."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, func, insert, or_, select, update

from models.contact import contact, contact_assigned
from models.opportunity import opportunity, opportunity_assigned
from models.user import User, user
from permissions.rights import DEFAULT_PERMISSIONS, Permission, UserRole
from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers.change import Change
from resolvers.enums import DeactivationStrategy, ErrorCode
from resolvers.ids import Ref
from resolvers.journal import Note
from resolvers.outcome import Outcome
from resolvers.owners import assign, invalid_owner
from resolvers.practice_forms import CreateUser, DeactivateUser, UpdateUserAccess
from resolvers.problems import Refused, forbidden, found, refuse

KIND = "User"


def create(change: Change, form: CreateUser) -> Outcome:
    """Add a user to the practice's staff."""
    change.require(Permission.TEAM_WRITE)
    permissions = DEFAULT_PERMISSIONS if form.permissions is None else frozenset(form.permissions)
    if form.role is UserRole.ADMIN:
        _admins_only(change)
    _refuse_giving(change, permissions)
    if change.viewer.restricted and not form.only_assigned_data:
        raise forbidden("You see only assigned data, so whom you add must, too.")
    _refuse_taken(change, form.email)
    key = change.seams.new_id()
    row = {
        "id": key,
        "practice_id": change.viewer.practice_id,
        "name": form.name,
        "email": form.email,
        "email_key": form.email,
        "role": form.role.value,
        "only_assigned_data": form.only_assigned_data,
        "permissions": _names(permissions),
        "active": True,
        "created_at": change.now,
    }
    change.connection.execute(insert(user), row)
    told = ("role", "only_assigned_data", "permissions", "active")
    _note(change, key, {name: [None, row[name]] for name in told})
    return Outcome(record=Ref(KIND, key))


def update_access(change: Change, form: UpdateUserAccess) -> Outcome:
    """Change a user's role, permissions and Only Assigned Data; his live boards start afresh."""
    target: User = found(change.user(form.id, "id"))
    change.require(Permission.TEAM_WRITE)
    new = _new_access(target, form)
    _refuse_escalation(change, target, new)
    if new.get("role") == UserRole.USER.value:
        _refuse_last_admin(change, target)
    if new:
        change.connection.execute(update(user).where(user.c.id == target.id).values(new))
        _note(change, target.id, {name: [getattr(target, name), new[name]] for name in new})
    return Outcome(record=Ref(KIND, target.id))


def _new_access(target: User, form: UpdateUserAccess) -> dict[str, Any]:
    wanted = {
        "role": form.role.value if form.role else None,
        "only_assigned_data": form.only_assigned_data,
        "permissions": None if form.permissions is None else _names(frozenset(form.permissions)),
    }
    return {
        name: value
        for name, value in wanted.items()
        if value is not None and value != getattr(target, name)
    }


def _refuse_escalation(change: Change, target: User, new: dict[str, Any]) -> None:
    viewer = change.viewer
    if viewer.is_admin:
        return
    if target.role == UserRole.ADMIN.value or new.get("role") == UserRole.ADMIN.value:
        _admins_only(change)
    if target.id == viewer.user_id:
        raise forbidden("You cannot change your own rights.")
    granted = set(new.get("permissions", ())) - set(target.permissions)
    _refuse_giving(change, frozenset(map(Permission, granted)))
    if viewer.restricted and new.get("only_assigned_data") is False:
        raise forbidden("You see only assigned data, so you cannot lift that for others.")


def _admins_only(change: Change) -> None:
    if not change.viewer.is_admin:
        raise forbidden("Only an admin can make or change an admin.")


def _refuse_giving(change: Change, permissions: frozenset[Permission]) -> None:
    if permissions - change.viewer.permissions:
        raise forbidden("You can give only permissions that you have.")


def _refuse_last_admin(change: Change, target: User) -> None:
    if target.role != UserRole.ADMIN.value or not target.active:
        return
    admins = select(user.c.id).where(
        user.c.practice_id == target.practice_id,
        user.c.role == UserRole.ADMIN.value,
        user.c.active.is_(True),
    )
    locked = list(change.connection.scalars(admins.order_by(user.c.id).with_for_update()))
    if locked == [target.id]:
        raise refuse(ErrorCode.LAST_ADMIN, "The practice needs at least one active admin.", "id")


def _refuse_taken(change: Change, email: str) -> None:
    statement = select(func.count()).where(
        user.c.practice_id == change.viewer.practice_id, user.c.email_key == email
    )
    if change.connection.scalar(statement):
        message = "There is a user with this e-mail address."
        raise refuse(ErrorCode.DUPLICATE_NAME, message, "email")


def deactivate(change: Change, form: DeactivateUser) -> Outcome:
    """End a user's access; his records go to somebody else, to nobody, or stay (R38)."""
    change.hold_practice()
    target: User = found(change.user(form.id, "id"))
    change.require(Permission.TEAM_WRITE)
    if target.role == UserRole.ADMIN.value:
        _admins_only(change)
    _refuse_last_admin(change, target)
    if target.id == change.viewer.user_id:
        raise forbidden("You cannot deactivate yourself.")
    heir = _heir(change, form, target)
    if target.active:
        change.connection.execute(update(user).where(user.c.id == target.id).values(active=False))
        _note(change, target.id, {"active": [True, False]})
    _hand_over(change, target.id, form.strategy, heir)
    return Outcome(record=Ref(KIND, target.id))


def _heir(change: Change, form: DeactivateUser, target: User) -> User | None:
    if form.strategy is not DeactivationStrategy.REASSIGN:
        return None
    heir = change.active_user(form.reassign_to_id) if form.reassign_to_id else None
    if heir is None or heir.id == target.id:
        raise Refused(invalid_owner("reassignToId"))
    return heir


def _hand_over(
    change: Change, user_id: UUID, strategy: DeactivationStrategy, heir: User | None
) -> None:
    """Free the user's followed records, and hand over those he owns (R31, R33 as an admin)."""
    keep = strategy is DeactivationStrategy.KEEP

    def his(assigned: Table) -> Select[Any]:
        found = select(assigned.c.record_id).where(assigned.c.user_id == user_id)
        return found.where(assigned.c.slot > 0) if keep else found

    contacts, cards = his(contact_assigned), his(opportunity_assigned)
    # Cards of his contacts show them: all cards are locked at once, by id (C3).
    locked = or_(opportunity.c.id.in_(cards), opportunity.c.contact_id.in_(contacts))
    for record in (
        *change.load(CONTACT, contact.c.id.in_(contacts)),
        *change.load(OPPORTUNITY, locked),
    ):
        if record.owner_id != user_id:
            record.assigned = tuple(a for a in record.assigned if a.user_id != user_id)
        elif not keep:
            assign(change, record, heir)


def _names(permissions: frozenset[Permission]) -> list[str]:
    return sorted(permission.value for permission in permissions)


def _note(change: Change, key: UUID, values: dict[str, list[Any]]) -> None:
    note = Note(
        kind=KIND, record_id=key, action=change.action, changed=sorted(values), values=values
    )
    change.note(note)

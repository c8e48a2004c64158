"""Ending access before its time: one token, or all that a user has (R38, P7)."""

from datetime import datetime

from sqlalchemy import update

from models.conflicts import insert_or
from models.user import User, revoked_token, user
from permissions.rights import Permission, UserRole
from resolvers.change import Change
from resolvers.ids import Ref
from resolvers.journal import Note
from resolvers.log import SESSION
from resolvers.outcome import Outcome
from resolvers.practice_forms import Logout, SignOutUser
from resolvers.problems import forbidden, found


def log_out(change: Change, form: Logout) -> Outcome:
    """End the caller's own access: that of the token he calls with, or of all his tokens."""
    credential = change.viewer.credential
    if form.everywhere or credential.token_id is None:
        # The clock of who made the token may be ahead of ours.
        _sign_out(change, change.viewer.user, credential.issued_at)
        return Outcome()
    row = {
        "token_id": credential.token_id,
        "practice_id": change.viewer.practice_id,
        "user_id": change.viewer.user_id,
        "expires_at": credential.expires_at,
    }
    ending = (
        insert_or(change.connection.dialect.name, revoked_token)
        .values(row)
        .on_conflict_do_nothing()
    )
    change.connection.execute(ending)
    _note(change, change.viewer.user)
    return Outcome()


def sign_out_user(change: Change, form: SignOutUser) -> Outcome:
    """End all tokens of a user, who may sign in again; needs TEAM_WRITE.

    Only an ADMIN signs out an ADMIN.
    """
    target: User = found(change.user(form.id, "id"))
    change.require(Permission.TEAM_WRITE)
    if target.role == UserRole.ADMIN.value and not change.viewer.is_admin:
        raise forbidden("Only an admin can sign out an admin.")
    _sign_out(change, target)
    return Outcome(record=Ref("User", target.id))


def _sign_out(change: Change, target: User, issued_at: datetime | None = None) -> None:
    until = max(change.now, issued_at or change.now)
    statement = update(user).where(user.c.id == target.id).values(signed_out_at=until)
    change.connection.execute(statement)
    _note(change, target)


def _note(change: Change, target: User) -> None:
    change.note(Note(kind=SESSION, record_id=target.id, action=change.action))

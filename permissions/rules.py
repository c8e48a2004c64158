"""What a viewer may change of a record he sees. Mutations and `viewerCan...` ask the same rules."""

from enum import Enum

from permissions.rights import Permission
from permissions.viewer import Viewer
from permissions.visibility import Guarded, HasAudience


class Refusal(Enum):
    """Why a change is not allowed, as a code of the API."""

    FORBIDDEN = "FORBIDDEN"
    FOLLOWER_CANNOT_CHANGE_OWNER = "FOLLOWER_CANNOT_CHANGE_OWNER"


def may_edit(kind: Guarded, viewer: Viewer) -> bool:
    """Return whether `viewer` may edit the records of `kind` that he sees (R20)."""
    return viewer.may(kind.write)


def may_delete(kind: Guarded, viewer: Viewer, record: HasAudience) -> bool:
    """Return whether `viewer` may delete `record`: an ADMIN, or its owner with the right (R21)."""
    if viewer.is_admin:
        return True
    return viewer.may(kind.delete) and record.owner == viewer.user_id


def owner_change(viewer: Viewer, record: HasAudience) -> Refusal | None:
    """Return why `viewer` may not change the owner of `record`; None if he may (R34, C5).

    It asks by relation alone: owner, follower or neither. A restricted viewer is never neither
    to a record he sees.
    """
    if viewer.is_admin or record.owner == viewer.user_id:
        return None
    if viewer.user_id in record.followers:
        return Refusal.FOLLOWER_CANNOT_CHANGE_OWNER
    return None if viewer.may(Permission.OWNER_CHANGE) else Refusal.FORBIDDEN


def may_change_owner(kind: Guarded, viewer: Viewer, record: HasAudience) -> bool:
    """Return whether `viewer` may change the owner of `record`."""
    return may_edit(kind, viewer) and owner_change(viewer, record) is None

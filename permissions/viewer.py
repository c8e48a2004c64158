"""Who asks."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from uuid import UUID

from models.practice import Practice
from models.user import User
from permissions.rights import EVERY_PERMISSION, Permission, UserRole


@dataclass(frozen=True, slots=True)
class Credential:
    """Whose access a request uses, and by which token; without one the program itself acts."""

    user_id: UUID
    token_id: UUID | None = None
    issued_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Viewer:
    """The user behind a request, with his rights of now, and how he signed in."""

    user: User
    practice: Practice
    permissions: frozenset[Permission]
    credential: Credential

    @cached_property
    def user_id(self) -> UUID:
        """The user's id."""
        return self.user.id

    @cached_property
    def practice_id(self) -> UUID:
        """The practice everything he sees belongs to (R02)."""
        return self.user.practice_id

    @cached_property
    def role(self) -> UserRole:
        """ADMIN or USER."""
        return UserRole(self.user.role)

    @cached_property
    def is_admin(self) -> bool:
        """Whether he is an ADMIN."""
        return self.role is UserRole.ADMIN

    @cached_property
    def restricted(self) -> bool:
        """Whether Only Assigned Data applies; it never does to an ADMIN (R01)."""
        return self.user.only_assigned_data and not self.is_admin

    def may(self, permission: Permission) -> bool:
        """Return whether he has `permission`."""
        return permission in self.permissions


def viewer_of(user: User, practice: Practice, credential: Credential | None = None) -> Viewer:
    """Return the viewer that `user` of `practice` is: an ADMIN has every permission (C5)."""
    permissions = EVERY_PERMISSION
    if user.role != UserRole.ADMIN.value:
        permissions = _permissions(tuple(user.permissions))
    return Viewer(user, practice, permissions, credential or Credential(user.id))


@lru_cache
def _permissions(names: tuple[str, ...]) -> frozenset[Permission]:
    """Return the permissions with these names; many users have the same."""
    return frozenset(Permission(name) for name in names)

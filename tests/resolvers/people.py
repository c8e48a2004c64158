"""Viewers for tests that need no database."""

from uuid import UUID

from models.practice import Practice
from models.user import User
from permissions.rights import DEFAULT_PERMISSIONS, Permission
from permissions.viewer import Viewer, viewer_of
from tests.resolvers.staff import START

PRACTICE = Practice(UUID(int=9), "spa", "USD", "UTC", "US", True, False, False, START)


def person(
    number: int,
    *,
    role: str = "USER",
    restricted: bool = False,
    permissions: frozenset[Permission] = DEFAULT_PERMISSIONS,
) -> Viewer:
    """Return a viewer of the practice; his id is `number`."""
    names = sorted(one.value for one in permissions)
    email = f"user{number}@spa.example"
    key = UUID(int=number)
    user = User(key, PRACTICE.id, f"User {number}", email, role, restricted, names, True, START)
    return viewer_of(user, PRACTICE)


VIEWER = person(1)

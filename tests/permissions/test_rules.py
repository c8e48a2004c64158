"""Who may change, delete and hand over what he sees: R01, R20, R21 and the table of R34."""

from typing import NamedTuple
from uuid import UUID

import pytest

from models.practice import Practice
from models.user import User
from permissions.rights import DEFAULT_PERMISSIONS, EVERY_PERMISSION, Permission, UserRole
from permissions.rules import Refusal, may_change_owner, may_delete, may_edit, owner_change
from permissions.viewer import Viewer, viewer_of
from permissions.visibility import CONTACT, OPPORTUNITY, Guarded, sees
from tests.resolvers.staff import START

ME, OTHER = UUID(int=1), UUID(int=2)
PRACTICE = Practice(UUID(int=9), "spa", "USD", "UTC", "US", True, False, False, START)
KINDS = (CONTACT, OPPORTUNITY)


class Record(NamedTuple):
    owner: UUID | None
    followers: frozenset[UUID] = frozenset()


OWNED = Record(ME, frozenset((OTHER,)))
FOLLOWED = Record(OTHER, frozenset((ME,)))
FOLLOWED_UNASSIGNED = Record(None, frozenset((ME, OTHER)))
STRANGE = Record(OTHER, frozenset((UUID(int=3),)))
UNASSIGNED = Record(None)
FOLLOWER = Refusal.FOLLOWER_CANNOT_CHANGE_OWNER


def viewer(
    role: str = "USER",
    *,
    restricted: bool = False,
    permissions: frozenset[Permission] = DEFAULT_PERMISSIONS,
) -> Viewer:
    names = [one.value for one in permissions]
    user = User(ME, PRACTICE.id, "me", "me@spa.example", role, restricted, names, True, START)
    return viewer_of(user, PRACTICE)


WITHOUT = DEFAULT_PERMISSIONS - {Permission.OWNER_CHANGE}
ACTORS = {
    "admin": viewer("ADMIN", permissions=frozenset()),
    "admin with the flag": viewer("ADMIN", restricted=True, permissions=frozenset()),
    "unrestricted": viewer(),
    "unrestricted without OWNER_CHANGE": viewer(permissions=WITHOUT),
    "restricted": viewer(restricted=True),
    "restricted without OWNER_CHANGE": viewer(restricted=True, permissions=WITHOUT),
}
# Owns it, follows it, follows it while nobody owns it, neither, neither while nobody owns it.
RELATIONS = (OWNED, FOLLOWED, FOLLOWED_UNASSIGNED, STRANGE, UNASSIGNED)
TABLE: dict[str, tuple[Refusal | None, ...]] = {
    "admin": (None, None, None, None, None),
    "admin with the flag": (None, None, None, None, None),
    "unrestricted": (None, FOLLOWER, FOLLOWER, None, None),
    "unrestricted without OWNER_CHANGE": (
        None,
        FOLLOWER,
        FOLLOWER,
        Refusal.FORBIDDEN,
        Refusal.FORBIDDEN,
    ),
    # He sees none of the last two: NOT_FOUND comes first. In a coupled family he is judged by
    # relation alone also on members he cannot see (C5).
    "restricted": (None, FOLLOWER, FOLLOWER, None, None),
    "restricted without OWNER_CHANGE": (
        None,
        FOLLOWER,
        FOLLOWER,
        Refusal.FORBIDDEN,
        Refusal.FORBIDDEN,
    ),
}
CELLS = [
    (actor, record, answer)
    for actor, answers in TABLE.items()
    for record, answer in zip(RELATIONS, answers, strict=True)
]


@pytest.mark.parametrize(("actor", "record", "answer"), CELLS)
def test_r34_every_cell_of_the_table(actor: str, record: Record, answer: Refusal | None) -> None:
    assert owner_change(ACTORS[actor], record) is answer
    for kind in KINDS:
        assert may_change_owner(kind, ACTORS[actor], record) is (answer is None)


@pytest.mark.parametrize("actor", ["restricted", "restricted without OWNER_CHANGE"])
def test_r34_a_restricted_stranger_does_not_even_see_the_record(actor: str) -> None:
    answers = [sees(kind, ACTORS[actor], record) for kind in KINDS for record in RELATIONS]
    assert answers == [True, True, True, False, False] * 2


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("record", RELATIONS)
def test_c5_without_the_write_right_not_even_the_owner_hands_over(
    kind: Guarded, record: Record
) -> None:
    reader = viewer(permissions=EVERY_PERMISSION - {kind.write})
    assert may_edit(kind, reader) is False
    assert may_change_owner(kind, reader, record) is False


@pytest.mark.parametrize(
    ("role", "flag", "restricted"),
    [
        ("ADMIN", False, False),
        ("ADMIN", True, False),
        ("USER", False, False),
        ("USER", True, True),
    ],
)
def test_r01_the_flag_restricts_a_user_and_never_an_admin(
    role: str, flag: bool, restricted: bool
) -> None:
    one = viewer(role, restricted=flag)
    assert one.restricted is restricted
    assert one.role is UserRole(role)
    assert one.is_admin is (role == "ADMIN")


def test_c5_an_admin_has_every_permission_whatever_is_stored() -> None:
    assert viewer("ADMIN", permissions=frozenset()).permissions == frozenset(Permission)
    assert viewer(permissions=frozenset()).permissions == frozenset()


def test_c8_a_new_user_lacks_six_permissions() -> None:
    lacking = {one.value for one in set(Permission) - DEFAULT_PERMISSIONS}
    assert lacking == {
        "TEAM_WRITE",
        "SETTINGS_WRITE",
        "WORKFLOWS_WRITE",
        "EXPORT",
        "IMPORT",
        "AUDIT_READ",
    }


@pytest.mark.parametrize("permission", list(Permission))
def test_r20_a_kind_is_edited_by_its_own_write_right(permission: Permission) -> None:
    one = viewer(permissions=frozenset((permission,)))
    assert may_edit(CONTACT, one) is (permission is Permission.CONTACTS_WRITE)
    assert may_edit(OPPORTUNITY, one) is (permission is Permission.OPPORTUNITIES_WRITE)


@pytest.mark.parametrize("permission", list(Permission))
def test_r21_an_owner_deletes_by_the_kind_s_own_delete_right(permission: Permission) -> None:
    one = viewer(permissions=frozenset((permission,)))
    assert may_delete(CONTACT, one, OWNED) is (permission is Permission.CONTACTS_DELETE)
    assert may_delete(OPPORTUNITY, one, OWNED) is (permission is Permission.OPPORTUNITIES_DELETE)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("record", RELATIONS[1:])
def test_r21_nobody_but_owner_and_admin_deletes(kind: Guarded, record: Record) -> None:
    for restricted in (False, True):
        everything = viewer(restricted=restricted, permissions=EVERY_PERMISSION)
        assert may_delete(kind, everything, record) is False
    assert may_delete(kind, viewer("ADMIN"), record) is True


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("record", RELATIONS)
def test_c5_without_the_read_right_nothing_is_seen(kind: Guarded, record: Record) -> None:
    for restricted in (False, True):
        blind = viewer(restricted=restricted, permissions=EVERY_PERMISSION - {kind.read})
        assert sees(kind, blind, record) is False

"""What callers send to change a practice: its settings, its staff, its contact types."""

from dataclasses import dataclass

from permissions.rights import Permission, UserRole
from resolvers.enums import DeactivationStrategy, OwnershipReconciliation
from resolvers.ids import Ref
from resolvers.inputs import EmailAddress, Name, TypeName


@dataclass(frozen=True, kw_only=True)
class UpdateOwnershipSettings:
    """What to change; turning different owners off while some differ needs `reconcile`."""

    allow_different_owners: bool | None = None
    make_opportunity_owner_follower_of_contact: bool | None = None
    make_contact_owner_follower_of_opportunity: bool | None = None
    reconcile: OwnershipReconciliation | None = None


@dataclass(frozen=True, kw_only=True)
class CreateUser:
    """A new member of the staff; without `permissions` he gets the usual ones."""

    name: Name
    email: EmailAddress
    role: UserRole = UserRole.USER
    only_assigned_data: bool = False
    permissions: list[Permission] | None = None


@dataclass(frozen=True, kw_only=True)
class UpdateUserAccess:
    """What to change of a user's rights."""

    id: Ref
    role: UserRole | None = None
    only_assigned_data: bool | None = None
    permissions: list[Permission] | None = None


@dataclass(frozen=True, kw_only=True)
class DeactivateUser:
    """What becomes of the records he owns; REASSIGN needs `reassign_to_id`."""

    id: Ref
    strategy: DeactivationStrategy
    reassign_to_id: Ref | None = None


@dataclass(frozen=True, kw_only=True)
class Logout:
    """Whether all tokens of the caller end, or only the one he calls with."""

    everywhere: bool = False


@dataclass(frozen=True, kw_only=True)
class SignOutUser:
    """Whose tokens end."""

    id: Ref


@dataclass(frozen=True, kw_only=True)
class CreateContactType:
    """The name of a new contact type, 1 to 50 characters."""

    name: TypeName


@dataclass(frozen=True, kw_only=True)
class RenameContactType:
    """The new name of a custom contact type."""

    id: Ref
    name: TypeName


@dataclass(frozen=True, kw_only=True)
class DeleteContactType:
    """The custom type to delete, and the type its contacts get."""

    id: Ref
    replacement_type_id: Ref | None = None

"""The enums of the contract, shown as they are."""

import strawberry

from permissions.rights import Permission, UserRole
from resolvers.enums import (
    ActorKind,
    Channel,
    ContactOrderField,
    DeactivationStrategy,
    DoNotDisturbStatus,
    ErrorCode,
    FollowerSource,
    OpportunityOrderField,
    OpportunityStatus,
    OrderDirection,
    OwnershipReconciliation,
    SnapshotReason,
    ValueSource,
    WarningCode,
)
from schema.kind import described

_SHOWN = (
    ActorKind,
    Channel,
    ContactOrderField,
    DeactivationStrategy,
    DoNotDisturbStatus,
    ErrorCode,
    FollowerSource,
    OpportunityOrderField,
    OpportunityStatus,
    OrderDirection,
    OwnershipReconciliation,
    Permission,
    SnapshotReason,
    UserRole,
    ValueSource,
    WarningCode,
)
for _values in _SHOWN:
    strawberry.enum(_values, description=described(_values))

__all__ = [
    "ActorKind",
    "Channel",
    "DoNotDisturbStatus",
    "ErrorCode",
    "FollowerSource",
    "OpportunityStatus",
    "Permission",
    "SnapshotReason",
    "UserRole",
    "ValueSource",
    "WarningCode",
]

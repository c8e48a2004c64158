"""The enums of the contract, shown as they are."""

import strawberry

from permissions.rights import Permission, UserRole
from resolvers.enums import (
    ActorKind,
    Channel,
    ContactOrderField,
    CustomFieldKind,
    CustomFieldObject,
    DeactivationStrategy,
    DocumentKind,
    DocumentStatus,
    DoNotDisturbStatus,
    ErrorCode,
    FileFormat,
    FollowerSource,
    OpportunityOrderField,
    OpportunityStatus,
    OrderDirection,
    OwnershipReconciliation,
    RecipientRole,
    SnapshotReason,
    ValueSource,
    WarningCode,
)
from schema.kind import described

_SHOWN = (
    ActorKind,
    Channel,
    ContactOrderField,
    CustomFieldKind,
    CustomFieldObject,
    DeactivationStrategy,
    DocumentKind,
    DocumentStatus,
    DoNotDisturbStatus,
    ErrorCode,
    FileFormat,
    FollowerSource,
    OpportunityOrderField,
    OpportunityStatus,
    OrderDirection,
    OwnershipReconciliation,
    Permission,
    RecipientRole,
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
    "CustomFieldKind",
    "CustomFieldObject",
    "DoNotDisturbStatus",
    "DocumentKind",
    "DocumentStatus",
    "ErrorCode",
    "FileFormat",
    "FollowerSource",
    "OpportunityStatus",
    "Permission",
    "RecipientRole",
    "SnapshotReason",
    "UserRole",
    "ValueSource",
    "WarningCode",
]

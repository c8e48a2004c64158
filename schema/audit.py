"""The audit trail as the API shows it."""

from datetime import datetime

import strawberry

from resolvers import audit_seen, pages
from schema.enums import ActorKind
from schema.kind import Node, kind
from schema.records import PageInfo
from schema.vocabulary import User


@kind(audit_seen.SeenChange)
class AuditChange:
    """What became of one field; what you may not know is left out."""

    field: str = strawberry.field(description="The field's name.")
    before: str | None
    after: str | None


@kind(audit_seen.SeenEntry)
class AuditEntry(Node):
    """One row of the audit trail: it is never changed, and removed only when its time is over."""

    number: int
    at: datetime
    actor: User | None
    actor_kind: ActorKind
    action: str
    record_kind: str
    record_id: strawberry.ID | None = strawberry.field(description="The record it is about.")
    changes: list[AuditChange]
    request_id: str | None
    hash: str


@kind(pages.Edge)
class AuditEdge:
    """A row at its place in the list."""

    cursor: str
    node: AuditEntry


@kind(pages.Page)
class AuditConnection:
    """A page of the audit trail."""

    edges: list[AuditEdge]
    nodes: list[AuditEntry]
    page_info: PageInfo
    total_count: int = strawberry.field(description="Of the rows that the filter leaves.")

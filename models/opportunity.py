"""Opportunities: the cards of a pipeline's board."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from models.assigned import Assignment, assigned_table, word_table
from models.base import (
    Amount,
    Id,
    Key,
    UtcDateTime,
    id_column,
    metadata,
    practice_column,
    within_practice,
)
from models.contact import Contact
from models.practice import of_practice

_alive = text("deleted_at IS NULL")

opportunity = Table(
    "opportunity",
    metadata,
    id_column(),
    practice_column(),
    Column("contact_id", Id(), nullable=False),
    Column("pipeline_id", Id(), nullable=False),
    Column("stage_id", Id(), nullable=False),
    Column("name", String(401), nullable=False),
    Column("name_key", Key, nullable=False),
    Column("follows_contact_name", Boolean(), nullable=False),
    Column("status", String(10), nullable=False),
    Column("lost_reason", String(200)),
    Column("value", Amount(), nullable=False),
    Column("value_source", String(10), nullable=False),
    Column("source", String(200)),
    Column("source_key", Key),
    Column("treatment_of_interest", String(200)),
    Column("owner_id", Id()),
    Column("stage_entered_at", UtcDateTime(), nullable=False),
    Column("status_changed_at", UtcDateTime(), nullable=False),
    Column("version", Integer(), nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    Column("updated_at", UtcDateTime(), nullable=False),
    Column("deleted_at", UtcDateTime()),
    # Grows with everything a card can show of itself and of its contact (ADR-0022).
    Column("revision", BigInteger(), nullable=False, server_default="1"),
    UniqueConstraint("practice_id", "id"),
    within_practice("contact_id", "contact"),
    ForeignKeyConstraint(
        ["practice_id", "pipeline_id", "stage_id"],
        ["stage.practice_id", "stage.pipeline_id", "stage.id"],
    ),
    within_practice("owner_id", "user"),
    Index(
        "uq_opportunity_contact_pipeline",
        "contact_id",
        "pipeline_id",
        unique=True,
        sqlite_where=_alive,
        postgresql_where=_alive,
    ),
    Index(
        "ix_opportunity_board",
        "stage_id",
        "status",
        "created_at",
        "id",
        sqlite_where=_alive,
        postgresql_where=_alive,
    ),
    Index(
        "ix_opportunity_value",
        "stage_id",
        "status",
        "value",
        "id",
        sqlite_where=_alive,
        postgresql_where=_alive,
    ),
    Index("ix_opportunity_created", "practice_id", "created_at", "id"),
)

# Stage, status and creation are repeated here so that a restricted viewer's board page is read
# from one index, however many cards the practice has.
opportunity_assigned = assigned_table(
    "opportunity",
    Column("stage_id", Id(), nullable=False),
    Column("status", String(10), nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
    Index(
        "ix_opportunity_assigned_board", "user_id", "stage_id", "status", "created_at", "record_id"
    ),
)
opportunity_word = word_table("opportunity")

# Count and value of the cards of a stage and status: of everybody (`EVERYBODY`), and of what each
# user owns or follows. Kept by every change in its transaction; `check` recomputes it.
EVERYBODY = UUID(int=0)
opportunity_total = Table(
    "opportunity_total",
    metadata,
    practice_column(primary_key=True),
    Column("user_id", Id(), primary_key=True),
    Column("stage_id", Id(), primary_key=True),
    Column("status", String(10), primary_key=True),
    Column("count", BigInteger(), nullable=False),
    Column("value", Amount(digits=30), nullable=False),
    of_practice(),
    sqlite_with_rowid=False,
)


@dataclass(slots=True)
class Opportunity:
    """A card on a pipeline's board: one possible sale to one contact.

    `value` is in the practice's currency. While `follows_contact_name`, the name is the contact's
    (C7). `assigned` holds the owner and the followers by slot, `contact_record` the contact where
    it was read too, `document_total` how many documents hang on the card itself.
    """

    id: UUID
    practice_id: UUID
    contact_id: UUID
    pipeline_id: UUID
    stage_id: UUID
    name: str
    follows_contact_name: bool
    status: str
    lost_reason: str | None
    value: Decimal
    value_source: str
    source: str | None
    treatment_of_interest: str | None
    owner_id: UUID | None
    stage_entered_at: datetime
    status_changed_at: datetime
    version: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None
    assigned: tuple[Assignment, ...] = ()
    contact_record: Contact | None = None
    document_total: int = 0

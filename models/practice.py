"""A practice (tenant) and its vocabulary: pipelines, stages, contact types and tags."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from models.base import Id, Key, UtcDateTime, id_column, metadata, practice_column, within_practice

practice = Table(
    "practice",
    metadata,
    id_column(),
    Column("name", String(200), nullable=False),
    Column("name_key", Key, nullable=False, unique=True),
    Column("currency", String(3), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("country", String(2), nullable=False),
    Column("allow_different_owners", Boolean(), nullable=False),
    Column("make_opportunity_owner_follower_of_contact", Boolean(), nullable=False),
    Column("make_contact_owner_follower_of_opportunity", Boolean(), nullable=False),
    Column("created_at", UtcDateTime(), nullable=False),
)

# The number of the last event of each practice, in a table of its own (C3), and the revision of
# what its cards show of users, types, tags, stages and pipelines (ADR-0022).
practice_head = Table(
    "practice_head",
    metadata,
    Column("practice_id", Id(), ForeignKey("practice.id"), primary_key=True),
    Column("seq", BigInteger(), nullable=False),
    Column("vocabulary", BigInteger(), nullable=False, server_default="1"),
)


def of_practice() -> ForeignKeyConstraint:
    """Return the foreign key of a row to its practice."""
    return ForeignKeyConstraint(["practice_id"], ["practice.id"])


pipeline = Table(
    "pipeline",
    metadata,
    id_column(),
    practice_column(),
    Column("name", String(200), nullable=False),
    Column("locked", Boolean(), nullable=False),
    UniqueConstraint("practice_id", "id"),
    UniqueConstraint("practice_id", "name"),
    of_practice(),
)

stage = Table(
    "stage",
    metadata,
    id_column(),
    practice_column(),
    Column("pipeline_id", Id(), nullable=False),
    Column("name", String(200), nullable=False),
    Column("position", Integer(), nullable=False),
    UniqueConstraint("practice_id", "id"),
    UniqueConstraint("practice_id", "pipeline_id", "id"),
    UniqueConstraint("pipeline_id", "position"),
    within_practice("pipeline_id", "pipeline"),
)

contact_type = Table(
    "contact_type",
    metadata,
    id_column(),
    practice_column(),
    Column("name", String(50), nullable=False),
    Column("name_key", Key, nullable=False),
    Column("system", Boolean(), nullable=False),
    UniqueConstraint("practice_id", "id"),
    UniqueConstraint("practice_id", "name_key"),
    of_practice(),
)

tag = Table(
    "tag",
    metadata,
    id_column(),
    practice_column(),
    Column("name", String(200), nullable=False),
    Column("name_key", Key, nullable=False),
    Column("system", Boolean(), nullable=False),
    UniqueConstraint("practice_id", "id"),
    UniqueConstraint("practice_id", "name_key"),
    of_practice(),
)


@dataclass(slots=True)
class Practice:
    """One med spa: everything else belongs to exactly one (R02)."""

    id: UUID
    name: str
    currency: str
    time_zone: str
    country: str
    allow_different_owners: bool
    make_opportunity_owner_follower_of_contact: bool
    make_contact_owner_follower_of_opportunity: bool
    created_at: datetime


@dataclass(slots=True)
class Pipeline:
    """A sequence of stages; the seeded one is locked (R70)."""

    id: UUID
    practice_id: UUID
    name: str
    locked: bool


@dataclass(slots=True)
class Stage:
    """One column of a pipeline's board; `position` counts from 0."""

    id: UUID
    practice_id: UUID
    pipeline_id: UUID
    name: str
    position: int


@dataclass(slots=True)
class ContactType:
    """What a contact is: the system types Lead and Patient, and custom ones (R50-R54)."""

    id: UUID
    practice_id: UUID
    name: str
    system: bool


@dataclass(slots=True)
class Tag:
    """A word of the practice's vocabulary for contacts (R57)."""

    id: UUID
    practice_id: UUID
    name: str
    system: bool

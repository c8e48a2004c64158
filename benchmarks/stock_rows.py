"""The same tables as entities of SQLAlchemy's ORM, as its documentation spells them."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import DeclarativeBase, Mapped

from models import contact as contacts
from models import opportunity as opportunities
from models import practice as practices
from models import user as users
from models.base import metadata


class Base(DeclarativeBase):
    """The declarative base over the product's tables."""

    metadata = metadata


class UserRow(Base):
    """A member of the staff."""

    __table__ = users.user
    id: Mapped[UUID]
    name: Mapped[str]
    role: Mapped[str]
    only_assigned_data: Mapped[bool]
    practice_id: Mapped[UUID]


class PracticeRow(Base):
    """A practice."""

    __table__ = practices.practice
    id: Mapped[UUID]
    currency: Mapped[str]


class StageRow(Base):
    """A stage."""

    __table__ = practices.stage
    id: Mapped[UUID]
    name: Mapped[str]
    pipeline_id: Mapped[UUID]
    position: Mapped[int]


class TagRow(Base):
    """A tag."""

    __table__ = practices.tag
    id: Mapped[UUID]
    name: Mapped[str]


class ContactTagRow(Base):
    """A contact's tag."""

    __table__ = contacts.contact_tag
    contact_id: Mapped[UUID]
    tag_id: Mapped[UUID]


class ContactRow(Base):
    """A contact."""

    __table__ = contacts.contact
    id: Mapped[UUID]
    name: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]


class ContactAssignedRow(Base):
    """Who owns or follows a contact."""

    __table__ = contacts.contact_assigned
    record_id: Mapped[UUID]
    user_id: Mapped[UUID]


class OpportunityRow(Base):
    """An opportunity."""

    __table__ = opportunities.opportunity
    id: Mapped[UUID]
    contact_id: Mapped[UUID]
    stage_id: Mapped[UUID]
    owner_id: Mapped[UUID | None]
    name: Mapped[str]
    status: Mapped[str]
    value: Mapped[Decimal]
    source: Mapped[str | None]
    stage_entered_at: Mapped[datetime]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class AssignedRow(Base):
    """Who owns or follows an opportunity."""

    __table__ = opportunities.opportunity_assigned
    record_id: Mapped[UUID]
    user_id: Mapped[UUID]
    slot: Mapped[int]
    stage_id: Mapped[UUID]
    status: Mapped[str]
    created_at: Mapped[datetime]


class TotalRow(Base):
    """Count and value of a stage."""

    __table__ = opportunities.opportunity_total
    practice_id: Mapped[UUID]
    user_id: Mapped[UUID]
    stage_id: Mapped[UUID]
    status: Mapped[str]
    count: Mapped[int]
    value: Mapped[Decimal]

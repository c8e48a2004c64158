"""What the rules ask of all contacts and opportunities, whoever may see them."""

from uuid import UUID

from sqlalchemy import Connection, and_, func, select

from models.contact import contact
from models.opportunity import opportunity


def present_contact(
    connection: Connection, practice_id: UUID, column: str, value: str, but: UUID | None
) -> UUID | None:
    """Return the contact of the practice, other than `but`, that has this e-mail or phone key."""
    statement = select(contact.c.id).where(
        contact.c.practice_id == practice_id,
        contact.c[column] == value,
        contact.c.deleted_at.is_(None),
    )
    if but is not None:
        statement = statement.where(contact.c.id != but)
    key: UUID | None = connection.scalar(statement)
    return key


def present_opportunity(connection: Connection, contact_id: UUID, pipeline_id: UUID) -> UUID | None:
    """Return the one opportunity of a contact in a pipeline (R71), whoever may see it."""
    key: UUID | None = connection.scalar(
        select(opportunity.c.id).where(
            opportunity.c.contact_id == contact_id,
            opportunity.c.pipeline_id == pipeline_id,
            opportunity.c.deleted_at.is_(None),
        )
    )
    return key


def contacts_of_type(connection: Connection, type_id: UUID) -> int:
    """Return how many contacts have a type: seen or not, deleted or not (R53)."""
    statement = select(func.count()).select_from(contact).where(contact.c.type_id == type_id)
    return connection.scalar(statement) or 0


def differing_opportunities(connection: Connection, practice_id: UUID) -> list[UUID]:
    """Return the opportunities whose owner is not their contact's owner (K1)."""
    joined = opportunity.join(contact, contact.c.id == opportunity.c.contact_id)
    statement = (
        select(opportunity.c.id)
        .select_from(joined)
        .where(
            and_(
                opportunity.c.practice_id == practice_id,
                opportunity.c.deleted_at.is_(None),
                opportunity.c.owner_id.is_distinct_from(contact.c.owner_id),
            )
        )
        .order_by(opportunity.c.id)
    )
    return list(connection.scalars(statement))

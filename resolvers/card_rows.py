"""Cards nobody was shown yet: read with their contacts, and with no column nobody asked for.

What was not read has no value: whoever looks at it anyway gets an AttributeError, not a wrong one.
"""

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Select, and_, select

from models.among import among_given
from models.contact import contact
from models.opportunity import opportunity
from models.packed import read_rows
from resolvers.lens import Lens
from resolvers.loading import Wants, below_contact, read_around
from resolvers.seen import SeenContact, SeenOpportunity

T = TypeVar("T", SeenContact, SeenOpportunity)
Names = tuple[str, ...]

# What places in lists and the rules of visibility are told by.
_CARD = ("id", "contact_id", "stage_id", "owner_id", "name", "value")
_MOMENTS = ("created_at", "updated_at", "stage_entered_at")
_OF_CARD: dict[str, Names] = {
    "pipeline": ("pipeline_id",),
    "status": ("status",),
    "lostReason": ("lost_reason",),
    "valueSource": ("value_source",),
    "source": ("source",),
    "treatmentOfInterest": ("treatment_of_interest",),
    "statusChangedAt": ("status_changed_at",),
    "version": ("version",),
}
_CONTACT = ("id", "owner_id", "name")
_OF_CONTACT: dict[str, Names] = {
    "firstName": ("first_name",),
    "lastName": ("last_name",),
    "email": ("email",),
    "phone": ("phone",),
    "type": ("type_id",),
    "source": ("source",),
    "doNotDisturb": ("do_not_disturb_all", "blocked_channels"),
    "createdAt": ("created_at",),
    "updatedAt": ("updated_at",),
    "version": ("version",),
}


class _Reading(NamedTuple):
    """A statement, what makes cards of its first columns, and contacts of the others."""

    statement: Select[Any]
    width: int
    card: Callable[[Lens, Sequence[Any]], SeenOpportunity]
    contact: Callable[[Lens, Sequence[Any]], SeenContact] | None


def read_cards(
    connection: Connection, lens: Lens, keys: Collection[UUID], wants: Wants
) -> list[SeenOpportunity]:
    """Return cards by their ids, whoever may see them, with all that `wants` names around them."""
    reading = _reading(wants)
    width = reading.width
    cards = []
    for row in read_rows(connection, reading.statement, {"keys": list(keys)}):
        card = reading.card(lens, row[:width])
        card.contact_record = None
        if reading.contact and row[width] is not None:
            card.contact_record = reading.contact(lens, row[width:])
        cards.append(card)
    read_around(connection, lens, cards, wants)
    return cards


def _filling(kind: type[T], names: Names) -> Callable[[Lens, Sequence[Any]], T]:
    """Return the function that makes a record of a row: written out, as it runs for each card."""
    targets = "".join(f"one.{name}, " for name in names)
    source = f"""def filled(lens, values):
        one = new(kind)
        one.lens, one.assigned = lens, ()
        {targets}= values
        return one"""
    made: dict[str, Any] = {"kind": kind, "new": kind.__new__}
    exec(source, made)
    filled: Callable[[Lens, Sequence[Any]], T] = made["filled"]
    return filled


@lru_cache(maxsize=512)
def _reading(wants: Wants) -> _Reading:
    card = (*_CARD, *_MOMENTS, *_asked(_OF_CARD, wants))
    people = _asked(_OF_CONTACT, below_contact(wants))
    shown = () if wants.isdisjoint(("contact", "contactCard")) else (*_CONTACT, *people)
    columns = [opportunity.c[name] for name in card] + [contact.c[name] for name in shown]
    statement = select(*columns).where(among_given(opportunity.c.id))
    if shown:
        present = and_(contact.c.id == opportunity.c.contact_id, contact.c.deleted_at.is_(None))
        statement = statement.select_from(opportunity.outerjoin(contact, present))
    contacts = _filling(SeenContact, shown) if shown else None
    return _Reading(statement, len(card), _filling(SeenOpportunity, card), contacts)


def _asked(columns: dict[str, Names], wants: Wants) -> list[str]:
    return [name for field, names in columns.items() if field in wants for name in names]

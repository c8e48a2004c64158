"""How inputs are declared. The schema derives its input types from such classes.

A field without a default is required; `X | None = None` may be null or absent; ABSENT tells
absent from null (C6). `Annotated[str, Text(n)]` is cleaned before a resolver sees it.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Final

from resolvers.enums import ContactOrderField, OpportunityOrderField, OrderDirection


class Absent(Enum):
    """The type of ABSENT."""

    ABSENT = "ABSENT"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Text:
    """A text of at most `longest` characters, trimmed; a blank one counts as null."""

    longest: int


@dataclass(frozen=True, slots=True)
class Email(Text):
    """An e-mail address, lowercased."""


@dataclass(frozen=True, slots=True)
class Phone(Text):
    """A phone number, as E.164; without + it is read in the practice's country."""


@dataclass(frozen=True, slots=True)
class FileName(Text):
    """The name of a file: without folders, controls or marks that turn its letters round."""


@dataclass(frozen=True, slots=True)
class Line(Text):
    """A text of one line, without marks that turn its letters round."""


@dataclass(frozen=True, slots=True)
class Search:
    """A text to search for, as long as the limits allow; a blank one counts as null."""


@dataclass(frozen=True, slots=True)
class NotNegative:
    """An amount of at least zero."""


Name = Annotated[str, Text(200)]
FileNameText = Annotated[str, FileName(200)]
Description = Annotated[str, Text(2000)]
TypeName = Annotated[str, Text(50)]
EmailAddress = Annotated[str, Email(254)]
PhoneNumber = Annotated[str, Phone(50)]
Value = Annotated[Decimal, NotNegative()]


@dataclass(frozen=True, kw_only=True)
class ContactOrder:
    """An order of contacts; ties go by id in the same direction."""

    field: ContactOrderField
    direction: OrderDirection = OrderDirection.DESC


@dataclass(frozen=True, kw_only=True)
class OpportunityOrder:
    """An order of opportunities; ties go by id in the same direction."""

    field: OpportunityOrderField
    direction: OrderDirection = OrderDirection.DESC


@dataclass(frozen=True, kw_only=True)
class DateTimeRange:
    """From inclusive, to exclusive; either end may be open."""

    from_: datetime | None = None
    to: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class DecimalRange:
    """Both ends inclusive; either may be open."""

    min: Decimal | None = None
    max: Decimal | None = None


def api_name(name: str) -> str:
    """Return how the API spells a Python name.

    >>> api_name("owner_id")
    'ownerId'
    """
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)

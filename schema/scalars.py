"""Scalars of our own: the stock ones accept floats, NaN and times without a zone (C6)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_AMOUNT = re.compile(r"-?\d{1,10}(\.\d{1,2})?", re.ASCII)
_CENT = Decimal("0.01")


def write_time(moment: datetime) -> str:
    """Return a moment as RFC 3339 in UTC with six decimals.

    >>> write_time(datetime(2026, 1, 1, tzinfo=UTC))
    '2026-01-01T00:00:00.000000Z'
    """
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")[:-6] + "Z"


def read_time(text: Any) -> datetime:
    """Return the moment that an RFC 3339 text with a zone names; finer than 1 us is cut."""
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise GraphQLError("A DateTime is written like 2026-01-31T09:30:00Z, with its zone.")
    day, clock, fraction, zone = match.groups()
    micro = (fraction or "")[:6].ljust(6, "0")
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}.{micro}{zone.upper()}")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise GraphQLError("There is no such date or time.") from error


def write_amount(amount: Decimal) -> str:
    """Return an amount with exactly two decimals.

    >>> write_amount(Decimal(500))
    '500.00'
    """
    return str(amount.quantize(_CENT))


def read_amount(text: Any) -> Decimal:
    """Return the amount that a string of digits with at most two decimals names."""
    if not isinstance(text, str) or not _AMOUNT.fullmatch(text):
        raise GraphQLError('A Decimal is a string like "500.00", below 10000000000.')
    return Decimal(text).quantize(_CENT)


SCALARS: Mapping[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="RFC 3339. Input needs a zone; output is UTC with six decimals and Z.",
        serialize=write_time,
        parse_value=read_time,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description="An exact amount as a string, with two decimals in answers.",
        serialize=write_amount,
        parse_value=read_amount,
    ),
}

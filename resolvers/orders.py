"""Orders of lists: by one column, ties by id in the same direction (C9)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, UnaryExpression, and_, or_

from models.base import from_microseconds, to_microseconds
from models.contact import contact
from models.opportunity import opportunity
from models.text import fold
from permissions.rights import Permission
from permissions.viewer import Viewer
from resolvers.enums import ContactOrderField, OpportunityOrderField, OrderDirection
from resolvers.inputs import ContactOrder, OpportunityOrder
from resolvers.problems import Forbidden

_ID_BITS = 128
_NUMBER_DIGITS = 16
_NUMBER_OFFSET = 1 << 63


@dataclass(frozen=True)
class Order:
    """One order: its column, and the value of a record in it."""

    name: str
    descending: bool
    column: ColumnElement[Any]
    id_column: ColumnElement[Any]
    value_of: Callable[[Any], Any]

    @property
    def by(self) -> tuple[UnaryExpression[Any], UnaryExpression[Any]]:
        """What to order a statement by."""
        return self._directed(self.descending)

    @property
    def reversed_by(self) -> tuple[UnaryExpression[Any], UnaryExpression[Any]]:
        """What to order a statement by to begin at the end."""
        return self._directed(not self.descending)

    def _directed(self, down: bool) -> tuple[UnaryExpression[Any], UnaryExpression[Any]]:
        if down:
            return self.column.desc(), self.id_column.desc()
        return self.column.asc(), self.id_column.asc()

    def after(self, value: Any, key: UUID) -> ColumnElement[bool]:
        """Return the condition for the rows after a place."""
        return self._side(value, key, up=not self.descending)

    def before(self, value: Any, key: UUID) -> ColumnElement[bool]:
        """Return the condition for the rows before a place."""
        return self._side(value, key, up=self.descending)

    def until(self, value: Any, key: UUID) -> ColumnElement[bool]:
        """Return the condition for the rows before a place and the row at it."""
        return self._side(value, key, up=self.descending, touching=True)

    def since(self, value: Any, key: UUID) -> ColumnElement[bool]:
        """Return the condition for the row at a place and the rows after it."""
        return self._side(value, key, up=not self.descending, touching=True)

    def _side(
        self, value: Any, key: UUID, *, up: bool, touching: bool = False
    ) -> ColumnElement[bool]:
        # The first part is what an index is entered by; the second cuts the tie.
        column, ids = self.column, self.id_column
        if up:
            tied = ids >= key if touching else ids > key
            return and_(column >= value, or_(column > value, tied))
        tied = ids <= key if touching else ids < key
        return and_(column <= value, or_(column < value, tied))

    def place_of(self, record: Any) -> list[Any]:
        """Return a record's place, as a page cursor stores it."""
        return [self.name, self.descending, _stored(self.value_of(record)), record.id.hex]

    def sort_key(self, record: Any) -> str:
        """Return a text that sorts like the record: compared as plain strings, ascending."""
        value = self.value_of(record)
        if isinstance(value, str):
            head = _text_key(value, down=self.descending)
        else:
            head = _number_key(_number(value), down=self.descending)
        key = record.id.int
        tail = (1 << _ID_BITS) - 1 - key if self.descending else key
        return f"{head}{tail:032x}"


def restored(order: Order, stored: Any) -> Any:
    """Return the value that `place_of` stored, as the order's column compares it."""
    if order.name == "NAME":
        return stored
    return Decimal(stored) if order.name == "VALUE" else from_microseconds(stored)


def contact_order(asked: ContactOrder | None) -> Order:
    """Return the order of a list of contacts; newest first if none is asked for."""
    field = asked.field if asked else ContactOrderField.CREATED_AT
    down = asked is None or asked.direction is OrderDirection.DESC
    return Order(field.value, down, _column(contact.c, field), contact.c.id, _VALUES[field.value])


def opportunity_order(asked: OpportunityOrder | None, viewer: Viewer) -> Order:
    """Return the order of opportunities; newest first if none is asked for.

    Raises Forbidden for an order by value without OPPORTUNITY_VALUE_READ (R18).
    """
    field = asked.field if asked else OpportunityOrderField.CREATED_AT
    down = asked is None or asked.direction is OrderDirection.DESC
    by_value = field is OpportunityOrderField.VALUE
    if by_value and not viewer.may(Permission.OPPORTUNITY_VALUE_READ):
        raise Forbidden("You may not see values, so you cannot sort by them.")
    column = _column(opportunity.c, field)
    return Order(field.value, down, column, opportunity.c.id, _VALUES[field.value])


def _column(columns: Any, field: ContactOrderField | OpportunityOrderField) -> ColumnElement[Any]:
    name = "name_key" if field.value == "NAME" else field.value.lower()
    column: ColumnElement[Any] = columns[name]
    return column


_VALUES: dict[str, Callable[[Any], Any]] = {
    "CREATED_AT": lambda record: record.created_at,
    "UPDATED_AT": lambda record: record.updated_at,
    "STAGE_ENTERED_AT": lambda record: record.stage_entered_at,
    "VALUE": lambda record: record.value,
    "NAME": lambda record: fold(record.name),
}


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_microseconds(value)
    return str(value) if isinstance(value, Decimal) else value


def _number(value: datetime | Decimal) -> int:
    if isinstance(value, datetime):
        return to_microseconds(value)
    return int(value.scaleb(2))


def _number_key(number: int, *, down: bool) -> str:
    shifted = _NUMBER_OFFSET + (-number if down else number)
    return f"{shifted:0{_NUMBER_DIGITS}x}"


def _text_key(text: str, *, down: bool) -> str:
    raw = text.encode()
    if down:
        return bytes(255 - byte for byte in raw).hex() + "ff"
    return raw.hex() + "00"

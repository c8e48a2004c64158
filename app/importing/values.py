"""Cells as values: texts, moments, amounts, lists."""

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from models.practice import Practice
from resolvers.clean import Unclean, clean_text
from resolvers.enums import ErrorCode
from resolvers.inputs import Email, Phone, Text
from resolvers.problems import Refused, refuse

_DAY_FIRST = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4})")
_SEPARATOR = re.compile(r"[;,|]")
_RULES: dict[str, Text] = {"email": Email(254), "phone": Phone(50)}
_NAME = Text(200)
_MOST = Decimal("9999999999.99")


class Cells:
    """The texts of a row, as values of a practice; a blank cell is None."""

    def __init__(self, values: dict[str, str], practice: Practice) -> None:
        """Take texts by field."""
        self._values = values
        self._practice = practice

    def has(self, *fields: str) -> bool:
        """Return whether one of the fields is filled."""
        return any(field in self._values for field in fields)

    def text(self, field: str) -> str | None:
        """Return a text as it is stored; Refused where it cannot be."""
        raw = self._values.get(field)
        try:
            return (
                clean_text(raw, _RULES.get(field, _NAME), self._practice.country) if raw else None
            )
        except Unclean as error:
            raise _invalid(field, str(error)) from None

    def texts(self, field: str) -> list[str]:
        """Return the texts of a list, separated by ; or , or |."""
        parts = _SEPARATOR.split(self._values.get(field, ""))
        try:
            texts = [clean_text(part, _NAME, self._practice.country) for part in parts]
        except Unclean as error:
            raise _invalid(field, str(error)) from None
        return [text for text in texts if text]

    def moment(self, field: str) -> datetime | None:
        """Return a moment: ISO 8601, or day-month-year; without a zone, in the practice's."""
        raw = self._values.get(field)
        if raw is None:
            return None
        try:
            if found := _DAY_FIRST.fullmatch(raw):
                day, month, year = map(int, found.groups())
                moment = datetime(year, month, day)  # the zone follows below
            else:
                moment = datetime.fromisoformat(raw)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=ZoneInfo(self._practice.time_zone))
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            message = "This is no date: write 2026-01-31, 2026-01-31 12:30:00 or 31-01-2026."
            raise _invalid(field, message) from None

    def amount(self, field: str) -> Decimal | None:
        """Return an amount of money: not negative, at most two decimals."""
        raw = self._values.get(field)
        if raw is None:
            return None
        try:
            amount = Decimal(raw)
        except InvalidOperation:
            raise _invalid(field, "This is no amount: write 1234.56.") from None
        if not amount.is_finite() or not 0 <= amount <= _MOST or amount != round(amount, 2):
            raise _invalid(field, "An amount is not negative and has at most two decimals.")
        return round(amount, 2)


def _invalid(field: str, message: str) -> Refused:
    return refuse(ErrorCode.INVALID_INPUT, f"{field}: {message}")

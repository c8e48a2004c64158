"""A clock for servers under test."""

from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that tests set forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return the time of now, as this clock has it."""
        return datetime.now(UTC) + self.ahead

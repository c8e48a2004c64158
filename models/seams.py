"""What the world gives: the time and new ids. Tests replace them here and nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def new_id() -> UUID:
    """Return a fresh UUIDv7: unique, and roughly ordered by time."""
    return uuid7()


@dataclass(frozen=True, slots=True)
class Seams:
    """The clock and the id source of one process."""

    now: Callable[[], datetime] = utc_now
    new_id: Callable[[], UUID] = new_id

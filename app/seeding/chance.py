"""Chance that repeats itself: the same choices and ids for the same seed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import TypeVar
from uuid import UUID

from models.base import to_microseconds
from models.seams import Seams

T = TypeVar("T")

# The moment at which every demo practice is made (C12).
CLOCK = datetime(2026, 1, 1, tzinfo=UTC)
CLOCK_MICROSECONDS = to_microseconds(CLOCK)
_VERSION_7 = 7 << 76
_VARIANT = 2 << 62


class Chance:
    """Choices of one seed."""

    def __init__(self, seed: str) -> None:
        """Begin anew with `seed`."""
        self._random = Random(seed)
        self.fraction = self._random.random

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices."""
        return choices[int(self.fraction() * len(choices))]

    def below(self, limit: int) -> int:
        """Return a number from 0 to `limit` - 1."""
        return int(self.fraction() * limit)

    def some(self, choices: Sequence[T], count: int) -> list[T]:
        """Return `count` different ones of the choices, or all if there are fewer."""
        return self._random.sample(choices, min(count, len(choices)))

    def key(self, microseconds: int) -> str:
        """Return the hexadecimal form of a UUIDv7 of that moment (RFC 9562)."""
        bits = self._random.getrandbits(74)
        low = bits & ((1 << 62) - 1)
        high = (bits >> 62) << 64
        return f"{(microseconds // 1000) << 80 | _VERSION_7 | high | _VARIANT | low:032x}"

    def seams(self) -> Seams:
        """Return a clock that stands still, and ids that repeat themselves."""
        return Seams(lambda: CLOCK, lambda: UUID(hex=self.key(CLOCK_MICROSECONDS)))

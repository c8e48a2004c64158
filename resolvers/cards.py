"""Cards as they were shown, kept by revision (ADR-0022).

A shelf holds cards under one selection and for viewers who see the same. What is on it is looked
up by key and revision as the database names them now, so it is never stale, only forgotten.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from decimal import Decimal
from threading import Lock
from typing import NamedTuple
from uuid import UUID

import orjson

from permissions.viewer import Viewer
from resolvers.lens import Known
from resolvers.loading import Wants
from resolvers.seen import SeenOpportunity
from resolvers.sharing import Need

MOST_BYTES = 64 * 1024 * 1024
# No practice has more than this part, however much its viewers ask for.
_PART_OF_PRACTICE = 4
_MOST_PRACTICES = 1000
_OVERHEAD = 600  # of what is kept around the text of a card or a selection


class ShownCard:
    """A card as JSON, and its places in the orders of lists."""

    __slots__ = (
        "created_at",
        "id",
        "json",
        "name",
        "size",
        "stage_entered_at",
        "updated_at",
        "value",
    )

    def __init__(self, card: SeenOpportunity, text: bytes) -> None:
        """Keep what was shown of a card."""
        self.id: UUID = card.id
        self.name: str = card.name
        self.value: Decimal = card.value
        self.created_at: datetime = card.created_at
        self.updated_at: datetime = card.updated_at
        self.stage_entered_at: datetime = card.stage_entered_at
        self.json = orjson.Fragment(text)
        self.size = len(text) + _OVERHEAD


class Selection(NamedTuple):
    """What a document asks of a card, told in one way; `show` is None for what it cannot show."""

    shape: str
    needs: frozenset[Need]
    wants: Wants
    show: Callable[[SeenOpportunity], bytes | None]


class ShelfName(NamedTuple):
    """What all cards of a shelf have in common."""

    shape: str
    vocabulary: int
    viewers: Hashable


Shelf = OrderedDict[str, ShownCard]


class _Practice:
    """The shelves of one practice, and what is known of its vocabulary as of a revision."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.shelves: OrderedDict[ShelfName, Shelf] = OrderedDict()
        self.size = 0
        self.vocabulary: tuple[int, Known] = (0, {})

    def shelf(self, name: ShelfName) -> Shelf:
        """Return a shelf, as the one that was used last."""
        if name not in self.shelves:
            self.shelves[name] = OrderedDict()
            self.size += len(name.shape) + _OVERHEAD
        self.shelves.move_to_end(name)
        return self.shelves[name]

    def drop(self) -> None:
        """Forget the card that was asked for longest ago, and its shelf if that was the last."""
        name, shelf = next(iter(self.shelves.items()))
        self.size -= shelf.popitem(last=False)[1].size
        if not shelf:
            del self.shelves[name]
            self.size -= len(name.shape) + _OVERHEAD


class CardCache:
    """The cards that one process has shown, up to a number of bytes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Keep at most so many bytes; with 0 no card is kept."""
        self._most = most_bytes
        self._practices: OrderedDict[UUID, _Practice] = OrderedDict()
        self._lock = Lock()  # jobs run in threads of their own

    @property
    def size(self) -> int:
        """How many bytes are kept."""
        return sum(practice.size for practice in self._practices.values())

    def vocabulary(self, practice_id: UUID, revision: int) -> Known:
        """Return what is known of a practice's vocabulary as of a revision; to be filled."""
        with self._lock:
            practice = self._practice(practice_id)
            if practice.vocabulary[0] != revision:
                practice.vocabulary = (revision, {})
            return practice.vocabulary[1]

    def find(
        self, viewer: Viewer, name: ShelfName, keys: Iterable[str]
    ) -> tuple[dict[str, ShownCard], list[str]]:
        """Return the cards that are on a shelf, by key, and the keys of those that are not."""
        found: dict[str, ShownCard] = {}
        missing: list[str] = []
        with self._lock:
            practice = self._practice(viewer.practice_id)
            shelf = practice.shelf(name) if name in practice.shelves else Shelf()
            for key in keys:
                card = shelf.get(key)
                if card is None:
                    missing.append(key)
                else:
                    found[key] = card
                    shelf.move_to_end(key)
        return found, missing

    def keep(self, viewer: Viewer, name: ShelfName, shown: dict[str, ShownCard]) -> None:
        """Put cards on a shelf; those that were asked for longest ago make room."""
        with self._lock:
            practice = self._practice(viewer.practice_id)
            for key, card in shown.items() if self._most else ():
                shelf = practice.shelf(name)
                if key not in shelf:
                    shelf[key] = card
                    practice.size += card.size
                while practice.size > self._most // _PART_OF_PRACTICE:
                    practice.drop()
            while self.size > self._most:
                self._practices.popitem(last=False)

    def _practice(self, practice_id: UUID) -> _Practice:
        """Return what is kept of a practice, as the one that was used last."""
        practice = self._practices.setdefault(practice_id, _Practice())
        self._practices.move_to_end(practice_id)
        if len(self._practices) > _MOST_PRACTICES:
            self._practices.popitem(last=False)
        return practice

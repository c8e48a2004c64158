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
_OVERHEAD = 600  # of what is kept around a card's text


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
    """What a document asks of a card: told in one way, and how it is shown."""

    shape: str
    needs: frozenset[Need]
    wants: Wants
    show: Callable[[SeenOpportunity], bytes]


Shelf = OrderedDict[str, ShownCard]


class _Practice:
    """The shelves of one practice."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.shelves: OrderedDict[Hashable, Shelf] = OrderedDict()
        self.size = 0
        self.vocabulary: tuple[int, Known] = (0, {})

    def shelf(self, name: Hashable) -> Shelf:
        """Return a shelf, as the one that was used last."""
        shelf = self.shelves.get(name)
        if shelf is None:
            shelf = self.shelves[name] = OrderedDict()
        self.shelves.move_to_end(name)
        return shelf

    def drop(self) -> int:
        """Forget the card that was asked for longest ago; return how many bytes that frees."""
        name, shelf = next(iter(self.shelves.items()))
        freed = shelf.popitem(last=False)[1].size if shelf else 0
        if not shelf:
            del self.shelves[name]
        self.size -= freed
        return freed


class CardCache:
    """The cards that one process has shown, up to a number of bytes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Keep at most so many bytes; with 0 nothing is kept."""
        self._most = most_bytes
        self._size = 0
        self._practices: OrderedDict[UUID, _Practice] = OrderedDict()
        self._lock = Lock()  # jobs run in threads of their own

    def vocabulary(self, practice_id: UUID, revision: int) -> Known:
        """Return what is known of a practice's vocabulary as of a revision; to be filled."""
        with self._lock:
            practice = self._practices.setdefault(practice_id, _Practice())
            if len(self._practices) > _MOST_PRACTICES:
                self._size -= self._practices.popitem(last=False)[1].size
            if practice.vocabulary[0] != revision:
                practice.vocabulary = (revision, {})
            return practice.vocabulary[1]

    def find(
        self, viewer: Viewer, name: Hashable, keys: Iterable[str]
    ) -> tuple[dict[str, ShownCard], list[str]]:
        """Return the cards that are on a shelf, by key, and the keys of those that are not."""
        with self._lock:
            practice = self._practices.get(viewer.practice_id)
            shelf: Shelf = practice.shelf(name) if practice else OrderedDict()
            if practice:
                self._practices.move_to_end(viewer.practice_id)
            found: dict[str, ShownCard] = {}
            missing: list[str] = []
            for key in keys:
                card = shelf.get(key)
                if card is None:
                    missing.append(key)
                else:
                    found[key] = card
                    shelf.move_to_end(key)
        return found, missing

    def keep(self, viewer: Viewer, name: Hashable, shown: dict[str, ShownCard]) -> None:
        """Put cards on a shelf; those that were asked for longest ago make room."""
        if not self._most:
            return
        with self._lock:
            practice = self._practices.setdefault(viewer.practice_id, _Practice())
            shelf = practice.shelf(name)
            for key, card in shown.items():
                if key not in shelf:
                    shelf[key] = card
                    practice.size += card.size
                    self._size += card.size
            while practice.size > self._most // _PART_OF_PRACTICE:
                self._size -= practice.drop()
            while self._size > self._most:
                self._make_room()

    def _make_room(self) -> None:
        """Forget a card of the practice that asked for none for longest."""
        key, practice = next(iter(self._practices.items()))
        self._size -= practice.drop()
        if not practice.shelves:
            del self._practices[key]

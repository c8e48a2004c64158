"""Cards as they were shown, kept by revision (ADR-0022).

A shelf holds cards under one selection and for viewers who see the same. What is on it is looked
up by key and revision as the database names them now, so it is never stale, only forgotten.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from decimal import Decimal
from threading import Lock
from typing import NamedTuple
from uuid import UUID

import orjson

from permissions.viewer import Viewer
from resolvers.known import Known, Latest
from resolvers.loading import Wants
from resolvers.seen import SeenOpportunity
from resolvers.sharing import Need

MOST_BYTES = 64 * 1024 * 1024
# No practice has more than this part, however much its viewers ask for; of it, each viewer may have
# his part before what he asks for takes the place of what he asked for, and not of his colleagues'.
_PART_OF_PRACTICE = 4
_PART_OF_VIEWER = 8
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


class _Shelf:
    """Cards under one name; `keeper` is the user whose board put the first one there."""

    __slots__ = ("cards", "keeper")

    def __init__(self, keeper: UUID) -> None:
        """Begin without cards."""
        self.keeper = keeper
        self.cards: OrderedDict[str, ShownCard] = OrderedDict()


class _Practice:
    """The shelves of one practice, and what is known of its vocabulary as of a revision."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.shelves: OrderedDict[ShelfName, _Shelf] = OrderedDict()
        self.size = 0
        self.vocabulary = Latest()
        # The names of each keeper's shelves, and how many bytes are on them.
        self._of: dict[UUID, OrderedDict[ShelfName, None]] = {}
        self._sizes: Counter[UUID] = Counter()

    def shelf(self, name: ShelfName, user_id: UUID) -> _Shelf:
        """Return a shelf, as the one that was used last; a new one is this user's."""
        shelf = self.shelves.get(name)
        if shelf is None:
            shelf = self.shelves[name] = _Shelf(user_id)
            self._grow(user_id, _cost(name))
            self._of.setdefault(user_id, OrderedDict())[name] = None
        self.shelves.move_to_end(name)
        self._of[shelf.keeper].move_to_end(name)
        return shelf

    def put(self, shelf: _Shelf, key: str, card: ShownCard) -> None:
        """Put a card on a shelf."""
        if key not in shelf.cards:
            shelf.cards[key] = card
            self._grow(shelf.keeper, card.size)

    def drop(self, user_id: UUID, share: int) -> None:
        """Forget the card that was asked for longest ago, and its shelf if that was the last.

        One of this user's, if his shelves hold more than `share` bytes.
        """
        own = self._of.get(user_id) if self._sizes[user_id] > share else None
        name = next(iter(own or self.shelves))
        shelf = self.shelves[name]
        if shelf.cards:
            self._grow(shelf.keeper, -shelf.cards.popitem(last=False)[1].size)
        if not shelf.cards:
            del self.shelves[name], self._of[shelf.keeper][name]
            self._grow(shelf.keeper, -_cost(name))

    def _grow(self, keeper: UUID, size: int) -> None:
        self.size += size
        self._sizes[keeper] += size
        if not self._sizes[keeper]:
            del self._sizes[keeper]
            self._of.pop(keeper, None)


def _cost(name: ShelfName) -> int:
    return len(name.shape) + _OVERHEAD


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
        """Return what is known of a practice's vocabulary as of a revision."""
        with self._lock:
            return self._practice(practice_id).vocabulary.at(revision)

    def find(
        self, viewer: Viewer, name: ShelfName, keys: Iterable[str]
    ) -> tuple[dict[str, ShownCard], list[str]]:
        """Return the cards that are on a shelf, by key, and the keys of those that are not."""
        found: dict[str, ShownCard] = {}
        missing: list[str] = []
        with self._lock:
            practice = self._practice(viewer.practice_id)
            known = name in practice.shelves
            cards = practice.shelf(name, viewer.user_id).cards if known else OrderedDict()
            for key in keys:
                card = cards.get(key)
                if card is None:
                    missing.append(key)
                else:
                    found[key] = card
                    cards.move_to_end(key)
        return found, missing

    def keep(self, viewer: Viewer, name: ShelfName, shown: dict[str, ShownCard]) -> None:
        """Put cards on a shelf; those that were asked for longest ago make room."""
        if not (self._most and shown):
            return
        most = self._most // _PART_OF_PRACTICE
        with self._lock:
            practice = self._practice(viewer.practice_id)
            for key, card in shown.items():
                practice.put(practice.shelf(name, viewer.user_id), key, card)
                while practice.size > most:
                    practice.drop(viewer.user_id, most // _PART_OF_VIEWER)
            while self.size > self._most:
                self._practices.popitem(last=False)

    def _practice(self, practice_id: UUID) -> _Practice:
        """Return what is kept of a practice, as the one that was used last."""
        practice = self._practices.get(practice_id)
        if practice is None:
            practice = self._practices[practice_id] = _Practice()
        self._practices.move_to_end(practice_id)
        if len(self._practices) > _MOST_PRACTICES:
            self._practices.popitem(last=False)
        return practice

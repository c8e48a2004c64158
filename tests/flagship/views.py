"""The boards that the viewers of a walk keep open, and how each is checked."""

from dataclasses import dataclass, field
from random import Random

from tests.client import Client, LiveBoard
from tests.model import sight
from tests.model.fold import Fold, Json, difference
from tests.model.run import Model
from tests.model.state import Refused

WHOLE: Json = {"statuses": []}


@dataclass
class View:
    """One way to look at the board."""

    name: str
    where: Json
    order: Json = field(default_factory=dict)
    first: int = 20


def views(model: Model, people: list[str]) -> list[View]:
    """Return the ways to look of one practice; `people` are its first users."""
    tags = model.practice.tags
    down: Json = {"field": "UPDATED_AT", "direction": "DESC"}
    return [
        View("open", {}),
        View("name or treatment", {**WHOLE, "search": "gr"}),
        View("e-mail", {**WHOLE, "search": "zed1"}),
        View("two words", {**WHOLE, "search": "PARK las"}, down),
        View("owner or nobody", {**WHOLE, "ownerIds": people[1:2], "unassigned": True}),
        View("followers", {**WHOLE, "followerIds": people[1:4]}),
        View("tag", {**WHOLE, "tagIds": [tags["laser"]]}),
        View("dear", {"value": {"min": "400", "max": "1000"}}),
        View("by value", WHOLE, {"field": "VALUE", "direction": "ASC"}),
        View("source", {"source": ["WEB"]}, {"field": "NAME", "direction": "ASC"}),
        View("inactive owner", {**WHOLE, "ownerActive": False, "unassigned": False}),
        View("top two by stage time", WHOLE, {"field": "STAGE_ENTERED_AT"}, first=2),
        View("top one by name", WHOLE, {"field": "NAME", "direction": "DESC"}, first=1),
        View("counts only", {"statuses": ["WON", "LOST"]}, first=0),
    ]


@dataclass
class Seat:
    """One open board of one viewer."""

    client: Client
    view: View
    board: LiveBoard
    away: bool = False
    heard: int = 0  # events at the last check
    seen: int = 0  # changes at the last check
    calm: bool = False  # that check came after a single change

    @classmethod
    async def take(cls, client: Client, pipeline: str, view: View) -> "Seat":
        """Open the board."""
        order = {"order": view.order} if view.order else {}
        board = LiveBoard(client, pipeline, first=view.first, where=view.where, **order)
        await board.open()
        return cls(client, view, board, heard=len(board.events))

    async def leave(self) -> None:
        """Lose the connection."""
        self.away = True
        await self.board.cut()

    async def come_back(self) -> None:
        """Resume where the connection was lost, or start anew where nothing was ever seen."""
        self.away = False
        if self.board.fold.cursor is None or self.board.errors:
            await self.board.open()
        else:
            await self.board.resume()

    def wanted(self, model: Model) -> sight.Board | str:
        """Return the board as the model sees it, or the code that the stream ends with."""
        user = model.practice.users[self.client.id]
        try:
            board = sight.board(model.practice, user, self.view.where, self.view.order)
        except Refused:
            return "FORBIDDEN"
        return "NOT_FOUND" if board is None else board

    async def ends(self, code: str) -> None:
        """Assert that the stream ends with this code, if it has not ended before."""
        if not self.board.errors:
            errors = await self.board.ended()
            assert errors == [code], (self.label, errors)

    @property
    def label(self) -> str:
        """Who looks how."""
        return f"{self.client.name} / {self.view.name}"

    async def equals(
        self, fresh: Fold, facts: dict[str, Json], *, shaken: bool, changes: int
    ) -> None:
        """Wait until the folded board equals the fresh one; `changes` were made so far.

        A stream whose viewer's rights were shaken may have ended meanwhile, and is opened anew.
        """
        if self.board.over:
            assert shaken or self.board.errors, f"{self.label} ended: {self.board.close_code}"
            await self.board.cut()
            await self.board.open()
        one = self.calm and changes == self.seen + 1

        def unequal() -> str | None:
            heard = one and len(self.board.events) > self.heard
            if heard and self.board.fold.hidden != fresh.hidden:
                return f"hiddenByFilter {self.board.fold.hidden}, fresh {fresh.hidden}"
            return difference(self.board.fold, fresh, facts)

        await self.board.until(
            lambda: self.board.over or unequal() is None, lambda: f"{self.label}: {unequal()}"
        )
        self.calm = changes <= self.seen + 1
        if self.board.over:
            await self.equals(fresh, facts, shaken=shaken, changes=changes)
        self.heard, self.seen = len(self.board.events), changes


def agree(model: Model, view: View, wanted: sight.Board, fresh: Fold) -> None:
    """Assert that a fresh query is what the model says: columns, cards, order, totals, hidden."""
    practice = model.practice
    assert list(fresh.columns) == practice.stages
    assert fresh.hidden == wanted.hidden, (fresh.hidden, wanted.hidden)
    for stage, column in fresh.columns.items():
        cards = wanted.columns[stage]
        assert set(column.order) == {card.id for card in cards}, (column.order, cards)
        assert (column.count, column.value) == (len(cards), wanted.sums[stage])
        shown = [practice.opportunities[card] for card in column.order]
        keys = [sight.keys_in_order(practice, each, view.order) for each in (shown, cards)]
        assert keys[0] == keys[1], keys


def some_views(chance: Random, model: Model, people: list[str], count: int) -> list[View]:
    """Return the whole board, twice, and `count` other ways to look."""
    whole = [View("whole", WHOLE), View("top two", WHOLE, first=2)]
    return [*whole, *chance.sample(views(model, people), count)]

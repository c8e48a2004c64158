"""One viewer checked: his live boards, fresh queries and the model say the same (P1)."""

from random import Random

from tests.client import Client
from tests.flagship.views import WHOLE, Seat, agree
from tests.model import sight
from tests.model.documents import BOARD, FULL_BOARD, THIN
from tests.model.fold import Fold, Json
from tests.model.run import Model
from tests.model.shape import Times, card_shape

MOST = 10  # cards a column; a walk has fewer contacts


def document(boards: int) -> str:
    """Return a query for the whole board with all facts and for several thin ones."""
    numbers = range(boards)
    head = "".join(f", $w{n}: BoardFilter, $o{n}: OpportunityOrder" for n in numbers)
    thin = "".join(
        f" b{n}: board(pipelineId: $pipeline, filter: $w{n}, orderBy: $o{n}) {{ ...Thin }}"
        for n in numbers
    )
    return (
        f"query Check($pipeline: ID!, $first: Int, $ids: [ID!]!{head}) {{"
        f" whole: board(pipelineId: $pipeline, filter: {{ statuses: [] }}) {{ ...Full }}{thin}"
        " seen: nodes(ids: $ids) { id } contacts { totalCount } opportunities { totalCount }"
        f" }} {BOARD} {THIN if boards else ''}"
    )


class Checker:
    """Checks the viewers of one practice against its model."""

    def __init__(self, model: Model, chance: Random, foreign: list[str]) -> None:
        self.model = model
        self.chance = chance
        self.foreign = foreign
        self.times = Times()
        self.shaken: set[str] = set()

    async def viewer(self, client: Client, seats: list[Seat], changes: int) -> int:
        """Check all boards of one viewer; return how many there were."""
        records = [record.id for record in self.model.practice.records()]
        ids = [*self._some(records, 12), *self._some(self.foreign, 2)]
        variables: Json = {"pipeline": self.model.practice.pipeline, "first": MOST, "ids": ids}
        thin = [seat for seat in seats if not _is_whole(seat)]
        for number, seat in enumerate(thin):
            variables[f"w{number}"] = seat.view.where
            if seat.view.order:
                variables[f"o{number}"] = seat.view.order
        answer = await client.body(document(len(thin)), **variables)
        codes = {
            error["path"][0]: error["extensions"]["code"] for error in answer.get("errors", [])
        }
        data = answer["data"]
        self._sight(client, ids, data)
        facts = self._facts(client, data["whole"])
        for seat in seats:
            name = "whole" if _is_whole(seat) else f"b{thin.index(seat)}"
            await self._seat(seat, data[name], codes.get(name), facts, changes)
        return len(seats)

    def _some(self, ids: list[str], count: int) -> list[str]:
        return self.chance.sample(ids, min(count, len(ids)))

    def _sight(self, client: Client, ids: list[str], data: Json) -> None:
        practice = self.model.practice
        user = practice.users[client.id]
        known = {record.id: record for record in practice.records()}
        visible = [record.id for record in known.values() if sight.sees(user, record)]
        seen = [node and node["id"] for node in data["seen"]]
        wanted = [each if each in visible else None for each in ids]
        assert seen == wanted, f"{client.name} sees {seen}, should see {wanted}"
        contacts = sum(each in practice.contacts for each in visible)
        counts = [data[name]["totalCount"] for name in ("contacts", "opportunities")]
        assert counts == [contacts, len(visible) - contacts], client.name

    def _facts(self, client: Client, whole: Json | None) -> dict[str, Json]:
        practice = self.model.practice
        user = practice.users[client.id]
        board = sight.board(practice, user, WHOLE, {})
        assert (whole is None) == (board is None), client.name
        if whole is None:
            return {}
        fresh = Fold(MOST)
        fresh.replace(whole)
        facts = fresh.cards()
        for card_id, card in facts.items():
            shape = card_shape(practice, user, practice.opportunities[card_id])
            self.times.read(shape, card)
            unequal = {
                name: (card[name], shape[name]) for name in shape if card[name] != shape[name]
            }
            assert not unequal, f"{client.name}: server and model differ in {unequal}"
        return facts

    async def _seat(
        self, seat: Seat, data: Json | None, code: str | None, facts: dict[str, Json], changes: int
    ) -> None:
        wanted = seat.wanted(self.model)
        if isinstance(wanted, str):
            assert data is None, seat.label
            assert code == (None if wanted == "NOT_FOUND" else wanted), seat.label
            await seat.ends(wanted)
            return
        assert data is not None, (seat.label, code)
        fresh = Fold(MOST)
        fresh.replace(data, thin=not _is_whole(seat))
        agree(self.model, seat.view, wanted, fresh)
        await seat.equals(fresh, facts, shaken=seat.client.id in self.shaken, changes=changes)

    async def in_full(self, seat: Seat, changes: int) -> None:
        """Ask for one board with all its facts, and compare the stream with that answer alone."""
        if isinstance(seat.wanted(self.model), str):
            return
        data = await seat.client.ask(
            FULL_BOARD,
            pipeline=self.model.practice.pipeline,
            first=MOST,
            **seat.board.view,
        )
        fresh = Fold(MOST)
        fresh.replace(data["board"])
        await seat.equals(fresh, fresh.cards(), shaken=False, changes=changes)


def _is_whole(seat: Seat) -> bool:
    return seat.view.where == WHOLE and not seat.view.order

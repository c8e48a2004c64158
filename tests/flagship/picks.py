"""Picking the records and the fields of a random mutation."""

from random import Random
from typing import Any

from tests.model.sight import Json, sees
from tests.model.state import Practice, Record, User

Move = tuple[str, Json]


class Picks:
    """What every random mutation needs; `foreign` are ids of another practice."""

    actor: User

    def __init__(self, chance: Random, practice: Practice, foreign: list[str]) -> None:
        self.chance = chance
        self.practice = practice
        self.foreign = foreign

    def _one(self, records: dict[str, Any]) -> str | None:
        seen = [each.id for each in records.values() if sees(self.actor, each)]
        if self.chance.random() < 0.03 and self.foreign:
            return self.chance.choice(self.foreign)
        pool = seen if seen and self.chance.random() < 0.9 else list(records)
        return self.chance.choice(pool) if pool else None

    def _contact(self) -> str | None:
        return self._one(self.practice.contacts)

    def _card(self) -> str | None:
        return self._one(self.practice.opportunities)

    def _record(self) -> Record | None:
        records = {record.id: record for record in self.practice.records()}
        return records.get(self._one(records) or "")

    def _users(self) -> list[str]:
        return list(self.practice.users)

    def _versioned(self, given: Json, record: str) -> Json:
        known = {each.id: each.version for each in self.practice.records()}
        dice = self.chance.random()
        if record in known and dice < 0.2:
            given["expectedVersion"] = known[record] + (dice < 0.08)
        return given

    def _fields(self, pools: dict[str, list[Any]]) -> Json:
        names = self.chance.sample(list(pools), self.chance.randint(1, min(3, len(pools))))
        return {name: self.chance.choice(pools[name]) for name in names}

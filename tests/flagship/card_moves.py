"""Random mutations of opportunities, and of owners and followers."""

from typing import Any

from tests.flagship.picks import Move, Picks
from tests.flagship.pools import NAMES, SOURCES, STATUSES, TREATMENTS, VALUES
from tests.model.rules import tied
from tests.model.sight import Json
from tests.model.state import Record


class CardMoves(Picks):
    """Opportunities: fields, stage, status."""

    def _create_opportunity(self) -> Move | None:
        contact = self._contact()
        if contact is None:
            return None
        given: Json = {"contactId": contact, "pipelineId": self.practice.pipeline}
        pools: dict[str, list[Any]] = {
            "name": NAMES,
            "value": VALUES,
            "source": SOURCES,
            "treatmentOfInterest": TREATMENTS,
            "stageId": self.practice.stages,
        }
        given |= self._fields(pools)
        known = self.practice.contacts.get(contact)
        if known is not None and self.chance.random() < 0.5:
            owner = self.chance.choice(self._users())
            if owner != known.owner or self.practice.users[owner].active:
                given["ownerId"] = owner
        return "createOpportunity", given

    def _update_opportunity(self) -> Move | None:
        card = self._card()
        pools: dict[str, list[Any]] = {
            "name": NAMES,
            "value": VALUES,
            "source": SOURCES,
            "treatmentOfInterest": TREATMENTS,
        }
        if card is None:
            return None
        return "updateOpportunity", self._versioned({**self._fields(pools), "id": card}, card)

    def _move(self) -> Move | None:
        card, stage = self._card(), self.chance.choice(self.practice.stages)
        if card is None:
            return None
        return "moveOpportunity", self._versioned({"id": card, "stageId": stage}, card)

    def _set_status(self) -> Move | None:
        card = self._card()
        if card is None:
            return None
        given: Json = {"id": card, "status": self.chance.choice(STATUSES)}
        if self.chance.random() < (0.7 if given["status"] == "LOST" else 0.1):
            given["lostReason"] = self.chance.choice(["Too dear", "Moved away"])
        return "setOpportunityStatus", self._versioned(given, card)

    def _delete_opportunity(self) -> Move | None:
        card = self._card()
        return None if card is None else ("deleteOpportunity", self._versioned({"id": card}, card))


class OwnerMoves(Picks):
    """Owners and followers. An inactive owner is never asked to follow: no rule says what then."""

    def _change_owner(self) -> Move | None:
        record = self._record()
        if record is None:
            return None
        owner = None if self.chance.random() < 0.15 else self.chance.choice(self._users())
        given: Json = {"recordId": record.id, "ownerId": owner}
        owners = [each.owner for each in tied(self.practice, record) if each.owner is not None]
        if all(self.practice.users[each].active for each in owners):
            given["keepPreviousOwnerAsFollower"] = self.chance.random() < 0.3
        return "changeOwner", self._versioned(given, record.id)

    def _add_followers(self) -> Move | None:
        record = self._record()
        if record is None:
            return None
        users = [each for each in self._users() if self._may_be_named(each, record)]
        count = min(self.chance.choice([1, 1, 1, 2, 5, 9]), len(users))
        return "addFollowers", {"recordId": record.id, "userIds": self.chance.sample(users, count)}

    def _may_be_named(self, user: str, record: Record) -> bool:
        return self.practice.users[user].active or (
            record.owner != user and self.chance.random() < 0.1
        )

    def _remove_followers(self) -> Move | None:
        record = self._record()
        if record is None:
            return None
        if self.chance.random() < 0.15:
            return "removeFollowers", {"recordId": record.id, "all": True}
        users = self.chance.sample(self._users(), 3)
        return "removeFollowers", {"recordId": record.id, "userIds": users}

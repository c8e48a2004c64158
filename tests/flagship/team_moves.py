"""Random mutations of the practice: settings, contact types, users."""

from tests.flagship.picks import Move, Picks
from tests.flagship.pools import LEADER, MOST_USERS, PRESETS, TYPES
from tests.model.owners import differing
from tests.model.sight import Json
from tests.model.state import User


class SettingMoves(Picks):
    """Ownership settings and contact types."""

    def _settings(self) -> Move | None:
        given: Json = {}
        for name in (
            "makeOpportunityOwnerFollowerOfContact",
            "makeContactOwnerFollowerOfOpportunity",
        ):
            if self.chance.random() < 0.4:
                given[name] = self.chance.random() < 0.7
        if self.chance.random() < 0.4:
            given["allowDifferentOwners"] = self.chance.random() < 0.6
            if self._all_owners_active() and self.chance.random() < 0.7:
                given["reconcile"] = "CONTACT_OWNER"
        return "updateOwnershipSettings", given

    def _all_owners_active(self) -> bool:
        owners = [card.owner for card in differing(self.practice) if card.owner is not None]
        return all(self.practice.users[owner].active for owner in owners)

    def _create_type(self) -> Move | None:
        return "createContactType", {"name": self.chance.choice(TYPES)}

    def _rename_type(self) -> Move | None:
        kind = self.chance.choice(list(self.practice.types)[-4:])
        return "renameContactType", {"id": kind, "name": self.chance.choice(TYPES)}

    def _delete_type(self) -> Move | None:
        kind, other = self.chance.sample(list(self.practice.types)[::-1][:4], 2)
        given = {"id": kind, "replacementTypeId": other}
        return "deleteContactType", given if self.chance.random() < 0.5 else {"id": kind}


class TeamMoves(Picks):
    """Users: hired, promoted, restricted, dismissed."""

    def _preset(self) -> list[str]:
        weights = [4 if name == "full" else 1 for name in PRESETS]
        (name,) = self.chance.choices(list(PRESETS), weights)
        return sorted(PRESETS[name])

    def _colleagues(self) -> list[User]:
        return [user for user in self.practice.users.values() if user.active]

    def _hire(self) -> Move | None:
        leads = self.actor.may("TEAM_WRITE") and self.actor.role != "ADMIN"
        if len(self.practice.users) >= MOST_USERS or (leads and self.actor.restricted):
            return None
        if leads and not self.actor.granted >= LEADER:
            return None
        number = self.chance.randrange(10**9)
        given: Json = {
            "name": f"Hire {number}",
            "email": f"hire{number}@hired.example",
            "role": self.chance.choice(["USER", "USER", "ADMIN"]),
            "onlyAssignedData": self.chance.random() < 0.7,
            "permissions": self._preset(),
        }
        return "createUser", given

    def _access(self) -> Move | None:
        user = self.chance.choice(self._colleagues())
        given: Json = {"id": user.id}
        if self.chance.random() < 0.5:
            given["onlyAssignedData"] = self.chance.random() < 0.6
        if self.chance.random() < 0.4:
            given["permissions"] = self._preset()
        if self.chance.random() < 0.25:
            given["role"] = self.chance.choice(["USER", "USER", "ADMIN"])
        return "updateUserAccess", given

    def _fire(self) -> Move | None:
        if len(self._colleagues()) < 8:
            return None
        user = self.chance.choice(self._colleagues())
        given: Json = {"id": user.id, "strategy": self.chance.choice(self._strategies())}
        if given["strategy"] == "REASSIGN":
            given["reassignToId"] = self.chance.choice(list(self.practice.users))
        return "deactivateUser", given

    def _strategies(self) -> list[str]:
        full = any(len(record.followers) >= 10 for record in self.practice.records())
        return ["UNASSIGN", "KEEP"] if full else ["UNASSIGN", "KEEP", "REASSIGN"]

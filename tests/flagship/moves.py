"""Random mutations: who does what to which record.

The choices stay clear of the few questions that the rules leave open: keeping an inactive owner
as follower, reconciling away from one, an automatic follower at ten while a place is being freed,
a restricted team leader who hires.
"""

from tests.flagship.card_moves import CardMoves, OwnerMoves
from tests.flagship.contact_moves import ContactMoves
from tests.flagship.paper_moves import PaperMoves
from tests.flagship.picks import Move
from tests.flagship.pools import OFFICES, WEIGHTS
from tests.flagship.team_moves import SettingMoves, TeamMoves
from tests.model.sight import Json
from tests.model.state import User


class Moves(ContactMoves, CardMoves, OwnerMoves, PaperMoves, SettingMoves, TeamMoves):
    """Draws the next mutation on a practice."""

    def draw(self) -> tuple[str, str, Json]:
        """Return an actor, a mutation and its input."""
        while True:
            (choice,) = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
            self.actor = self._somebody(OFFICES.get(choice))
            move: Move | None = getattr(self, f"_{choice}")()
            if move is not None:
                return (self.actor.id, *move)

    def _somebody(self, permission: str | None) -> User:
        users = [user for user in self.practice.users.values() if user.active]
        if permission is not None and self.chance.random() < 0.8:
            users = [user for user in users if user.may(permission)]
        return self.chance.choice(users)

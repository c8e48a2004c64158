"""Made-up opportunities: one a contact."""

from collections import defaultdict
from dataclasses import dataclass, field

from app.seeding.chance import CLOCK_MICROSECONDS
from app.seeding.loading import Rows
from app.seeding.names import TREATMENTS
from app.seeding.people import People, Person
from models.opportunity import EVERYBODY, opportunity, opportunity_assigned, opportunity_word
from models.text import fold
from resolvers.enums import OpportunityStatus, ValueSource

_OPEN, _WON, _LOST = (
    status.value
    for status in (OpportunityStatus.OPEN, OpportunityStatus.WON, OpportunityStatus.LOST)
)
# Stage, status, and the share of the cards up to and with this stage.
STAGES = (
    ("Lead", _OPEN, 0.40),
    ("Booked", _OPEN, 0.60),
    ("Patient", _WON, 0.80),
    ("Cold", _OPEN, 0.95),
    ("Not Good Fit", _LOST, 1.0),
)
_DEFAULT_CENTS = 500_00
_LOST_REASON = "Outside the budget"
_TREATMENTS = [(name, fold(name).split()) for name in TREATMENTS]
TotalKey = tuple[str, str, str]


@dataclass
class Cards:
    """Makes the cards of a demo practice; `totals` holds (count, cents) by user, stage, status."""

    people: People
    totals: dict[TotalKey, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def make(self, place: int, rows: Rows) -> None:
        """Add the rows of the contact at `place` and of its card."""
        draw = self.people.chance.fraction()
        step = next(one for one in STAGES if draw < one[2])
        person = self.people.make(place, step[0] == "Patient", rows)
        self._add(person, self.people.demo.stages[step[0]], step[1], rows)

    def _add(self, one: Person, stage: str, status: str, rows: Rows) -> None:
        people, chance, demo = self.people, self.people.chance, self.people.demo
        encoding = people.encoding
        key = chance.key(one.created)
        moved = one.created + int(chance.fraction() * (CLOCK_MICROSECONDS - one.created))
        moment, later = encoding.moment(one.created), encoding.moment(moved)
        by_default = chance.fraction() < 1 / 3
        cents = _DEFAULT_CENTS if by_default else 100 * (100 + chance.below(5901))
        origin = ValueSource.DEFAULT if by_default else ValueSource.MANUAL
        treatment, treatment_words = (
            chance.pick(_TREATMENTS) if chance.fraction() < 0.5 else (None, [])
        )
        owner = self._owner(one.owner)
        reason = _LOST_REASON if status == _LOST else None
        identity = (key, demo.practice, one.key, demo.pipeline, stage)
        named = (one.name, one.name_key, True, status, reason)
        worth = (encoding.money(cents), origin.value, *one.source, treatment, owner)
        times = (later, later, 1, moment, later, None, 1)
        rows[opportunity].append((*identity, *named, *worth, *times))
        words = {*one.name_key.split(), *treatment_words}
        rows[opportunity_word] += [(demo.practice, word, key) for word in words]
        self._count(EVERYBODY.hex, stage, status, cents)
        for who in people.assigned(owner):
            repeated = (moment, stage, status, moment)
            rows[opportunity_assigned].append((demo.practice, key, *who, *repeated))
            self._count(who[0], stage, status, cents)

    def _owner(self, owner: str | None) -> str | None:
        """Return the contact's owner; for a third of the cards another one."""
        if self.people.chance.fraction() >= 1 / 3:
            return owner
        others = [user for user in self.people.demo.users if user != owner]
        return self.people.chance.pick(others)

    def _count(self, user: str, stage: str, status: str, cents: int) -> None:
        total = self.totals[user, stage, status]
        total[0] += 1
        total[1] += cents

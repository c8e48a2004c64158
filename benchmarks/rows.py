"""Made-up rows of every table, as their drivers take them; the same for every run."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import Table

from benchmarks.staff import DAY, NOW, RESTRICTED_FROM, Encoding, Staff, key_at
from models.contact import contact, contact_assigned, contact_tag, contact_word
from models.opportunity import opportunity, opportunity_assigned, opportunity_word
from models.text import fold

Rows = dict[Table, list[tuple[Any, ...]]]
TABLES = (
    contact,
    contact_assigned,
    contact_tag,
    contact_word,
    opportunity,
    opportunity_assigned,
    opportunity_word,
)
_FIRST = ("Grace", "Noah", "Emma", "Liam", "Mia", "Zoë", "Ethan", "Sofia", "Maya", "Leo", "Ruby")
_LAST = ("Park", "Silva", "Nguyen", "Smith", "Brown", "Lee", "Walker", "Torres", "Hill", "Gómez")
_NAMES = [
    (first, last, f"{first} {last}", fold(f"{first} {last}")) for first in _FIRST for last in _LAST
]
_SOURCES = (("Website", "website"), ("Instagram", "instagram"), ("Referral", "referral"))
_STATUSES = ("OPEN",) * 8 + ("WON", "LOST")
_YEAR = 365 * DAY
# Every fifth card is also followed by the first restricted user: his pages are always full.
_EVERY_HEAVY = 5


@dataclass(frozen=True)
class Person:
    """A contact, as far as its card repeats it."""

    key: str
    name: str
    name_key: str
    source: tuple[str, str]
    created: int


class Maker:
    """Makes contacts, each with one card: owners, followers, tags and words included."""

    def __init__(self, staff: Staff, encoding: Encoding, count: int) -> None:
        """Take the practice and how many cards there will be."""
        self._staff = staff
        self._encoding = encoding
        self._count = count
        self._random = Random(20)

    def batches(self, size: int) -> Iterator[Rows]:
        """Yield the rows of `size` cards at a time."""
        for start in range(0, self._count, size):
            rows: Rows = {table: [] for table in TABLES}
            for place in range(start, min(start + size, self._count)):
                self._add(place, rows)
            for table in (contact_word, opportunity_word):
                rows[table].sort()
            yield rows

    def _add(self, place: int, rows: Rows) -> None:
        draw, users = self._random.random, self._staff.users
        owner = None if draw() < 0.05 else users[int(draw() * len(users))]
        person = self._contact(place, owner, rows)
        differs = draw() < 0.3
        self._card(place, person, users[int(draw() * len(users))] if differs else owner, rows)

    def _contact(self, place: int, owner: str | None, rows: Rows) -> Person:
        draw, staff = self._random.random, self._staff
        created = NOW - _YEAR + _YEAR * place // self._count
        first, last, name, name_key = _NAMES[int(draw() * len(_NAMES))]
        person = Person(key_at(created, place, 1), name, name_key, _SOURCES[place % 3], created)
        moment = self._encoding.moment(created)
        local, phone = f"{name_key.replace(' ', '.')}.{place}", f"+1{2_000_000_000 + place}"
        email = f"{local}@bench.example"
        rows[contact].append(
            (
                *(person.key, staff.practice, first, last, name, name_key, email, email, phone),
                *(staff.type, *person.source, False, "{}", owner, 1, moment, moment, None),
            )
        )
        words = {*name_key.split(), str(place), "bench", "example", phone[1:], phone[2:]}
        rows[contact_word] += [(staff.practice, word, person.key) for word in words]
        rows[contact_assigned] += [
            (staff.practice, person.key, *one, moment) for one in self._assigned(place, owner)
        ]
        tags = self._random.sample(staff.tags, int(draw() * 4))
        rows[contact_tag] += [(staff.practice, person.key, tag) for tag in tags]
        return person

    def _card(self, place: int, person: Person, owner: str | None, rows: Rows) -> None:
        draw, staff = self._random.random, self._staff
        key = key_at(person.created, place, 2)
        stage = staff.stages[place % len(staff.stages)]
        status = _STATUSES[int(draw() * len(_STATUSES))]
        created = self._encoding.moment(person.created)
        later = self._encoding.moment(min(NOW, person.created + int(draw() * 30 * DAY)))
        cents = self._encoding.money(100 * (100 + int(draw() * 5900)))
        rows[opportunity].append(
            (
                *(key, staff.practice, person.key, staff.pipeline, stage, person.name),
                *(person.name_key, True, status, None, cents, "MANUAL", *person.source, None),
                *(owner, later, later, 1, created, later, None, 1),
            )
        )
        rows[opportunity_word] += [
            (staff.practice, word, key) for word in set(person.name_key.split())
        ]
        rows[opportunity_assigned] += [
            (staff.practice, key, *one, created, stage, status, created)
            for one in self._assigned(place, owner)
        ]

    def _assigned(self, place: int, owner: str | None) -> Iterator[tuple[Any, ...]]:
        """Yield (user, slot, source, added by): the owner, and up to three followers."""
        users = self._staff.users
        if owner is not None:
            yield owner, 0, "MANUAL", users[0]
        chosen = self._random.sample(users, int(self._random.random() * 4))
        if place // len(self._staff.stages) % _EVERY_HEAVY == 0:
            chosen.append(users[RESTRICTED_FROM])
        others = [user for user in dict.fromkeys(chosen) if user != owner]
        for slot, user in enumerate(others, start=1):
            yield user, slot, "MANUAL", users[0]

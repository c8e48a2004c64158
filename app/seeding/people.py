"""Made-up contacts, and who owns and follows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from app.seeding.chance import CLOCK_MICROSECONDS, Chance
from app.seeding.loading import Encoding, Rows
from app.seeding.names import FIRST_NAMES, LAST_NAMES, SOURCES
from app.seeding.practice import CUSTOM_TYPE, DOMAIN, Demo
from models.assigned import MAX_FOLLOWERS, OWNER_SLOT
from models.contact import contact, contact_assigned, contact_tag, contact_word
from models.facts import source_key
from models.text import fold
from resolvers.enums import Channel, DoNotDisturbStatus, FollowerSource

YEAR_MICROSECONDS = 365 * 86_400 * 1_000_000
_AREA_CODES = 700
_LINES = 100  # 555-0100 to 555-0199 are kept for stories
PHONES = _AREA_CODES * _LINES
_FIRST = [(name, fold(name)) for name in FIRST_NAMES]
_LAST = [(name, fold(name)) for name in LAST_NAMES]
_SOURCES = [(name, source_key(name)) for name in SOURCES]
_BLOCKED = [
    orjson.dumps({channel.value: [DoNotDisturbStatus.ON.value, None]}).decode()
    for channel in (Channel.SMS, Channel.EMAIL, Channel.CALL)
]
_DOMAIN_WORDS = fold(DOMAIN).split()
_MANUAL = FollowerSource.MANUAL.value


class Person(NamedTuple):
    """What a contact's card repeats of it; ids are hexadecimal digits."""

    key: str
    name: str
    name_key: str
    source: tuple[str, str | None]
    owner: str | None
    created: int


@dataclass(frozen=True)
class People:
    """Makes the contacts of a demo practice, `count` in all."""

    demo: Demo
    chance: Chance
    encoding: Encoding
    count: int

    def make(self, place: int, in_patient_stage: bool, rows: Rows) -> Person:
        """Add the rows of the contact at `place`; later ones were created later."""
        chance, demo = self.chance, self.demo
        created = CLOCK_MICROSECONDS - YEAR_MICROSECONDS * (self.count - place) // self.count
        (first, first_key), (last, last_key) = chance.pick(_FIRST), chance.pick(_LAST)
        owner = None if chance.fraction() < 0.05 else chance.pick(demo.users)
        name_key = f"{first_key} {last_key}"
        source = chance.pick(_SOURCES)
        one = Person(chance.key(created), f"{first} {last}", name_key, source, owner, created)
        local = f"{first_key}.{last_key.replace(' ', '')}{place}"
        phone = self._phone(place)
        moment = self.encoding.moment(created)
        email = f"{local}@{DOMAIN}"
        blocked = self._blocked()
        named = (first, last, one.name, name_key, email, email, phone)
        kind = (self._type(in_patient_stage), *source, *blocked, owner)
        rows[contact].append((one.key, demo.practice, *named, *kind, 1, moment, moment, None))
        words = {*name_key.split(), *local.split("."), *_DOMAIN_WORDS}
        if phone:
            words |= {phone[1:], phone[2:]}
        rows[contact_word] += [(demo.practice, word, one.key) for word in words]
        rows[contact_assigned] += [
            (demo.practice, one.key, *who, moment) for who in self.assigned(owner)
        ]
        self._tag(one.key, rows)
        return one

    def assigned(self, owner: str | None) -> Iterator[tuple[Any, ...]]:
        """Yield (user, slot, source, added by) of a record: 0-3 followers, seldom ten."""
        adder = self.demo.users[0]
        if owner is not None:
            yield owner, OWNER_SLOT, _MANUAL, adder
        draw = self.chance.fraction()
        count = MAX_FOLLOWERS if draw < 0.005 else int(draw * 4)
        users = self.chance.some(self.demo.users, count + 1) if count else ()
        others = [user for user in users if user != owner][:count]
        for slot, user in enumerate(others, start=1):
            yield user, slot, _MANUAL, adder

    def _phone(self, place: int) -> str | None:
        """Return a number of its own; where there are too many contacts, every nth has one."""
        every = -(-self.count // PHONES)
        number, rest = divmod(place, every)
        if rest:
            return None
        line, area = divmod(number, _AREA_CODES)
        return f"+1{area + 201 if area < 99 else area + 212}55501{line:02d}"

    def _blocked(self) -> tuple[bool, str]:
        draw = self.chance.fraction()
        if draw < 0.02:
            return True, "{}"
        return False, self.chance.pick(_BLOCKED) if draw < 0.05 else "{}"

    def _type(self, in_patient_stage: bool) -> str:
        """Return a type: of all contacts 60 % Lead, 35 % Patient, 5 % VIP."""
        draw, types = self.chance.fraction(), self.demo.types
        if draw < 0.05:
            return types[CUSTOM_TYPE]
        # The fifth of the contacts on the stage Patient are patients, and 16 of the other 76 %.
        is_patient = in_patient_stage or draw < 0.05 + 0.2
        return types["Patient" if is_patient else "Lead"]

    def _tag(self, key: str, rows: Rows) -> None:
        count = self.chance.below(4)
        for tag in self.chance.some(self.demo.tags, count) if count else ():
            rows[contact_tag].append((self.demo.practice, key, tag))

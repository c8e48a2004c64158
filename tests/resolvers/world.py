"""A practice full of awkward records: ties, accents, prefixes, deleted and foreign rows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from sqlalchemy import Connection, insert
from typing_extensions import override

from models.assigned import Assignment
from models.contact import Contact
from models.database import Database
from models.opportunity import Opportunity
from models.practice import ContactType, Practice, Stage, tag
from models.seams import Seams
from models.user import User, user
from permissions.viewer import Credential, Viewer, viewer_of
from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers import vocabulary
from resolvers.change import Change
from resolvers.flush import flush
from resolvers.setup import NewPractice, make_practice
from tests.resolvers.staff import STAFF, START, add_second_pipeline, staff_row

MOMENTS = (
    START,
    START + timedelta(microseconds=1),
    START + timedelta(milliseconds=1),
    START + timedelta(days=1),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
)
NAMES = (
    "Zoë",
    "Zoe",
    "zo",
    "ZOE B",
    "Ann",
    "Anna",
    "Ána",
    "O'Neil",
    "Øster",
    "Łukasz",
    "李",
    "ß",
    "",
)
VALUES = tuple(map(Decimal, ("0.00", "0.01", "500.00", "500.10", "9.99", "10.00", "99999999.99")))
SOURCES = (None, "Google", "google", "GOOGLE ", "Café", "Cafe", "Straße", "STRASSE")
STATUSES = ("OPEN", "OPEN", "WON", "LOST", "ABANDONED")
TAGS = ("Botox", "Filler", "Laser", "VIP")


@dataclass
class World:
    """One practice, and how to make more rows in it; the same for the same seed."""

    database: Database
    random: Random
    seams: Seams
    practice: Practice
    users: list[User]
    types: list[ContactType]
    stages: list[Stage]
    tags: list[UUID]
    contacts: list[Contact] = field(default_factory=list)
    cards: list[Opportunity] = field(default_factory=list)

    @override
    def __repr__(self) -> str:
        return f"<{self.practice.name}>"

    @property
    def viewers(self) -> list[Viewer]:
        """Everybody who can sign in."""
        return [viewer_of(one, self.practice) for one in self.users if one.active]

    def viewer(self, name: str) -> Viewer:
        """The user of this name, as a viewer."""
        return next(one for one in self.viewers if one.user.name == name)

    def change(self, connection: Connection) -> Change:
        """Begin a change by the admin."""
        return Change(connection, self.viewers[0], self.seams, "test")

    def add(self, connection: Connection, count: int) -> None:
        """Make contacts with cards, in one change."""
        change = self.change(connection)
        for _ in range(count):
            contact = self.new_contact()
            change.add(CONTACT, contact)
            for steps in _by_pipeline(self.stages):
                if self.random.random() < 0.7:
                    change.add(OPPORTUNITY, self.new_card(contact, self.random.choice(steps)))
        flush(change)

    def new_contact(self) -> Contact:
        """Return a random contact; nobody's, somebody's, followed, sometimes deleted."""
        pick, number, key = self.random.choice, len(self.contacts), self.seams.new_id()
        first, last = pick(NAMES), pick(NAMES)
        owner, assigned = self.audience(key)
        contact = Contact(
            key,
            self.practice.id,
            first or None,
            last or None,
            f"{first} {last}".strip() or "No name",
            f"p{number}@demo.example" if self.random.random() < 0.5 else None,
            f"+1555{number:07}" if self.random.random() < 0.5 else None,
            pick(self.types).id,
            pick(SOURCES),
            do_not_disturb_all=False,
            blocked_channels={},
            owner_id=owner,
            version=1,
            created_at=pick(MOMENTS),
            updated_at=pick(MOMENTS),
            deleted_at=START if self.random.random() < 0.1 else None,
            assigned=assigned,
            tag_ids=frozenset(self.random.sample(self.tags, self.random.randrange(3))),
        )
        self.contacts.append(contact)
        return contact

    def new_card(self, contact: Contact, step: Stage) -> Opportunity:
        """Return a random card of `contact` in the stage `step`."""
        pick, key = self.random.choice, self.seams.new_id()
        owner, assigned = self.audience(key)
        gone = contact.deleted_at is not None or self.random.random() < 0.1
        named = pick((True, False))
        card = Opportunity(
            key,
            self.practice.id,
            contact.id,
            step.pipeline_id,
            step.id,
            name=pick(NAMES) or "Deal" if named else contact.name,
            follows_contact_name=not named,
            status=pick(STATUSES),
            lost_reason=None,
            value=pick(VALUES),
            value_source="MANUAL",
            source=pick(SOURCES),
            treatment_of_interest=pick((None, "Laser peel", "Zöe filler")),
            owner_id=owner,
            stage_entered_at=pick(MOMENTS),
            status_changed_at=pick(MOMENTS),
            version=1,
            created_at=pick(MOMENTS),
            updated_at=pick(MOMENTS),
            deleted_at=START if gone else None,
            assigned=assigned,
        )
        self.cards.append(card)
        return card

    def audience(self, key: UUID) -> tuple[UUID | None, tuple[Assignment, ...]]:
        """Return a random owner, and him with random followers by slot."""
        everybody = [one.id for one in self.users]
        owner = self.random.choice([None, None, None, *everybody])
        others = [one for one in everybody if one != owner]
        followers = self.random.sample(others, self.random.randrange(4))
        slots = sorted(self.random.sample(range(1, 11), len(followers)))
        pairs = list(zip(slots, followers, strict=True))
        if owner is not None:
            pairs.insert(0, (0, owner))
        return owner, tuple(
            Assignment(key, one, slot, "MANUAL", None, START) for slot, one in pairs
        )


def _by_pipeline(stages: list[Stage]) -> list[list[Stage]]:
    keys = dict.fromkeys(one.pipeline_id for one in stages)
    return [[one for one in stages if one.pipeline_id == key] for key in keys]


def make_world(connection: Connection, database: Database, seed: int, name: str) -> World:
    """Make a practice with staff, two pipelines and tags, but without records."""
    random = Random(seed)
    seams = Seams(now=lambda: START, new_id=lambda: UUID(int=random.getrandbits(128)))
    new = NewPractice(
        name=name, admin_email=f"ada@{name}.example", admin_name="admin", different_owners=True
    )
    made = make_practice(connection, seams, new)
    connection.execute(insert(user), [staff_row(seams, made.practice_id, one) for one in STAFF])
    tags = [seams.new_id() for _ in TAGS]
    rows = [
        {"id": key, "practice_id": made.practice_id, "name": one, "name_key": one, "system": False}
        for key, one in zip(tags, TAGS, strict=True)
    ]
    connection.execute(insert(tag), rows)
    add_second_pipeline(connection, seams, made.practice_id)
    staff = vocabulary.staff(connection, made.practice_id, active_only=False)
    viewer = vocabulary.load_viewer(connection, Credential(made.admin_id))
    assert viewer is not None
    return World(
        database,
        random,
        seams,
        viewer.practice,
        sorted(staff, key=lambda one: one.id != made.admin_id),
        vocabulary.contact_types(connection, made.practice_id),
        vocabulary.stages(connection, made.practice_id),
        tags,
    )


@asynccontextmanager
async def open_world(url: str, seed: int = 1, contacts: int = 40) -> AsyncIterator[World]:
    """Yield a practice full of records; a second practice lies in the same database."""

    def fill(connection: Connection) -> World:
        make_world(connection, database, seed + 1, f"other{seed}").add(connection, 15)
        made = make_world(connection, database, seed, f"spa{seed}")
        made.add(connection, contacts)
        return made

    database = Database(url)
    try:
        yield await database.write(fill)
    finally:
        await database.close()

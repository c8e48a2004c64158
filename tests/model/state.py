"""A practice as plain Python holds it: the second, independent spelling of the rules' nouns.

Times are the numbers of the commits that set them; what the server calls them is learned.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.model.rights import PERMISSIONS

CHANNELS = ("EMAIL", "SMS", "CALL", "WHATSAPP", "INSTAGRAM", "FACEBOOK", "GOOGLE_BUSINESS")
Facts = tuple[Any, ...]


class Refused(Exception):
    """A mutation is refused: with one of `codes`, where the rules leave the choice open."""

    def __init__(self, *codes: str, **details: int) -> None:
        super().__init__(*codes)
        self.codes = frozenset(codes)
        self.details = details


@dataclass
class User:
    """A member of the practice (R01)."""

    id: str
    role: str
    flag: bool
    granted: frozenset[str]
    active: bool = True

    @property
    def restricted(self) -> bool:
        """Whether Only Assigned Data applies to him."""
        return self.role == "USER" and self.flag

    def may(self, permission: str) -> bool:
        """Whether he holds a permission; an ADMIN holds them all."""
        rights = PERMISSIONS if self.role == "ADMIN" else self.granted
        return permission in rights


@dataclass
class Record:
    """What contacts and opportunities share: an owner, ten followers, a version, times."""

    id: str
    version: int
    created: int
    owner: str | None = None
    followers: set[str] = field(default_factory=set)
    updated: int = 0
    deleted: bool = False
    documents: set[str] = field(default_factory=set)

    def relation(self, user: User) -> str:
        """Return "owner", "follower" or "neither"."""
        if self.owner == user.id:
            return "owner"
        return "follower" if user.id in self.followers else "neither"

    def give(self, owner: str | None) -> None:
        """Set the owner, who is never among the followers (R44)."""
        self.owner = owner
        self.followers.discard(owner or "")


@dataclass
class Contact(Record):
    """A person the practice knows."""

    first: str | None = None
    last: str | None = None
    email: str | None = None
    phone: str | None = None
    type: str = ""
    source: str | None = None
    tags: set[str] = field(default_factory=set)
    muted_all: bool = False
    muted: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """First and last name, never e-mail or phone (C7)."""
        return " ".join(part for part in (self.first, self.last) if part) or "No name"

    def silence(self) -> list[tuple[str, str]]:
        """Return each channel with its effective status, in the enum's order."""
        return [
            (each, "ON" if self.muted_all or each in self.muted else "OFF") for each in CHANNELS
        ]


@dataclass
class Opportunity(Record):
    """One card."""

    contact: str = ""
    given_name: str | None = None
    stage: str = ""
    status: str = "OPEN"
    lost_reason: str | None = None
    value: Decimal = Decimal("500.00")
    value_source: str = "DEFAULT"
    source: str | None = None
    treatment: str | None = None
    stage_entered: int = 0
    status_changed: int = 0


@dataclass
class Settings:
    """The ownership settings (R30, R33)."""

    different: bool = False
    opportunity_owner_follows_contact: bool = False
    contact_owner_follows_opportunity: bool = False


@dataclass
class Practice:
    """All of one practice; `stages` are ids in order, types are names by id, tags ids by name."""

    stages: list[str]
    lead: str
    cold: str
    pipeline: str
    users: dict[str, User] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    opportunities: dict[str, Opportunity] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    system_types: frozenset[str] = frozenset()
    settings: Settings = field(default_factory=Settings)
    clock: int = 0

    def name_of(self, card: Opportunity) -> str:
        """Return the card's name: its contact's until it was given one (C7)."""
        return card.given_name or self.contacts[card.contact].name

    def cards_of(self, contact: Contact) -> list[Opportunity]:
        """Return the contact's opportunities that are not deleted."""
        return [
            card
            for card in self.opportunities.values()
            if card.contact == contact.id and not card.deleted
        ]

    def records(self) -> list[Record]:
        """Return every record, deleted ones included."""
        return [*self.contacts.values(), *self.opportunities.values()]

    def facts(self, record: Record) -> Facts:
        """Return the stored facts whose change makes a new version (R24)."""
        shared = (record.owner, frozenset(record.followers), record.deleted)
        if isinstance(record, Contact):
            texts = (record.first, record.last, record.email, record.phone, record.source)
            sets = (frozenset(record.tags), record.muted_all, frozenset(record.muted))
            return (*shared, *texts, record.type, *sets)
        assert isinstance(record, Opportunity)
        names = (self.name_of(record), record.given_name is None)
        place = (record.stage, record.status, record.lost_reason)
        value = (record.value, record.value_source)
        return (*shared, *names, *place, *value, record.source, record.treatment)

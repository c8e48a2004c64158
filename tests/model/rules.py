"""What the mutations of the model have in common: the checks of C5, and how owners change."""

from dataclasses import dataclass, field
from typing import Any

from tests.model.sight import Json, kind, sees
from tests.model.state import Contact, Opportunity, Practice, Record, Refused, User

PLACES = 10


@dataclass(frozen=True)
class Born:
    """What the server said of a record it made: the model cannot know its id."""

    id: str
    version: int = 1


@dataclass
class Outcome:
    """What the answer must say; `told` holds further fields of the payload."""

    codes: frozenset[str] = frozenset()
    details: dict[str, int] = field(default_factory=dict)
    record: str | None = None
    version: int | None = None
    lost: bool = False
    told: dict[str, Any] = field(default_factory=dict)


@dataclass
class Call:
    """One mutation of one actor on a practice that may be changed freely: a trial copy."""

    practice: Practice
    actor: User
    input: Json
    born: Born | None = None

    def need(self, permission: str) -> None:
        """Refuse an actor without a permission."""
        if not self.actor.may(permission):
            raise Refused("FORBIDDEN")

    def new(self) -> Born:
        """Return what the server made, which it must have."""
        assert self.born is not None, "the model accepts this call, the server refused it"
        return self.born

    def contact(self, record: str) -> Contact:
        """Return a contact that the actor sees."""
        found = self.practice.contacts.get(record)
        if found is None or not sees(self.actor, found):
            raise Refused("NOT_FOUND")
        return found

    def opportunity(self, record: str) -> Opportunity:
        """Return an opportunity that the actor sees."""
        found = self.practice.opportunities.get(record)
        if found is None or not sees(self.actor, found):
            raise Refused("NOT_FOUND")
        return found

    def record(self, record: str) -> Record:
        """Return a contact or an opportunity that the actor sees."""
        if record in self.practice.contacts:
            return self.contact(record)
        return self.opportunity(record)

    def fresh(self, record: Record) -> None:
        """Refuse a stale expectedVersion, also of a call that would change nothing (C7)."""
        if self.stale(record):
            raise Refused("CONFLICT", currentVersion=record.version)

    def stale(self, record: Record) -> bool:
        """Whether the caller expects another version than the record has."""
        return self.input.get("expectedVersion") not in (None, record.version)

    def shown(self, record: Record, **told: Any) -> Outcome:
        """Return the outcome of an accepted call about a record."""
        if sees(self.actor, record):
            return Outcome(record=record.id, version=record.version, told=told)
        return Outcome(lost=True, told=told)


def text(value: str | None) -> str | None:
    """Return a text as it is stored: trimmed, a blank one as None (C6)."""
    return (value or "").strip() or None


def active(practice: Practice, user: str | None) -> bool:
    """Whether a user may become an owner or a follower (R36, R41)."""
    return user is not None and user in practice.users and practice.users[user].active


def family(practice: Practice, record: Record) -> list[Record]:
    """Return the contact and all its opportunities."""
    if isinstance(record, Opportunity):
        record = practice.contacts[record.contact]
    assert isinstance(record, Contact)
    return [record, *practice.cards_of(record)]


def tied(practice: Practice, record: Record) -> list[Record]:
    """Return the records whose owner changes with this one's (R31)."""
    return [record] if practice.settings.different else family(practice, record)


def owner_rights(practice: Practice, actor: User, record: Record) -> frozenset[str]:
    """Return the codes with which R34 refuses an owner change; none where it allows it."""
    named = record.relation(actor)
    if actor.role == "ADMIN" or named == "owner":
        return frozenset()
    follows = any(each.relation(actor) == "follower" for each in tied(practice, record))
    lacks = named == "neither" and not actor.may("OWNER_CHANGE")
    codes = {"FOLLOWER_CANNOT_CHANGE_OWNER"} if follows else set()
    return frozenset(codes | ({"FORBIDDEN"} if lacks else set()))


def follow_by_itself(record: Record, user: str) -> bool:
    """Add a follower as the settings do (R43); return False if there was no place for him."""
    if record.owner == user or user in record.followers:
        return True
    if len(record.followers) >= PLACES:
        return False
    record.followers.add(user)
    return True


def sync(practice: Practice, record: Record, owner: str | None) -> set[str]:
    """Let the new owner of a record follow its counterparts (R33); return the warnings."""
    settings = practice.settings
    if owner is None or not settings.different:
        return set()
    others: list[Record] = []
    if isinstance(record, Opportunity) and settings.opportunity_owner_follows_contact:
        others = [practice.contacts[record.contact]]
    if isinstance(record, Contact) and settings.contact_owner_follows_opportunity:
        others = [*practice.cards_of(record)]
    placed = [follow_by_itself(other, owner) for other in others]
    return set() if all(placed) else {"FOLLOWER_LIMIT_REACHED"}


def blind(practice: Practice, owner: str | None, records: list[Record]) -> set[str]:
    """Warn of an owner without the right to read what he owns (R36)."""
    if owner is None:
        return set()
    user = practice.users[owner]
    seen = all(user.may(f"{kind(record)}_READ") for record in records)
    return set() if seen else {"OWNER_CANNOT_SEE"}

"""What a mutation did, in ids: the payload is read again from it with the rights of now."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from resolvers.enums import WarningCode
from resolvers.ids import Ref, global_id


class Notice(NamedTuple):
    """Something the caller should know about a change that was made."""

    code: WarningCode
    message: str
    record: Ref | None = None
    user: UUID | None = None

    @property
    def record_id(self) -> str | None:
        """The id of the record it is about, if the caller sees it."""
        return global_id(self.record.kind, self.record.id) if self.record else None

    @property
    def user_id(self) -> str | None:
        """The id of the user it is about."""
        return global_id("User", self.user) if self.user else None


@dataclass(kw_only=True)
class Outcome:
    """Which records a mutation changed, and its place in the log.

    `written` are the records of which this very call left a row of the audit trail: none where it
    changed nothing, or repeated an earlier call.
    """

    record: Ref | None = None
    access_lost: bool = False
    added: list[UUID] = field(default_factory=list)
    removed: list[UUID] = field(default_factory=list)
    skipped: list[UUID] = field(default_factory=list)
    also_changed: list[Ref] = field(default_factory=list)
    warnings: list[Notice] = field(default_factory=list)
    deleted: Ref | None = None
    count: int = 0
    number: int = 0
    written: frozenset[UUID] = frozenset()


def to_json(outcome: Outcome) -> dict[str, Any]:
    """Return what is stored for a repeat of the same call (C10)."""
    return {
        "record": _ref(outcome.record),
        "access_lost": outcome.access_lost,
        "added": [key.hex for key in outcome.added],
        "removed": [key.hex for key in outcome.removed],
        "skipped": [key.hex for key in outcome.skipped],
        "also_changed": [_ref(ref) for ref in outcome.also_changed],
        "warnings": [_warning(one) for one in outcome.warnings],
        "deleted": _ref(outcome.deleted),
        "count": outcome.count,
        "number": outcome.number,
    }


def from_json(stored: dict[str, Any]) -> Outcome:
    """Return the outcome that was stored."""
    return Outcome(
        record=_to_ref(stored["record"]),
        access_lost=stored["access_lost"],
        added=[UUID(key) for key in stored["added"]],
        removed=[UUID(key) for key in stored["removed"]],
        skipped=[UUID(key) for key in stored["skipped"]],
        also_changed=[Ref(kind, UUID(key)) for kind, key in stored["also_changed"]],
        warnings=[_to_warning(one) for one in stored["warnings"]],
        deleted=_to_ref(stored["deleted"]),
        count=stored["count"],
        number=stored["number"],
    )


def _ref(ref: Ref | None) -> list[str] | None:
    return [ref.kind, ref.id.hex] if ref else None


def _to_ref(stored: list[str] | None) -> Ref | None:
    return Ref(stored[0], UUID(stored[1])) if stored else None


def _warning(one: Notice) -> list[Any]:
    return [one.code.value, one.message, _ref(one.record), one.user and one.user.hex]


def _to_warning(stored: list[Any]) -> Notice:
    code, message, record, user = stored
    return Notice(WarningCode(code), message, _to_ref(record), UUID(user) if user else None)

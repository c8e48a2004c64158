"""A change: the records one mutation touches, from the first lock to what the log says of it.

Mutations set attributes of the records they loaded here. What differs from the record as it was
is what the change writes: rows, derived tables, one event and one audit row a record (C7, P12).
"""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Executable, select

from models.assigned import Assignment
from models.contact import Contact, contact
from models.opportunity import Opportunity, opportunity
from models.practice import (
    ContactType,
    Pipeline,
    Practice,
    Stage,
    practice,
)
from models.seams import Seams
from models.user import User
from permissions import rules
from permissions.rights import Permission
from permissions.viewer import Viewer
from permissions.visibility import CONTACT, OPPORTUNITY, Guarded, sees
from resolvers import records, vocabulary
from resolvers.ids import Ref
from resolvers.journal import Note
from resolvers.limits import USUAL, Limits
from resolvers.outcome import Notice, Outcome
from resolvers.papers import Paper
from resolvers.problems import ConflictProblem, Problem, Refused, forbidden, not_found
from resolvers.seen import audience

_KINDS: dict[str, Guarded] = {"Contact": CONTACT, "Opportunity": OPPORTUNITY}


@dataclass(slots=True)
class Tracked:
    """A record of a change, and how it was before; None where it is new."""

    kind: Guarded
    record: Any
    before: Any | None


class Change:
    """One mutation's transaction, as its caller sees it."""

    def __init__(
        self,
        connection: Connection,
        viewer: Viewer,
        seams: Seams,
        action: str,
        limits: Limits = USUAL,
    ) -> None:
        """Begin a change by `viewer`; `action` is the mutation's name, for log and audit."""
        self.connection = connection
        self.viewer = viewer
        self.seams = seams
        self.action = action
        self.limits = limits
        self.now: datetime = seams.now()
        self._practice: Practice | None = None
        self.warnings: list[Notice] = []
        self.notes: list[Note] = []
        self.last_statements: list[Executable] = []
        self.paper: Paper | None = None
        self._tracked: dict[UUID, Tracked] = {}
        self.touched: dict[UUID, set[str]] = {}

    @property
    def practice(self) -> Practice:
        """The practice's settings, held as they are until commit."""
        return self._practice or self.hold_practice()

    def hold_practice(self, *, change: bool = False) -> Practice:
        """Return the practice's settings, locked; before any record is, where they decide (C3).

        Foreign keys to the practice are not kept waiting, not even by a change of the settings.
        """
        statement = (
            select(*vocabulary.PRACTICE_COLUMNS)
            .where(practice.c.id == self.viewer.practice_id)
            .with_for_update(read=not change, key_share=change)
        )
        self._practice = Practice(*self.connection.execute(statement).one())
        return self._practice

    @property
    def tracked(self) -> list[Tracked]:
        """All records of the change: contacts, then opportunities, each by id (C3)."""
        order = sorted(
            self._tracked.items(), key=lambda item: (item[1].kind is not CONTACT, item[0])
        )
        return [one for _, one in order]

    def require(self, permission: Permission) -> None:
        """Refuse the change where the viewer lacks `permission`."""
        if not self.viewer.may(permission):
            raise forbidden(f"You need the permission {permission.value} for this.")

    def may_edit(self, kind: Guarded) -> None:
        """Refuse the change where the viewer may not edit records of `kind`."""
        if not rules.may_edit(kind, self.viewer):
            raise forbidden(f"You need the permission {kind.write.value} for this.")

    def expect(self, record: Contact | Opportunity, version: int | None) -> None:
        """Refuse the change where the record is no longer at `version` (R24)."""
        if version is not None and version != record.version:
            raise Refused(ConflictProblem(record.version))

    def contact(self, ref: Ref, *path: str) -> Contact | Problem:
        """Return a contact the viewer sees, locked; the NOT_FOUND problem otherwise."""
        found: Contact | Problem = self._locked(CONTACT, ref, path)
        return found

    def opportunity(self, ref: Ref, *path: str) -> Opportunity | Problem:
        """Return an opportunity the viewer sees, locked; the NOT_FOUND problem otherwise."""
        found: Opportunity | Problem = self._locked(OPPORTUNITY, ref, path)
        return found

    def record(self, ref: Ref, *path: str) -> Contact | Opportunity | Problem:
        """Return a contact or opportunity the viewer sees, locked with its family."""
        kind = _KINDS.get(ref.kind)
        if kind is None:
            return not_found(*path)
        peek = records.find_visible(self.connection, kind, self.viewer, ref.id)
        if peek is None:
            return not_found(*path)
        self.family(ref.id if kind is CONTACT else peek.contact_id)
        found: Contact | Opportunity | Problem = self._locked(kind, ref, path)
        return found

    def _locked(self, kind: Guarded, ref: Ref, path: Sequence[str]) -> Any:
        if ref.kind != kind.name:
            return not_found(*path)
        for record in self._track(kind, records.lock_one(self.connection, kind, ref.id)):
            here = record.practice_id == self.viewer.practice_id
            if here and sees(kind, self.viewer, audience(record)):
                return record
        return not_found(*path)

    def family(self, contact_id: UUID) -> tuple[Contact, list[Opportunity]]:
        """Return a contact and all its present opportunities, locked, whoever may see them."""
        contacts = self.load(CONTACT, contact.c.id == contact_id)
        if not contacts:
            raise Refused(not_found())
        return contacts[0], self.load(OPPORTUNITY, opportunity.c.contact_id == contact_id)

    def members(self, contact_id: UUID) -> list[Contact | Opportunity]:
        """Return a contact and its opportunities in one list."""
        first, cards = self.family(contact_id)
        return [first, *cards]

    def load(self, kind: Guarded, *conditions: ColumnElement[bool]) -> list[Any]:
        """Return present records, locked and tracked; those in the change already, as they are."""
        return self._track(kind, records.lock(self.connection, kind, *conditions))

    def _track(self, kind: Guarded, found: list[Any]) -> list[Any]:
        fresh = [one for one in found if one.id not in self._tracked]
        records.attach_assigned(self.connection, kind, fresh)
        if kind is CONTACT:
            records.attach_tags(self.connection, fresh)
        for one in fresh:
            self._tracked[one.id] = Tracked(kind, one, copy(one))
        return [self._tracked[one.id].record for one in found]

    def add(self, kind: Guarded, record: Contact | Opportunity) -> None:
        """Make `record` part of the change as a new one."""
        self._tracked[record.id] = Tracked(kind, record, None)

    def stage(self, ref: Ref, *path: str) -> Stage | Problem:
        """Return a stage of the practice; the NOT_FOUND problem otherwise."""
        found: Stage | Problem = self._of_practice("Stage", ref, path)
        return found

    def pipeline(self, ref: Ref, *path: str) -> Pipeline | Problem:
        """Return a pipeline of the practice; the NOT_FOUND problem otherwise."""
        found: Pipeline | Problem = self._of_practice("Pipeline", ref, path)
        return found

    def contact_type(self, ref: Ref, *path: str, change: bool = False) -> ContactType | Problem:
        """Return a contact type, locked against deletion, or (`change`) against everybody."""
        lock = "update" if change else "share"
        found: ContactType | Problem = self._of_practice("ContactType", ref, path, lock)
        return found

    def user(self, ref: Ref, *path: str) -> User | Problem:
        """Return a user of the practice, locked; the NOT_FOUND problem otherwise."""
        found: User | Problem = self._of_practice("User", ref, path, lock="update")
        return found

    def active_user(self, ref: Ref) -> User | None:
        """Return an active user of the practice, locked against deactivation; else None."""
        found = self._of_practice("User", ref, (), lock="share")
        return found if isinstance(found, User) and found.active else None

    def is_active(self, user_id: UUID) -> bool:
        """Return whether a user of the practice is active."""
        found = vocabulary.users(self.connection, self.viewer.practice_id, [user_id])
        return user_id in found and found[user_id].active

    def _of_practice(self, kind: str, ref: Ref, path: Iterable[str], lock: str = "") -> Any:
        if ref.kind != kind:
            return not_found(*path)
        practice_id = self.viewer.practice_id
        found = vocabulary.find(self.connection, kind, practice_id, ref.id, lock)
        return found or not_found(*path)

    def note(self, note: Note) -> None:
        """Log a change that is not of a contact or opportunity."""
        self.notes.append(note)

    def finally_run(self, statement: Executable) -> None:
        """Run a statement after the records of the change are written."""
        self.last_statements.append(statement)

    def sees(self, kind: Guarded, record: Contact | Opportunity) -> bool:
        """Return whether the viewer sees a record of the change as it is now."""
        return record.deleted_at is None and sees(kind, self.viewer, audience(record))

    def assignment(
        self, record: Contact | Opportunity, user_id: UUID, slot: int, source: str
    ) -> Assignment:
        """Return a new assignment of a user to a record, by the viewer, of now."""
        return Assignment(record.id, user_id, slot, source, self.viewer.user_id, self.now)

    def outcome(self, kind: Guarded, record: Contact | Opportunity, **more: Any) -> Outcome:
        """Return the outcome of a change of `record`."""
        lost = not self.sees(kind, record)
        return Outcome(record=Ref(kind.name, record.id), access_lost=lost, **more)

"""Making a practice: its settings, system types, pipeline, log and first admin (R50, R70)."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, insert, select

from models.audit import audit_head, empty_head
from models.practice import contact_type, pipeline, practice, practice_head, stage
from models.seams import Seams
from models.text import same_name_key
from models.user import user
from permissions.rights import UserRole
from resolvers import audit
from resolvers.audit import Actor
from resolvers.clean import email_key

PIPELINE = "Lead 2 Patient"
STAGES = ("Lead", "Booked", "Patient", "Cold", "Not Good Fit")
SYSTEM_TYPES = ("Lead", "Patient")


class NameTaken(Exception):
    """There is a practice of this name."""


@dataclass(frozen=True, kw_only=True)
class NewPractice:
    """What a practice begins with; `country` reads phone numbers without +."""

    name: str
    admin_email: str
    admin_name: str
    currency: str = "USD"
    time_zone: str = "UTC"
    country: str = "US"
    different_owners: bool = False


@dataclass(frozen=True)
class MadePractice:
    """The ids of a practice that was made."""

    practice_id: UUID
    admin_id: UUID


def make_practice(connection: Connection, seams: Seams, new: NewPractice) -> MadePractice:
    """Make a practice; NameTaken if there is one of the same name."""
    key = same_name_key(new.name)
    if connection.scalar(select(practice.c.id).where(practice.c.name_key == key)):
        raise NameTaken(new.name)
    made = MadePractice(seams.new_id(), seams.new_id())
    row = {
        "id": made.practice_id,
        "name": new.name,
        "name_key": key,
        "currency": new.currency,
        "time_zone": new.time_zone,
        "country": new.country,
        "allow_different_owners": new.different_owners,
        "make_opportunity_owner_follower_of_contact": False,
        "make_contact_owner_follower_of_opportunity": False,
        "created_at": seams.now(),
    }
    connection.execute(insert(practice), row)
    connection.execute(insert(practice_head), {"practice_id": made.practice_id, "seq": 0})
    connection.execute(insert(audit_head), empty_head(made.practice_id))
    _make_types(connection, seams, made.practice_id)
    _make_pipeline(connection, seams, made.practice_id)
    _make_admin(connection, seams, new, made)
    _note(connection, seams, new, made)
    return made


def _note(connection: Connection, seams: Seams, new: NewPractice, made: MadePractice) -> None:
    """Begin the audit trail with the practice and the rights of its first admin (R97)."""
    settings = {"allow_different_owners": [None, new.different_owners]}
    rights = {"role": [None, UserRole.ADMIN.value], "active": [None, True]}
    begun = Actor(made.practice_id, None, seams.now())
    rows = [
        audit.row(begun, "practice.made", "Practice", made.practice_id, settings),
        audit.row(begun, "practice.made", "User", made.admin_id, rights),
    ]
    audit.append(connection, made.practice_id, rows)


def _make_admin(connection: Connection, seams: Seams, new: NewPractice, made: MadePractice) -> None:
    row = {
        "id": made.admin_id,
        "practice_id": made.practice_id,
        "name": new.admin_name,
        "email": new.admin_email,
        "email_key": email_key(new.admin_email),
        "role": UserRole.ADMIN.value,
        "only_assigned_data": False,
        "permissions": [],
        "active": True,
        "created_at": seams.now(),
    }
    connection.execute(insert(user), row)


def _make_types(connection: Connection, seams: Seams, practice_id: UUID) -> None:
    rows = [
        {
            "id": seams.new_id(),
            "practice_id": practice_id,
            "name": name,
            "name_key": same_name_key(name),
            "system": True,
        }
        for name in SYSTEM_TYPES
    ]
    connection.execute(insert(contact_type), rows)


def _make_pipeline(connection: Connection, seams: Seams, practice_id: UUID) -> None:
    key = seams.new_id()
    row = {"id": key, "practice_id": practice_id, "name": PIPELINE, "locked": True}
    connection.execute(insert(pipeline), row)
    steps = [
        {
            "id": seams.new_id(),
            "practice_id": practice_id,
            "pipeline_id": key,
            "name": name,
            "position": place,
        }
        for place, name in enumerate(STAGES)
    ]
    connection.execute(insert(stage), steps)

"""Who works at the practice of the tests: every mixture of role, flag and rights."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert

from models.practice import pipeline, stage
from models.seams import Seams
from permissions.rights import DEFAULT_PERMISSIONS, Permission

START = datetime(2026, 1, 1, 9, 30, tzinfo=UTC)
RIGHTS = {name.value for name in DEFAULT_PERMISSIONS}
NO_CONTACTS = RIGHTS - {Permission.CONTACTS_READ.value}
NO_CARDS = RIGHTS - {Permission.OPPORTUNITIES_READ.value}
STAFF: tuple[tuple[str, str, bool, set[str], bool], ...] = (
    ("flagged admin", "ADMIN", True, set(), True),
    ("all", "USER", False, RIGHTS, True),
    ("all without contacts", "USER", False, NO_CONTACTS, True),
    ("assigned", "USER", True, RIGHTS, True),
    ("assigned too", "USER", True, RIGHTS, True),
    ("assigned without contacts", "USER", True, NO_CONTACTS, True),
    ("assigned without cards", "USER", True, NO_CARDS, True),
    ("gone", "USER", True, RIGHTS, False),
)


def staff_row(
    seams: Seams, practice_id: UUID, staff: tuple[str, str, bool, set[str], bool]
) -> dict[str, Any]:
    name, role, only_assigned_data, permissions, active = staff
    email = f"{name.replace(' ', '.')}@demo.example"
    return {
        "id": seams.new_id(),
        "practice_id": practice_id,
        "name": name,
        "email": email,
        "email_key": email,
        "role": role,
        "only_assigned_data": only_assigned_data,
        "permissions": sorted(permissions),
        "active": active,
        "created_at": START,
    }


def add_second_pipeline(connection: Connection, seams: Seams, practice_id: UUID) -> None:
    key = seams.new_id()
    ours = {"practice_id": practice_id, "name": "Members"}
    connection.execute(insert(pipeline).values(id=key, locked=False, **ours))
    steps = [
        {**ours, "id": seams.new_id(), "pipeline_id": key, "name": name, "position": place}
        for place, name in enumerate(("New", "Gold"))
    ]
    connection.execute(insert(stage), steps)

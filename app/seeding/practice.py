"""The demo practice itself: staff, types and tags."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Table, insert, select

from app.failures import Failure
from app.seeding.chance import CLOCK, Chance
from app.seeding.names import STAFF_NAMES, TAGS
from models.practice import contact_type, pipeline, stage, tag
from models.text import fold, same_name_key
from models.user import user
from permissions.rights import DEFAULT_PERMISSIONS, UserRole
from resolvers.setup import NameTaken, NewPractice, make_practice

DOMAIN = "demo.example"
UNRESTRICTED = 2
CUSTOM_TYPE = "VIP"


@dataclass(frozen=True)
class Demo:
    """The ids of the demo practice, as hexadecimal digits; names lead to stages and types."""

    practice: str
    pipeline: str
    stages: dict[str, str]
    types: dict[str, str]
    tags: list[str]
    users: list[str]


def make_demo(connection: Connection, chance: Chance, name: str, users: int) -> Demo:
    """Make the practice with `users` users: an admin, two unrestricted, the rest restricted."""
    admin = STAFF_NAMES[0]
    new = NewPractice(
        name=name,
        admin_email=staff_email(0),
        admin_name=admin,
        different_owners=True,
    )
    try:
        made = make_practice(connection, chance.seams(), new)
    except NameTaken:
        raise Failure(f'There is a practice "{name}" already.') from None
    here = made.practice_id
    _add_type(connection, chance, here)
    tags = _add_tags(connection, chance, here)
    staff = [_add_user(connection, chance, here, place) for place in range(1, users)]
    return Demo(
        practice=here.hex,
        pipeline=_pipeline(connection, here),
        stages=_by_name(connection, stage, here),
        types=_by_name(connection, contact_type, here),
        tags=tags,
        users=[made.admin_id.hex, *staff],
    )


def staff_email(place: int) -> str:
    """Return the e-mail address of the demo user at `place`; the admin's is at 0."""
    turn, which = divmod(place, len(STAFF_NAMES))
    first = fold(STAFF_NAMES[which]).split()[0]
    return f"{first}{turn + 1 if turn else ''}@{DOMAIN}"


def _add_user(connection: Connection, chance: Chance, here: UUID, place: int) -> str:
    seams = chance.seams()
    key = seams.new_id()
    row = {
        "id": key,
        "practice_id": here,
        "name": STAFF_NAMES[place % len(STAFF_NAMES)],
        "email": staff_email(place),
        "email_key": staff_email(place),
        "role": UserRole.USER.value,
        "only_assigned_data": place > UNRESTRICTED,
        "permissions": sorted(permission.value for permission in DEFAULT_PERMISSIONS),
        "active": True,
        "created_at": CLOCK,
    }
    connection.execute(insert(user), row)
    return key.hex


def _add_type(connection: Connection, chance: Chance, here: UUID) -> None:
    row = {"id": chance.seams().new_id(), "practice_id": here, "system": False}
    named = {"name": CUSTOM_TYPE, "name_key": same_name_key(CUSTOM_TYPE)}
    connection.execute(insert(contact_type), row | named)


def _add_tags(connection: Connection, chance: Chance, here: UUID) -> list[str]:
    keys = []
    for name in TAGS:
        key = chance.seams().new_id()
        row = {"id": key, "practice_id": here, "system": False}
        connection.execute(insert(tag), row | {"name": name, "name_key": same_name_key(name)})
        keys.append(key.hex)
    return keys


def _by_name(connection: Connection, table: Table, here: UUID) -> dict[str, str]:
    columns = table.c
    statement = select(columns.name, columns.id).where(columns.practice_id == here)
    rows = connection.execute(statement)
    return {row[0]: row[1].hex for row in rows}


def _pipeline(connection: Connection, here: UUID) -> str:
    found: UUID = connection.scalars(
        select(pipeline.c.id).where(pipeline.c.practice_id == here)
    ).one()
    return found.hex

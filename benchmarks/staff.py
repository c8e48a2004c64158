"""The practice that is measured: its staff, stages and tags."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select

from models.base import from_microseconds, to_microseconds
from models.practice import contact_type, pipeline, stage, tag
from models.seams import Seams
from models.user import user
from permissions.rights import DEFAULT_PERMISSIONS
from resolvers.setup import NewPractice, make_practice

CLOCK = datetime(2026, 1, 1, tzinfo=UTC)
NOW = to_microseconds(CLOCK)
DAY = 86_400 * 1_000_000
USERS = 50
# Users before this place see everything, this one and those after it only what is theirs.
RESTRICTED_FROM = 25
_TAGS = ("botox", "filler", "laser", "newsletter", "referral", "financing", "no show", "vip")


@dataclass(frozen=True)
class Encoding:
    """How a driver takes moments (microseconds since 1970) and money (cents)."""

    moment: Callable[[int], Any]
    money: Callable[[int], Any]


SQLITE = Encoding(int, int)
POSTGRES = Encoding(from_microseconds, lambda cents: Decimal(cents).scaleb(-2))


@dataclass(frozen=True)
class Staff:
    """Ids of the practice, as hexadecimal digits; the first user is the admin."""

    practice: str
    pipeline: str
    stages: list[str]
    type: str
    tags: list[str]
    users: list[str]

    @property
    def unrestricted(self) -> list[str]:
        """Who sees everything."""
        return self.users[:RESTRICTED_FROM]

    @property
    def restricted(self) -> list[str]:
        """Who sees what he owns or follows; the first one a fifth of all, others about 5 %."""
        return self.users[RESTRICTED_FROM:]


def key_at(microseconds: int, place: int, kind: int) -> str:
    """Return the digits of a UUIDv7 of that moment, always the same for a place and a kind."""
    low = (place * 2_654_435_761) & 0xFFFF_FFFF
    return f"{microseconds // 1000:012x}7{kind:03x}8000{low:08x}{place & 0xFFFF:04x}"


def make_staff(connection: Connection) -> Staff:
    """Make the practice."""
    new = NewPractice(
        name="Bench",
        admin_email="ada@bench.example",
        admin_name="Ada Admin",
        different_owners=True,
    )
    here = make_practice(connection, Seams(now=lambda: CLOCK), new)
    practice_id = here.practice_id
    by_place = select(stage.c.id).filter_by(practice_id=practice_id).order_by(stage.c.position)
    return Staff(
        practice=practice_id.hex,
        pipeline=_first(connection, pipeline, practice_id),
        stages=[key.hex for key in connection.scalars(by_place)],
        type=_first(connection, contact_type, practice_id),
        tags=[_tag(connection, practice_id, place) for place in range(len(_TAGS))],
        users=[
            here.admin_id.hex,
            *(add_user(connection, practice_id, place) for place in range(1, USERS)),
        ],
    )


def _first(connection: Connection, table: Any, practice_id: UUID) -> str:
    found = connection.scalars(select(table.c.id).filter_by(practice_id=practice_id))
    key: UUID = next(iter(found))
    return key.hex


def _tag(connection: Connection, practice_id: UUID, place: int) -> str:
    key, name = key_at(NOW, place, 3), _TAGS[place]
    row = {"id": UUID(key), "practice_id": practice_id, "name": name, "name_key": name}
    connection.execute(insert(tag), row | {"system": False})
    return key


def add_user(connection: Connection, practice_id: UUID, place: int) -> str:
    """Add a user; those who come after the usual ones see everything. Return his id's digits."""
    key, email = key_at(NOW, place, 4), f"user{place}@bench.example"
    row = {
        "id": UUID(key),
        "practice_id": practice_id,
        "name": f"User {place}",
        "email": email,
        "email_key": email,
        "role": "USER",
        "only_assigned_data": RESTRICTED_FROM <= place < USERS,
        "permissions": sorted(one.value for one in DEFAULT_PERMISSIONS),
        "active": True,
        "created_at": CLOCK,
    }
    connection.execute(insert(user), row)
    return key

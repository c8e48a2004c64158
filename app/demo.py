"""The demo behind `make run`: a practice, and how to look at its live boards (C12)."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from sqlalchemy import Connection, select

from app.migrating import migrate
from app.seeding.seed import Plan
from app.tokens import Tokens
from models.database import Database
from models.practice import Practice, practice
from models.user import User, user
from permissions.rights import UserRole
from resolvers import vocabulary

_RESTRICTED_SHOWN = 2


class Guest(NamedTuple):
    """Somebody the demo lets look."""

    user: User
    practice: Practice


async def prepare(
    database: Database, tokens: Tokens, seed: Callable[[Database, Plan], Awaitable[None]]
) -> str:
    """Migrate, `seed` if there is no practice, and return what to tell people.

    It has a token of the oldest admin and of two restricted users, each with the command that
    opens his live board in the terminal.
    """
    await migrate(database)
    guests = await _guests(database)
    if guests is None:
        await seed(database, Plan())
        guests = await _guests(database)
    told = "\n\n".join(_told(guest, tokens) for guest in guests or ())
    return f"Who may look (each token lasts 12 hours):\n\n{told}\n"


def _told(guest: Guest, tokens: Tokens) -> str:
    role = "admin" if guest.user.role == UserRole.ADMIN.value else "sees assigned data only"
    token = tokens.make(guest.user.id)
    return (
        f"{guest.user.name} ({role}) of {guest.practice.name}\n"
        f"  token: {token}\n"
        f"  board: .venv/bin/python -m app board --token {token}"
    )


async def _guests(database: Database) -> list[Guest] | None:
    async with database.reader() as reader:
        return await reader.run(_find_guests)


def _find_guests(connection: Connection) -> list[Guest] | None:
    """Return the users to show of the first practice; None if there is no practice."""
    first = select(*vocabulary.PRACTICE_COLUMNS).order_by(practice.c.created_at, practice.c.id)
    row = connection.execute(first.limit(1)).first()
    if row is None:
        return None
    here = Practice(*row)
    statement = (
        select(*vocabulary.USER_COLUMNS)
        .where(user.c.practice_id == here.id, user.c.active.is_(True))
        .order_by(user.c.created_at, user.c.id)
    )
    staff = [User(*row) for row in connection.execute(statement)]
    admins = [one for one in staff if one.role == UserRole.ADMIN.value]
    bound = [one for one in staff if one.role != UserRole.ADMIN.value and one.only_assigned_data]
    return [Guest(one, here) for one in (*admins[:1], *bound[:_RESTRICTED_SHOWN])]

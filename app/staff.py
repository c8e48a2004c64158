"""Whom a command works for: the practice and the user that its options name."""

from sqlalchemy import Connection, select

from app.failures import Failure
from models.database import Database
from models.practice import Practice, practice
from models.text import same_name_key
from models.user import User, user
from permissions.rights import UserRole
from resolvers import vocabulary
from resolvers.clean import email_key


async def find(database: Database, email: str, practice_name: str | None) -> User:
    """Return an active user by e-mail; Failure if there is none."""
    async with database.reader() as reader:
        return await reader.run(find_user, email, practice_name)


def find_user(connection: Connection, email: str, practice_name: str | None) -> User:
    """Return an active user by e-mail; Failure if there is none."""
    here = find_practice(connection, practice_name)
    statement = select(*vocabulary.USER_COLUMNS).where(
        user.c.practice_id == here.id, user.c.email_key == email_key(email)
    )
    row = connection.execute(statement).first()
    if row is None:
        raise Failure(f'The practice "{here.name}" has no user with this e-mail address.')
    found = User(*row)
    if not found.active:
        raise Failure("This user is not active.")
    return found


def oldest_admin(connection: Connection, practice_name: str | None) -> User:
    """Return the active admin who was made first."""
    here = find_practice(connection, practice_name)
    statement = (
        select(*vocabulary.USER_COLUMNS)
        .where(
            user.c.practice_id == here.id,
            user.c.role == UserRole.ADMIN.value,
            user.c.active.is_(True),
        )
        .order_by(user.c.created_at, user.c.id)
    )
    row = connection.execute(statement.limit(1)).first()
    if row is None:
        raise Failure(f'The practice "{here.name}" has no active admin.')
    return User(*row)


def find_practice(connection: Connection, name: str | None) -> Practice:
    """Return the practice of this name, or without a name the only one; else Failure."""
    statement = select(*vocabulary.PRACTICE_COLUMNS).limit(2)
    if name is not None:
        statement = statement.where(practice.c.name_key == same_name_key(name))
    rows = connection.execute(statement).all()
    if not rows and name is not None:
        raise Failure(f'There is no practice "{name}".')
    if not rows:
        raise Failure("There is no practice yet: run `python -m app init` or `seed` first.")
    if len(rows) > 1:
        raise Failure("The database holds several practices: name one with --practice.")
    return Practice(*rows[0])

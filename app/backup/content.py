"""What a database holds, as far as backups ask; and how a restored one goes on."""

from collections.abc import Iterable

from sqlalchemy import Connection, inspect, literal, select, table

from app import migrating
from app.failures import Failure
from models.practice import practice_head
from models.seams import Seams
from resolvers import derived
from resolvers.journal import MANY, Author, Note, take_numbers, write

# Tables that together no other program has.
_OURS = frozenset(("alembic_version", "event", "opportunity_total", "practice_head"))
# More than a practice writes in a lifetime: no number given out since the backup comes again.
_LEAP = 1 << 40


def must_be_ours(what: str, tables: Iterable[str], revision: str | None) -> None:
    """Raise Failure unless these tables, at this revision, are a database of this program."""
    if not set(tables) >= _OURS or revision is None:
        raise Failure(f"{what} is not of this program.")
    if revision not in migrating.revisions():
        raise Failure(f"{what} is of a newer version of this program: revision {revision}.")


def revision_and_tables(connection: Connection) -> tuple[str | None, list[str]]:
    """Return the revision of a database, and its tables."""
    return migrating.revision_of(connection), inspect(connection).get_table_names()


def holds_rows(connection: Connection) -> bool:
    """Return whether any table but Alembic's has a row."""
    names = inspect(connection).get_table_names()
    return any(
        connection.execute(select(literal(1)).select_from(table(name)).limit(1)).first()
        for name in names
        if name != "alembic_version"
    )


def go_on(connection: Connection, seams: Seams) -> None:
    """Bring a restored database to the newest schema, and its logs past all that was lost.

    Clients may hold cursors of changes that the backup does not have. Numbers leap over theirs,
    so a live board that resumes gets a snapshot.
    """
    migrating.upgrade(connection)
    for practice_id in connection.scalars(select(practice_head.c.practice_id)).all():
        take_numbers(connection, practice_id, _LEAP)
        derived.renew_vocabulary(connection, practice_id, _LEAP)
        author = Author(
            practice_id=practice_id, user_id=None, at=seams.now(), key=None, request_id=None
        )
        note = Note(kind=MANY, record_id=practice_id, action="restore")
        write(connection, author, [note])

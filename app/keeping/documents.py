"""Documents past their time, and the files that no record shows any more."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    delete,
    exists,
    or_,
    select,
    tuple_,
    update,
)

from app.keeping.rows import BATCH
from files.storage_errors import StorageError
from files.store import FileStore
from models.agreement import agreement, agreement_recipient
from models.document import document, document_link, document_word
from models.stored_file import stored_file, upload
from resolvers.documents import RESTORABLE

# Longer than a request takes: nobody is just restoring what is purged.
_MARGIN = timedelta(hours=1)
_AWAY_AFTER = 5
HANGING = (
    document_word.c.record_id,
    document_link.c.document_id,
    agreement_recipient.c.document_id,
)


class Leftover(NamedTuple):
    """A stored file that may be removed."""

    id: UUID
    key: str


def remove_hanging(connection: Connection, *, now: datetime, of: Column[UUID]) -> int:
    """Remove rows that hang, by the column `of`, on documents that can no longer be restored."""
    table = of.table
    over = select(*table.primary_key).where(of.in_(_over(now))).limit(BATCH)
    ours = tuple_(*table.primary_key).in_(over)
    return connection.execute(delete(table).where(ours)).rowcount


def remove_agreements(connection: Connection, *, now: datetime) -> int:
    """Remove what agreements are besides documents, once these can no longer be restored."""
    found = select(agreement.c.document_id, agreement.c.signed_file_id)
    over = found.where(agreement.c.document_id.in_(_over(now))).limit(BATCH)
    rows = connection.execute(over).all()
    ours = agreement.c.document_id.in_([row.document_id for row in rows])
    removed = connection.execute(delete(agreement).where(ours)).rowcount
    _drop_files(connection, [row.signed_file_id for row in rows if row.signed_file_id], now)
    return removed


def remove_documents(connection: Connection, *, now: datetime) -> int:
    """Remove documents that can no longer be restored, after all that hangs on them."""
    rows = connection.execute(_over(now).add_columns(document.c.file_id).limit(BATCH)).all()
    ours = document.c.id.in_([row.id for row in rows])
    removed = connection.execute(delete(document).where(ours)).rowcount
    _drop_files(connection, [row.file_id for row in rows], now)
    return removed


def _drop_files(connection: Connection, keys: Sequence[UUID], now: datetime) -> None:
    """Let the bytes of files go that no record shows any more."""
    dropped = stored_file.c.id.in_(keys) & ~_shown()
    connection.execute(update(stored_file).where(dropped).values(remove_after=now))


def _over(now: datetime) -> Select[tuple[UUID]]:
    return select(document.c.id).where(document.c.deleted_at < now - RESTORABLE - _MARGIN)


def _shown() -> ColumnElement[bool]:
    """Return the condition for files that a document or an agreement has, deleted or not."""
    return or_(
        exists().where(document.c.file_id == stored_file.c.id),
        exists().where(agreement.c.signed_file_id == stored_file.c.id),
    )


def claim_files(connection: Connection, *, now: datetime, after: UUID | None) -> list[Leftover]:
    """Return the next files whose time is over; from now on no upload can bring them to a record.

    An upload may be taken at this very moment, so its file is looked at again after its row is
    gone.
    """
    due = (stored_file.c.remove_after <= now, ~_shown())
    later = () if after is None else (stored_file.c.id > after,)
    found = select(stored_file.c.id).where(*due, *later).order_by(stored_file.c.id).limit(BATCH)
    ids = list(connection.scalars(found))
    connection.execute(delete(upload).where(upload.c.file_id.in_(ids)))
    ours = stored_file.c.id.in_(ids)
    left = select(stored_file.c.id, stored_file.c.key).where(ours, *due)
    return [Leftover(*row) for row in connection.execute(left.order_by(stored_file.c.id))]


def forget_files(connection: Connection, *, keys: Sequence[UUID]) -> int:
    """Remove the rows of files of which no byte is left."""
    return connection.execute(delete(stored_file).where(stored_file.c.id.in_(keys))).rowcount


async def remove_bytes(store: FileStore, claimed: Sequence[Leftover]) -> tuple[list[UUID], bool]:
    """Remove the bytes of files; return of which, and whether the storage is there.

    One that cannot be removed is left to the next sweep; after five in a row the storage is away.
    """
    done, failed = list[UUID](), 0
    for one in claimed:
        try:
            await store.remove(one.key)
        except StorageError:
            failed += 1
            if failed == _AWAY_AFTER:
                return done, False
        else:
            done.append(one.id)
            failed = 0
    return done, True

"""Receiving a file: what its link opens, and what becomes of it; not mutations of the API (C11).

Each function is one transaction, with the rights of its moment: the link says who sends, and the
database whether he still may.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, delete, update

from models.stored_file import StoredFile, Upload, stored_file, upload
from permissions.rights import Permission
from permissions.viewer import Viewer
from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers import document_records, records, vocabulary
from resolvers.file_links import RESUMABLE, UploadLink

# Longer than a request may send, or a segment be on its way.
WRITTEN_UNTIL = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Receiving:
    """An upload that may go on, its file, and who sends it."""

    viewer: Viewer
    upload: Upload
    file: StoredFile


@dataclass(frozen=True, slots=True)
class Received:
    """What is known of a file when all its bytes are there."""

    segments: Sequence[int]
    sha256: str
    pages: int | None
    words: Sequence[str]


def begin(connection: Connection, link: UploadLink, now: datetime) -> Receiving | None:
    """Open an upload by its link, which no longer opens it then; None where it may not be."""
    found = _allowed(connection, link)
    if found is None or found.upload.opened_at is not None:
        return None
    ours = upload.c.id == link.upload_id
    connection.execute(update(upload).where(ours).values(opened_at=now))
    return found


def resume(connection: Connection, link: UploadLink, now: datetime) -> Receiving | None:
    """Return an upload that was opened, within its 24 hours; else None.

    It may be complete: who did not hear so asks again.
    """
    found = _allowed(connection, link)
    if found is None or found.upload.opened_at is None:
        return None
    return found if now < found.upload.created_at + RESUMABLE else None


def complete(connection: Connection, link: UploadLink, received: Received) -> bool:
    """Take note that all bytes are there and fit; False where the sender may no longer send."""
    found = _allowed(connection, link)
    if found is None:
        return False
    if found.file.sha256 is not None:
        return True  # by another process, which had the same bytes
    connection.execute(
        update(stored_file)
        .where(stored_file.c.id == found.file.id)
        .values(
            segments=list(received.segments),
            sha256=received.sha256,
            pages=received.pages,
            words=list(received.words),
        )
    )
    return True


def abandon(connection: Connection, upload_id: UUID, now: datetime) -> bool:
    """Give an upload up, and return whether that is so: a complete one may be in use already.

    Its link and its file are gone. The sweep removes the file once nobody can write to it any more.
    """
    pair = document_records.lock_upload(connection, upload_id)
    if pair is None or pair[1].sha256 is not None:
        return False
    connection.execute(delete(upload).where(upload.c.id == upload_id))
    ours = stored_file.c.id == pair[1].id
    connection.execute(update(stored_file).where(ours).values(remove_after=now + WRITTEN_UNTIL))
    return True


def _allowed(connection: Connection, link: UploadLink) -> Receiving | None:
    """Return an upload that is held until commit, if its sender may write to its record now."""
    viewer = vocabulary.load_viewer(connection, link.credential)
    pair = document_records.lock_upload(connection, link.upload_id)
    if viewer is None or pair is None or pair[0].user_id != viewer.user_id:
        return None
    row, file = pair
    kind, key = (CONTACT, row.contact_id) if row.contact_id else (OPPORTUNITY, row.opportunity_id)
    if key is None or not viewer.may(Permission.DOCUMENTS_WRITE):
        return None
    seen = records.find_visible(connection, kind, viewer, key)
    return Receiving(viewer, row, file) if seen else None

"""Papers: PDFs that a change needs, set before its transaction and taken in it (ADR-0021).

A change that needs a paper says so by PaperNeeded, which undoes it. The paper is set and stored,
and the change is made again. It takes the paper only if that says what it would say now.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Connection, delete, update

from files.formats import FileFormat
from files.press.jobs import AgreementText, Certificate
from files.segments import new_key
from models.seams import Seams
from models.stored_file import StoredFile, stored_file

# A change takes its paper within seconds, or never.
_UNTAKEN = timedelta(hours=1)


@dataclass(frozen=True)
class AgreementOrder:
    """The wish for an agreement as PDF; it is going to be the document of this id."""

    document_id: UUID
    text: AgreementText


@dataclass(frozen=True)
class CertificateOrder:
    """The wish for a signed PDF with its certificate."""

    signed: StoredFile
    certificate: Certificate


Order = AgreementOrder | CertificateOrder


class PaperNeeded(Exception):
    """The change goes on when this paper is there; `path` leads to the input it comes from."""

    def __init__(self, order: Order, *path: str) -> None:
        """Take what is to be set."""
        super().__init__("a paper is needed")
        self.order = order
        self.path = path


@dataclass
class Paper:
    """A paper that was set, and whether a change took it."""

    order: Order
    file: StoredFile
    taken: bool = False


def take(connection: Connection, paper: Paper | None, order: Order, *path: str) -> StoredFile:
    """Return the file of a paper that is kept from now on; PaperNeeded where it says less or more.

    The change that calls this is about to show the file.
    """
    if paper is None or paper.order != order:
        raise PaperNeeded(order, *path)
    ours = stored_file.c.id == paper.file.id
    kept = {"segments": paper.file.segments, "remove_after": None}
    connection.execute(update(stored_file).where(ours).values(kept))
    paper.taken = True
    return paper.file


def paper_file(
    seams: Seams, practice_id: UUID, content: bytes, pages: int | None, words: Collection[str]
) -> StoredFile:
    """Return the file that a PDF is going to be, before a byte of it is stored."""
    now: datetime = seams.now()
    return StoredFile(
        id=seams.new_id(),
        practice_id=practice_id,
        key=new_key(),
        segments=None,
        media_type=FileFormat.PDF.media_type,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        pages=pages,
        words=sorted(words),
        created_at=now,
        remove_after=now + _UNTAKEN,
    )


def forget_file(connection: Connection, key: UUID) -> None:
    """Remove the row of a file that was never shown, and whose bytes are gone."""
    never = (stored_file.c.id == key, stored_file.c.remove_after.is_not(None))
    connection.execute(delete(stored_file).where(*never))

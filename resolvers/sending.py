"""Sending a file: what its link shows, with the rights of now (C11, R16)."""

from dataclasses import dataclass

from sqlalchemy import Connection

from models.document import Document
from models.stored_file import StoredFile
from permissions.viewer import Viewer
from resolvers import document_records, vocabulary
from resolvers.file_links import DocumentLink


@dataclass(frozen=True, slots=True)
class Sending:
    """A document that may be sent, its file, and to whom."""

    viewer: Viewer
    document: Document
    file: StoredFile


def find(connection: Connection, link: DocumentLink) -> Sending | None:
    """Return what a link shows; None where its holder may not see it now, or its file is another.

    An agreement's link of before it was changed or signed shows nothing any more.
    """
    viewer = vocabulary.load_viewer(connection, link.credential)
    if viewer is None:
        return None
    shown = document_records.find_visible(connection, viewer, link.document_id)
    if shown is None or shown.file_id != link.file_id:
        return None
    file = document_records.file_of(connection, shown.file_id)
    return Sending(viewer, shown, file) if file and file.segments else None

"""Links to files, as fields show them."""

from datetime import datetime
from typing import Any, NamedTuple

from files.formats import IMAGES, FileFormat, format_of_media_type
from models.stored_file import Upload
from resolvers.document_seen import SeenDocument, SeenRecipient
from resolvers.enums import DocumentStatus
from resolvers.file_links import (
    LINK_LIFE,
    DocumentLink,
    LinkKind,
    ShareLink,
    UploadLink,
    document_url,
    share_url,
    upload_url,
)
from resolvers.ids import global_id
from schema.context import Context, Info

_SHARED = (DocumentStatus.SENT.value, DocumentStatus.VIEWED.value)
_PICTURED = IMAGES | {FileFormat.PDF}


class Ticket(NamedTuple):
    """Where and until when a file can be sent."""

    id: str
    url: str
    method: str
    expires_at: datetime


def ticket_of(context: Context, row: Upload) -> Ticket:
    """Return the way to send the file of an upload; its link opens once."""
    until = row.created_at + LINK_LIFE
    link = UploadLink(row.id, context.viewer.credential)
    url = upload_url(context.services.shelf, LinkKind.UPLOAD, link, until)
    return Ticket(global_id("Upload", row.id), url, "PUT", until)


def download_link(info: Info, shown: Any) -> str:
    """Return the link to the file of a document."""
    return _document(info, shown, LinkKind.DOWNLOAD)


def preview_link(info: Info, shown: Any) -> str | None:
    """Return the link to pictures of a document's pages; None for formats without."""
    if format_of_media_type(shown.media_type) not in _PICTURED:
        return None
    return _document(info, shown, LinkKind.PREVIEW)


def _document(info: Info, shown: SeenDocument, kind: LinkKind) -> str:
    context = info.context
    link = DocumentLink(shown.row.id, shown.row.file_id, context.viewer.credential)
    return document_url(context.services.shelf, kind, link, context.services.seams.now())


def share_link(info: Info, shown: Any) -> str | None:
    """Return a recipient's link; None where he needs none, or the viewer may not act for him."""
    recipient: SeenRecipient = shown
    if recipient.contact is None or recipient.status not in _SHARED:
        return None
    return share_url(info.context.services.shelf, ShareLink(recipient.row.id, recipient.revision))


def primary_share_link(info: Info, shown: Any) -> str | None:
    """Return the primary recipient's link."""
    document: SeenDocument = shown
    primary = (one for one in document.recipients if one.primary)
    return next((share_link(info, one) for one in primary), None)

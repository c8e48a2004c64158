"""Links to files: for whom they are, to what, and until when (C11).

A link names ids and a credential, sealed; what its holder may do is judged when it is used.
"""

from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

from files.links import BadLink
from files.shelf import Shelf
from models.base import from_microseconds, to_microseconds
from permissions.viewer import Credential

LINK_LIFE = timedelta(seconds=60)
RESUMABLE = timedelta(hours=24)


class LinkKind(Enum):
    """What a link is for, and the path it has."""

    DOWNLOAD = "/files/documents/"
    PREVIEW = "/files/previews/"
    UPLOAD = "/files/uploads/"
    RESUME = "/files/resumable/"
    SHARE = "/sign/"
    SIGNED = "/signed/"


class DocumentLink(NamedTuple):
    """One file of a document, for one viewer: another version of it needs another link."""

    document_id: UUID
    file_id: UUID
    credential: Credential


class UploadLink(NamedTuple):
    """One upload of one viewer."""

    upload_id: UUID
    credential: Credential


class ShareLink(NamedTuple):
    """One revision of an agreement, for one recipient."""

    recipient_id: UUID
    revision: int


class SignedLink(NamedTuple):
    """The file of a completed agreement, for one of its recipients."""

    recipient_id: UUID
    file_id: UUID


def document_url(shelf: Shelf, kind: LinkKind, link: DocumentLink, now: datetime) -> str:
    """Return the address of a document's file, or of its preview, for 60 seconds."""
    content = [link.document_id.hex, link.file_id.hex, *_written(link.credential)]
    return _url(shelf, kind, shelf.links.make(kind.name, content, now + LINK_LIFE))


def open_document(shelf: Shelf, kind: LinkKind, text: str, now: datetime) -> DocumentLink:
    """Return what a document's link names; BadLink for any other text."""
    document_id, file_id, *credential = shelf.links.open(kind.name, text, now)
    return DocumentLink(UUID(document_id), UUID(file_id), _read(credential))


def upload_url(shelf: Shelf, kind: LinkKind, link: UploadLink, until: datetime) -> str:
    """Return the address to send a file to, or (RESUME) to go on sending."""
    content = [link.upload_id.hex, *_written(link.credential)]
    return _url(shelf, kind, shelf.links.make(kind.name, content, until))


def open_upload(shelf: Shelf, kind: LinkKind, text: str, now: datetime) -> UploadLink:
    """Return which upload a link is for; BadLink for any other text."""
    upload_id, *credential = shelf.links.open(kind.name, text, now)
    return UploadLink(UUID(upload_id), _read(credential))


def share_url(shelf: Shelf, link: ShareLink) -> str:
    """Return the address of the page on which a recipient reads and signs: always the same."""
    content = [link.recipient_id.hex, link.revision]
    return _url(shelf, LinkKind.SHARE, shelf.links.make("SHARE", content, None, stable=True))


def open_share(shelf: Shelf, text: str, now: datetime) -> ShareLink:
    """Return which recipient and revision a link is for; BadLink for any other text."""
    recipient_id, revision = shelf.links.open("SHARE", text, now)
    return ShareLink(UUID(recipient_id), revision)


def signed_url(shelf: Shelf, link: SignedLink, until: datetime) -> str:
    """Return the address of a completed agreement's file."""
    content = [link.recipient_id.hex, link.file_id.hex]
    return _url(shelf, LinkKind.SIGNED, shelf.links.make("SIGNED", content, until))


def open_signed(shelf: Shelf, text: str, now: datetime) -> SignedLink:
    """Return which completed file a link is for; BadLink for any other text."""
    recipient_id, file_id = shelf.links.open("SIGNED", text, now)
    return SignedLink(UUID(recipient_id), UUID(file_id))


def _url(shelf: Shelf, kind: LinkKind, text: str) -> str:
    return f"{shelf.address}{kind.value}{text}"


def _written(credential: Credential) -> list[Any]:
    times = (credential.issued_at, credential.expires_at)
    return [
        credential.user_id.hex,
        credential.token_id.hex if credential.token_id else None,
        *(to_microseconds(one) if one else None for one in times),
    ]


def _read(stored: list[Any]) -> Credential:
    user_id, token_id, issued_at, expires_at = stored
    return Credential(
        UUID(user_id),
        UUID(token_id) if token_id else None,
        from_microseconds(issued_at) if issued_at is not None else None,
        from_microseconds(expires_at) if expires_at is not None else None,
    )


__all__ = [
    "LINK_LIFE",
    "RESUMABLE",
    "BadLink",
    "DocumentLink",
    "LinkKind",
    "ShareLink",
    "SignedLink",
    "UploadLink",
    "document_url",
    "open_document",
    "open_share",
    "open_signed",
    "open_upload",
    "share_url",
    "signed_url",
    "upload_url",
]

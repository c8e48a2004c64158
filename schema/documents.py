"""Documents: files and agreements, the records they hang on, and uploads."""

from datetime import datetime

import strawberry

from resolvers import document_seen, pages
from schema import links
from schema.context import Info
from schema.enums import Channel, DocumentKind, DocumentStatus, RecipientRole
from schema.kind import Node, kind
from schema.records import Contact, ContactCard, Opportunity, PageInfo
from schema.templates import AgreementTemplate
from schema.vocabulary import User


@kind(document_seen.SeenRecipient)
class DocumentRecipient:
    """Somebody an agreement is sent to; his contact only where the viewer sees it (R17)."""

    contact_card: ContactCard
    contact: Contact | None
    primary: bool
    completed: bool
    role: RecipientRole
    viewed_at: datetime | None
    completed_at: datetime | None

    @strawberry.field
    def share_url(self, info: Info) -> str | None:
        """His own link to read and sign; only while SENT or VIEWED, and if you see his contact."""
        return links.share_link(info, self)


@kind(document_seen.DocumentSource)
class DocumentSource:
    """The message a document was attached to; each attachment becomes one document (R86)."""

    channel: Channel
    message_id: str
    attachment_id: str


@kind(document_seen.SeenAgreement)
class Agreement:
    """What an agreement is besides a document: its text, and what became of it (R85)."""

    revision: int
    body: str = strawberry.field(
        description="The text, in CommonMark with its merge fields; the PDF has what they say."
    )
    template: AgreementTemplate | None
    sent_at: datetime | None
    viewed_at: datetime | None
    expires_at: datetime | None
    completed_at: datetime | None
    declined_at: datetime | None
    decline_reason: str | None


@kind(document_seen.SeenDocument)
class Document(Node):
    """A file or an agreement; whoever sees a record it hangs on sees it (R16)."""

    name: str
    kind: DocumentKind
    status: DocumentStatus
    folder: str
    media_type: str
    size: int
    sha256: str
    pages: int | None
    contact: Contact | None
    opportunity: Opportunity | None
    recipients: list[DocumentRecipient]
    agreement: Agreement | None
    source: DocumentSource | None
    uploaded_by: User | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    version: int
    viewer_can_edit: bool

    @strawberry.field
    def download_url(self, info: Info) -> str | None:
        """For you alone and for 60 s; your rights are looked at again when it is used."""
        return links.download_link(info, self)

    @strawberry.field
    def preview_url(self, info: Info) -> str | None:
        """A picture (PNG) of the first page, `?page=2` of the next; null where there is none."""
        return links.preview_link(info, self)

    @strawberry.field
    def share_url(self, info: Info) -> str | None:
        """The primary recipient's link; only while SENT or VIEWED, and if you see his contact."""
        return links.primary_share_link(info, self)


@kind(document_seen.Folder)
class DocumentFolder:
    """A folder of a record's documents."""

    name: str
    system: bool
    count: int


@kind(pages.Edge)
class DocumentEdge:
    """A document at its place in the list."""

    cursor: str
    node: Document


@kind(pages.Page)
class DocumentConnection:
    """A page of documents, newest first."""

    edges: list[DocumentEdge]
    nodes: list[Document]
    page_info: PageInfo
    total_count: int = strawberry.field(description="Of what the viewer sees (P10).")


@kind(links.Ticket)
class UploadTicket:
    """A way to send one file: PUT its bytes to `url`, or begin a resumable upload there (tus)."""

    id: strawberry.ID
    url: str
    method: str
    expires_at: datetime

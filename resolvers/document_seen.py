"""Documents as a viewer sees them: other people's contacts only by name (R17, K26)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from models.agreement import Agreement, Recipient
from models.document import Document
from models.text import same_name_key
from permissions.documents import may_change
from permissions.visibility import CONTACT, OPPORTUNITY
from resolvers import agreement_records, document_records, records
from resolvers.agreement_templates import SeenTemplate
from resolvers.agreement_templates import shown as seen_template
from resolvers.documents import SYSTEM_FOLDERS
from resolvers.enums import DocumentKind
from resolvers.ids import global_id
from resolvers.lens import Lens, Named, SeenUser
from resolvers.loading import Wants, below_contact, need_users, show_contacts, show_opportunities
from resolvers.seen import ContactCard, SeenContact, SeenOpportunity


class DocumentSource(NamedTuple):
    """The message a document was attached to (R86)."""

    channel: str
    message_id: str
    attachment_id: str


@dataclass(slots=True)
class Surroundings:
    """What was read around the documents of one answer."""

    lens: Lens
    contacts: dict[UUID, SeenContact]
    opportunities: dict[UUID, SeenOpportunity]
    names: dict[UUID, str]
    agreements: dict[UUID, Agreement]
    templates: dict[UUID, SeenTemplate] = field(default_factory=dict)


class SeenAgreement:
    """What an agreement is besides a document, and the template it was made from."""

    __slots__ = ("row", "template")

    def __init__(self, row: Agreement, template: SeenTemplate | None) -> None:
        """Show `row`; its template where it is still there."""
        self.row = row
        self.template = template

    def __getattr__(self, name: str) -> Any:
        """Return the row's attribute."""
        return getattr(self.row, name)


class SeenRecipient(Named):
    """A recipient of an agreement: his name for all who see it, his contact by its own rule."""

    __slots__ = ("around", "revision", "status")

    def __init__(self, row: Recipient, document: "SeenDocument", revision: int) -> None:
        """Show a recipient of a revision of an agreement; he has no id of his own."""
        self.row, self.shown = row, {}
        self.revision = revision
        self.status: str = document.row.status
        self.around = document.around

    @property
    def contact(self) -> SeenContact | None:
        """His contact, or None where the viewer cannot see it."""
        return self.around.contacts.get(self.row.contact_id)

    @property
    def contact_card(self) -> ContactCard:
        """His contact's id and name."""
        key = self.row.contact_id
        return ContactCard(global_id(CONTACT.name, key), self.around.names.get(key, ""))

    @property
    def primary(self) -> bool:
        """Whether he is the primary recipient."""
        return bool(self.row.is_primary)

    @property
    def completed(self) -> bool:
        """Whether he has signed."""
        return self.row.completed_at is not None


class SeenDocument(Named):
    """A document the viewer sees."""

    __slots__ = ("around",)

    def __init__(self, row: Document, around: Surroundings) -> None:
        """Show `row` with what was read around it."""
        super().__init__("Document", row)
        self.around = around

    @property
    def contact(self) -> SeenContact | None:
        """Its contact, of an agreement the primary recipient's; None where it cannot be seen."""
        key = self.row.contact_id
        return self.around.contacts.get(key) if key else None

    @property
    def opportunity(self) -> SeenOpportunity | None:
        """The card whose field it belongs to."""
        key = self.row.opportunity_id
        return self.around.opportunities.get(key) if key else None

    @property
    def uploaded_by(self) -> SeenUser | None:
        """Who made it."""
        key = self.row.created_by
        return self.around.lens.users.get(key) if key else None

    @property
    def agreement(self) -> SeenAgreement | None:
        """What it is as an agreement."""
        found = self.around.agreements.get(self.row.id)
        if found is None:
            return None
        key = found.template_id
        return SeenAgreement(found, self.around.templates.get(key) if key else None)

    @property
    def recipients(self) -> list[SeenRecipient]:
        """The recipients of an agreement, in order."""
        found = self.agreement
        if found is None:
            return []
        return [SeenRecipient(one, self, found.revision) for one in found.recipients]

    @property
    def source(self) -> DocumentSource | None:
        """The message it was attached to."""
        row: Document = self.row
        if row.source_channel is None or row.source_message is None:
            return None
        return DocumentSource(row.source_channel, row.source_message, row.source_attachment or "")

    @property
    def viewer_can_edit(self) -> bool:
        """Whether the viewer may change and delete it."""
        return may_change(self.around.lens.viewer, self.row)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of a record's documents; `count` is what the viewer sees in it."""

    name: str
    count: int

    @property
    def system(self) -> bool:
        """Whether every record has it."""
        return same_name_key(self.name) in {same_name_key(one) for one in SYSTEM_FOLDERS}


_WITH_PEOPLE = frozenset(("recipients", "agreement", "shareUrl"))


def show_documents(
    connection: Connection, lens: Lens, found: Sequence[Document], wants: Wants
) -> list[SeenDocument]:
    """Return visible documents with all that `wants` names around them."""
    around = Surroundings(lens, {}, {}, {}, {})
    if not wants.isdisjoint(_WITH_PEOPLE):
        keys = [one.id for one in found if one.kind == DocumentKind.AGREEMENT.value]
        around.agreements = document_records.agreements(connection, keys)
    if "template" in wants:
        made = (one.template_id for one in around.agreements.values() if one.template_id)
        templates = agreement_records.templates_of(connection, lens.viewer, made)
        around.templates = {key: seen_template(one) for key, one in templates.items()}
    if not wants.isdisjoint(("contact", "contactCard", "shareUrl")):
        _need_contacts(connection, around, found, wants)
    if "opportunity" in wants:
        _need_opportunities(connection, around, found, wants)
    if not wants.isdisjoint(("uploadedBy", "sender")):
        need_users(connection, lens, (one.created_by for one in found))
    return [SeenDocument(one, around) for one in found]


def _need_contacts(
    connection: Connection, around: Surroundings, found: Sequence[Document], wants: Wants
) -> None:
    people = [one for of in around.agreements.values() for one in of.recipients]
    keys = {one.contact_id for one in found if one.contact_id} | {one.contact_id for one in people}
    if "contactCard" in wants:
        rows = records.load_rows(connection, CONTACT, (one.contact_id for one in people))
        around.names = {key: row.name for key, row in rows.items()}
    seen = records.load_visible(connection, CONTACT, around.lens.viewer, keys)
    shown = show_contacts(connection, around.lens, list(seen.values()), below_contact(wants))
    around.contacts = {one.id: one for one in shown}


def _need_opportunities(
    connection: Connection, around: Surroundings, found: Sequence[Document], wants: Wants
) -> None:
    keys = {one.opportunity_id for one in found if one.opportunity_id}
    seen = records.load_visible(connection, OPPORTUNITY, around.lens.viewer, keys)
    shown = show_opportunities(connection, around.lens, list(seen.values()), wants)
    around.opportunities = {one.id: one for one in shown}

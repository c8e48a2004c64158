"""What an agreement says as PDF: its text with the merge fields of this moment filled in."""

from dataclasses import dataclass
from uuid import UUID

from files.press.jobs import AgreementText
from models.contact import Contact
from models.stored_file import StoredFile
from permissions.visibility import CONTACT
from resolvers import papers, records
from resolvers.change import Change
from resolvers.enums import ErrorCode
from resolvers.merging import empty_fields, merged, values_for
from resolvers.papers import AgreementOrder
from resolvers.problems import forbidden, refuse


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What is to be set; a `complete` one has no merge field that says nothing."""

    document_id: UUID
    revision: int
    name: str
    body: str
    complete: bool = False
    path: str = "body"


def printed(change: Change, wording: Wording, contact: Contact) -> StoredFile:
    """Return the file of a text, kept; PaperNeeded until it is there.

    `contact` is the primary recipient's. Refused where a complete one would have a hole.
    """
    values = values_for(change.viewer, contact, change.now)
    empty = empty_fields(wording.body, values) if wording.complete else []
    if empty:
        message = (
            f"{{{{{empty[0]}}}}} is empty for the primary recipient. Fill it in at the contact,"
            " or change the text with updateAgreement."
        )
        raise refuse(ErrorCode.INVALID_INPUT, message, wording.path)
    text = AgreementText(
        practice=change.viewer.practice.name,
        title=wording.name,
        reference=f"{reference(wording.document_id)}, revision {wording.revision}",
        body=merged(wording.body, values),
    )
    order = AgreementOrder(wording.document_id, text)
    return papers.take(change.connection, change.paper, order, wording.path)


def reference(document_id: UUID) -> str:
    """Return what names an agreement on paper.

    >>> reference(UUID("01890000-0000-7000-8000-3f2a99bc12de"))
    '3F2A-99BC-12DE'
    """
    digits = document_id.hex[-12:].upper()
    return "-".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def primary_contact(change: Change, contact_id: UUID) -> Contact:
    """Return the primary recipient's contact; refused where the viewer does not see it.

    What a merge field tells of a contact is only for those who see it.
    """
    found = records.find_visible(change.connection, CONTACT, change.viewer, contact_id)
    if not isinstance(found, Contact):
        raise forbidden("Only who sees the primary recipient's contact can do this.")
    return found

"""What a link to sign opens: an agreement as one of its recipients sees it, without a user."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from models.agreement import Agreement, Recipient
from models.contact import Contact
from models.document import Document
from models.practice import Practice, practice
from models.stored_file import StoredFile
from permissions.visibility import CONTACT
from resolvers import agreement_records, document_records, records, vocabulary
from resolvers.agreement_states import OPEN
from resolvers.enums import RecipientRole
from resolvers.file_links import ShareLink, SignedLink


@dataclass(frozen=True)
class Signing:
    """An agreement before one of its recipients; `names` are those of all, by contact."""

    document: Document
    agreement: Agreement
    recipient: Recipient
    practice: Practice
    file: StoredFile
    names: dict[UUID, str]

    @property
    def name(self) -> str:
        """The recipient's name."""
        return self.names[self.recipient.contact_id]

    @property
    def is_signer(self) -> bool:
        """Whether the agreement needs the recipient's signature."""
        return self.recipient.role == RecipientRole.SIGNER.value

    def is_open(self, now: datetime) -> bool:
        """Return whether the agreement can be read and signed."""
        return self.document.status in OPEN and not self.is_over(now)

    def is_over(self, now: datetime) -> bool:
        """Return whether the time to sign is over."""
        ends = self.agreement.expires_at
        return ends is not None and ends <= now

    def waits_for(self) -> list[Recipient]:
        """Return the other signers who have not signed yet."""
        return [
            one
            for one in self.agreement.recipients
            if one.role == RecipientRole.SIGNER.value
            and one.completed_at is None
            and one.id != self.recipient.id
        ]


def find_signing(connection: Connection, link: ShareLink) -> Signing | None:
    """Return what a link to sign opens, in whatever status it is.

    None for a recipient or revision that is no more, a deleted agreement, a deleted contact.
    """
    recipient = agreement_records.recipient(connection, link.recipient_id)
    found = _around(connection, recipient) if recipient else None
    return found if found and found.agreement.revision == link.revision else None


def hold_signing(connection: Connection, link: ShareLink) -> Signing | None:
    """Return what a link to sign opens, held until commit."""
    recipient = agreement_records.recipient(connection, link.recipient_id)
    if recipient is None:
        return None
    document_records.lock(connection, recipient.document_id)
    return find_signing(connection, link)


def find_signed(connection: Connection, link: SignedLink) -> Signing | None:
    """Return the completed agreement whose file a link is for; None if it has another by now."""
    recipient = agreement_records.recipient(connection, link.recipient_id)
    found = _around(connection, recipient) if recipient else None
    return found if found and found.document.file_id == link.file_id else None


def _around(connection: Connection, recipient: Recipient) -> Signing | None:
    one = document_records.find_any(connection, recipient.document_id)
    if one is None:
        return None
    agreement = document_records.agreements(connection, [one.id])[one.id]
    people = _contacts(connection, agreement.recipients)
    file = document_records.file_of(connection, one.file_id)
    if file is None or people[recipient.contact_id].deleted_at is not None:
        return None
    mine = next(each for each in agreement.recipients if each.id == recipient.id)
    names = {key: contact.name for key, contact in people.items()}
    return Signing(one, agreement, mine, _practice(connection, one.practice_id), file, names)


def _contacts(connection: Connection, people: Iterable[Recipient]) -> dict[UUID, Contact]:
    return records.load_rows(connection, CONTACT, (one.contact_id for one in people))


def _practice(connection: Connection, key: UUID) -> Practice:
    statement = select(*vocabulary.PRACTICE_COLUMNS).where(practice.c.id == key)
    return Practice(*connection.execute(statement).one())

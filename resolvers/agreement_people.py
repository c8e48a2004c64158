"""Who an agreement is for: as asked for, and as stored."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from models.agreement import Recipient
from models.contact import Contact
from permissions.visibility import CONTACT
from resolvers.agreement_forms import AgreementRecipient
from resolvers.change import Change
from resolvers.enums import ErrorCode, RecipientRole
from resolvers.problems import Problem

MOST = 20
_PATH = "recipients"


def people_problems(people: Sequence[AgreementRecipient] | None) -> Iterator[Problem]:
    """Yield what is wrong with recipients by themselves."""
    if people is None:
        return
    contacts = [one.contact_id.id for one in people]
    if not 1 <= len(people) <= MOST:
        yield _problem(f"An agreement has 1 to {MOST} recipients.")
    elif len(set(contacts)) < len(contacts):
        yield _problem("A contact can be a recipient once only.")
    if sum(one.primary for one in people) > 1:
        yield _problem("Mark one recipient as primary, or none: then it is the first.")
    if people and all(one.role is not RecipientRole.SIGNER for one in people):
        yield _problem("At least one recipient has to sign.")


def lookups(change: Change, people: Sequence[AgreementRecipient]) -> list[Contact | Problem]:
    """Return each recipient's contact as the viewer sees it, held; a problem for any other one."""
    keys = {one.contact_id.id for one in people}
    change.load(CONTACT, CONTACT.table.c.id.in_(keys))  # all at once, by id (C3)
    return [
        change.contact(one.contact_id, _PATH, str(place), "contactId")
        for place, one in enumerate(people)
    ]


def recipients_of(
    change: Change, document_id: UUID, people: Sequence[AgreementRecipient]
) -> tuple[Recipient, ...]:
    """Return new recipients in their order; the first is the primary one if none is marked."""
    primary = next((place for place, one in enumerate(people) if one.primary), 0)
    return tuple(
        Recipient(
            id=change.seams.new_id(),
            practice_id=change.viewer.practice_id,
            document_id=document_id,
            contact_id=one.contact_id.id,
            position=place,
            is_primary=place == primary,
            role=one.role.value,
        )
        for place, one in enumerate(people)
    )


def primary_of(recipients: Sequence[Recipient]) -> Recipient:
    """Return the primary recipient."""
    return next(one for one in recipients if one.is_primary)


def _problem(message: str) -> Problem:
    return Problem(ErrorCode.INVALID_INPUT, message, _PATH)

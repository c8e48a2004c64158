"""What is certified about an agreement that all its signers have signed."""

from datetime import datetime
from typing import Any

from files.press.jobs import Certificate, CertifiedRecipient
from models.agreement import Recipient
from resolvers.agreement_texts import reference
from resolvers.enums import RecipientRole
from resolvers.signing_seen import Signing

_ROLES = {RecipientRole.SIGNER.value: "Signer", RecipientRole.COPY.value: "Copy"}


def certificate_of(found: Signing, completed_at: datetime) -> Certificate:
    """Return what is certified once the recipient in hand has signed as the last one."""
    one, agreement, mine = found.document, found.agreement, found.recipient
    if agreement.sent_at is None:
        raise LookupError("what was signed was sent")
    people = [mine if each.id == mine.id else each for each in agreement.recipients]
    return Certificate(
        practice=found.practice.name,
        title=one.name,
        reference=reference(one.id),
        revision=agreement.revision,
        sha256=found.file.sha256 or "",
        created_at=one.created_at,
        sent_at=agreement.sent_at,
        completed_at=completed_at,
        recipients=tuple(_shown(each, found.names[each.contact_id]) for each in people),
    )


def _shown(one: Recipient, name: str) -> CertifiedRecipient:
    role: Any = _ROLES[one.role]
    return CertifiedRecipient(
        name=name,
        role=role,
        signature=one.signed_name,
        signed_at=one.completed_at,
        address=one.signed_address,
    )

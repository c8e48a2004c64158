"""What recipients do with an agreement through their links, and when its time is over (R85).

No user does these steps, so no permission is asked: the link is the right. Each step is an event
of the log and a row of the audit trail, of the recipient or of the program.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from models.agreement import Recipient
from models.document import Document
from resolvers import agreement_rows, document_records, papers
from resolvers.agreement_states import OPEN, gone_to
from resolvers.certificates import certificate_of
from resolvers.enums import ActorKind, DocumentStatus
from resolvers.file_links import ShareLink
from resolvers.papers import CertificateOrder, Paper
from resolvers.problems import Refused
from resolvers.signing_seen import Signing, find_signing, hold_signing
from resolvers.steps import Step


class Closed(Refused):
    """The link opens nothing, or nothing any more."""


class Changed(Refused):
    """What is to be signed is not what was read, or it is signed already."""


class NotSigner(Refused):
    """The recipient has a copy to read: there is nothing for him to sign or decline."""


class Visit(NamedTuple):
    """The moment at which a link is used, the network's address and the request it comes by."""

    now: datetime
    address: str
    request_id: str | None = None


class Signature(NamedTuple):
    """The name that was typed, and the hash of what was read."""

    name: str
    sha256: str


def visit(connection: Connection, link: ShareLink, by: Visit) -> Signing | None:
    """Take note that a recipient reads an agreement; None where his link opens nothing (more).

    The first visit makes it VIEWED; one after its time makes it EXPIRED.
    """
    found = hold_signing(connection, link)
    if found is not None and found.document.status in OPEN and found.is_over(by.now):
        _expire(connection, found.document, by.now)
    if found is None or not found.is_open(by.now):
        return None
    _view(connection, found, by)
    return find_signing(connection, link)


def _view(connection: Connection, found: Signing, by: Visit) -> Document:
    """Take note of the first visit of a recipient; return the agreement as it is then."""
    if found.recipient.viewed_at is not None:
        return found.document
    agreement_rows.set_recipient(connection, found.recipient.id, viewed_at=by.now)
    after = replace(found.document)
    if after.status == DocumentStatus.SENT.value:
        after = gone_to(after, DocumentStatus.VIEWED)
        agreement_rows.set_agreement(connection, after.id, viewed_at=by.now)
    step = _step(connection, found, by, "agreement.viewed")
    return step.make(found.document, after, _told(found, by))


def sign(
    connection: Connection,
    link: ShareLink,
    by: Visit,
    signature: Signature,
    paper: Paper | None = None,
) -> Signing:
    """Sign an agreement; the last signer completes it, and it gets its certificate (PaperNeeded).

    Raises Closed, Changed or NotSigner: then nothing is changed. Signing again changes nothing.
    """
    found = hold_signing(connection, link)
    if found is None or _is_repeat(found, signature, by.now):
        return _opened(found)
    _check(found, signature, by.now)
    last = not found.waits_for()
    by = by._replace(now=_moment(found, by.now, paper if last else None))
    mine = replace(
        found.recipient,
        completed_at=by.now,
        signed_name=signature.name,
        signed_address=by.address,
        signed_sha256=signature.sha256,
    )
    document = _view(connection, found, by)
    document = _sign(connection, replace(found, document=document), by, mine)
    if last:
        signed = replace(found, document=document, recipient=mine)
        order = CertificateOrder(found.file, certificate_of(signed, by.now))
        file = papers.take(connection, paper, order)
        _complete(connection, signed, by, file.id)
    return _opened(find_signing(connection, link))


def _moment(found: Signing, now: datetime, paper: Paper | None) -> datetime:
    """Return when a signature is given: never before one that was taken before it.

    Signers queue, and clocks of several hosts differ. The last one has the moment of the paper.
    """
    if paper is not None and isinstance(paper.order, CertificateOrder):
        now = paper.order.certificate.completed_at
    earlier = (one.completed_at for one in found.agreement.recipients if one.completed_at)
    return max((now, *earlier))


def _opened(found: Signing | None) -> Signing:
    if found is None:
        raise Closed
    return found


def _is_repeat(found: Signing, signature: Signature, now: datetime) -> bool:
    """Return whether the recipient has signed this very text already, by this name."""
    done = found.document.status == DocumentStatus.COMPLETED.value or found.is_open(now)
    mine = found.recipient
    return done and (mine.signed_sha256, mine.signed_name) == (signature.sha256, signature.name)


def _check(found: Signing, signature: Signature, now: datetime) -> None:
    """Refuse a signature that cannot be taken."""
    if not found.is_open(now):
        raise Closed
    if not found.is_signer:
        raise NotSigner
    if found.recipient.completed_at or found.document.sha256 != signature.sha256:
        raise Changed


def _sign(connection: Connection, found: Signing, by: Visit, mine: Recipient) -> Document:
    columns = ("completed_at", "signed_name", "signed_address", "signed_sha256")
    values = {name: getattr(mine, name) for name in columns}
    agreement_rows.set_recipient(connection, mine.id, **values)
    told = {"signed_name": [None, mine.signed_name], "signed_sha256": [None, mine.signed_sha256]}
    step = _step(connection, found, by, "agreement.signed")
    return step.make(found.document, replace(found.document), _told(found, by) | told)


def _complete(connection: Connection, found: Signing, by: Visit, file_id: Any) -> None:
    before = found.document
    after = gone_to(before, DocumentStatus.COMPLETED)
    after.file_id = file_id
    values = {"completed_at": by.now, "signed_file_id": before.file_id}
    agreement_rows.set_agreement(connection, before.id, **values)
    step = _step(connection, found, by, "agreement.completed")
    step.make(before, after, _told(found, by) | {"signed_sha256": [None, before.sha256]})


def decline(connection: Connection, link: ShareLink, by: Visit, reason: str | None) -> Signing:
    """Decline an agreement for good; raises Closed, Changed (signed already) or NotSigner."""
    found = hold_signing(connection, link)
    if found is None or not found.is_open(by.now):
        raise Closed
    if not found.is_signer:
        raise NotSigner
    if found.recipient.completed_at:
        raise Changed
    agreement_rows.set_recipient(connection, found.recipient.id, declined_at=by.now)
    values = {"declined_at": by.now, "decline_reason": reason}
    agreement_rows.set_agreement(connection, found.document.id, **values)
    after = gone_to(found.document, DocumentStatus.DECLINED)
    step = _step(connection, found, by, "agreement.declined")
    step.make(found.document, after, _told(found, by) | {"decline_reason": [None, reason]})
    return found


def _step(connection: Connection, found: Signing, by: Visit, action: str) -> Step:
    return Step(
        connection=connection,
        practice_id=found.practice.id,
        now=by.now,
        action=action,
        by=ActorKind.RECIPIENT,
        request_id=by.request_id,
    )


def _told(found: Signing, by: Visit) -> dict[str, list[Any]]:
    """Return what the audit trail tells of every step of a recipient."""
    return {
        "recipient": [None, found.recipient.contact_id],
        "address": [None, by.address],
        "revision": [None, found.agreement.revision],
    }


def expire_next(connection: Connection, now: datetime) -> int:
    """Let the agreement expire whose time is over the longest; return how many did, 1 or 0.

    Its event and audit row lock the practice's heads, and no record is locked after these (C3).
    """
    key = document_records.next_due(connection, OPEN, now)
    if key is None:
        return 0
    document_records.lock(connection, key)
    one = document_records.find_any(connection, key)
    ends = document_records.agreements(connection, [key])[key].expires_at
    if one is None or one.status not in OPEN or ends is None or ends > now:
        return 0
    _expire(connection, one, now)
    return 1


def _expire(connection: Connection, one: Document, now: datetime) -> None:
    step = Step(
        connection=connection,
        practice_id=one.practice_id,
        now=now,
        action="agreement.expired",
        by=ActorKind.SYSTEM,
    )
    step.make(one, gone_to(one, DocumentStatus.EXPIRED), {})

"""Agreements as their senders change them: drafted, changed, sent, and made drafts again (R85)."""

from collections.abc import Iterator
from copy import copy
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from models.agreement import Agreement, AgreementTemplate
from models.contact import Contact
from models.document import Document
from permissions.rights import Permission
from permissions.visibility import CONTACT
from resolvers import agreement_rows, agreement_templates, document_records
from resolvers.agreement_forms import (
    CreateAgreement,
    ReviseAgreement,
    SendAgreement,
    UpdateAgreement,
)
from resolvers.agreement_people import lookups, people_problems, primary_of, recipients_of
from resolvers.agreement_states import expect_status, gone_to
from resolvers.agreement_texts import Wording, primary_contact, printed
from resolvers.change import Change
from resolvers.document_changes import KIND, add, save
from resolvers.documents import SENT, expect, file_document, folder_of, hold, require_change
from resolvers.enums import DocumentKind, DocumentStatus, ErrorCode
from resolvers.ids import Ref
from resolvers.inputs import Absent
from resolvers.merging import field_problems
from resolvers.outcome import Outcome
from resolvers.papers import AgreementOrder
from resolvers.problems import Problem, Refused, found, refuse
from resolvers.uploads import drop_file

USUAL_LIFE = timedelta(days=30)


def create(change: Change, form: CreateAgreement) -> Outcome:
    """Draft an agreement from a template or a text of its own; needs DOCUMENTS_WRITE.

    Merge fields are those of createAgreementTemplate. In a draft, one that says nothing leaves a
    blank line; such a draft cannot be sent. Drafts do not show on the recipients' records.
    """
    _refuse(*_create_problems(change, form))
    template = form.template_id and agreement_templates.hold(change, form.template_id, "templateId")
    *contacts, template = found(*lookups(change, form.recipients), template)
    change.require(Permission.DOCUMENTS_WRITE)
    folder = folder_of(form.folder or SENT)
    agreement = _new_agreement(change, form, template)
    primary = primary_of(agreement.recipients).contact_id
    wording = Wording(
        document_id=agreement.document_id,
        revision=1,
        name=form.name,
        body=agreement.body,
        path="templateId" if template else "body",
    )
    file = printed(change, wording, next(one for one in contacts if one.id == primary))
    new = file_document(change, file, form.name)
    new.id, new.contact_id, new.folder = agreement.document_id, primary, folder
    new.kind, new.status = DocumentKind.AGREEMENT.value, DocumentStatus.DRAFT.value
    add(change, new, _links(contacts), {"recipients": [[], _ids(contacts)]})
    agreement_rows.add(change.connection, agreement)
    return Outcome(record=Ref(KIND, new.id))


def _create_problems(change: Change, form: CreateAgreement) -> Iterator[Problem]:
    yield from people_problems(form.recipients)
    if (form.template_id is None) == (form.body is None):
        message = "Give either a templateId or a body."
        yield Problem(ErrorCode.INVALID_INPUT, message, "body")
    yield from field_problems(form.body)
    yield from _past_problems(change, form.expires_at)


def _past_problems(change: Change, expires_at: datetime | None) -> Iterator[Problem]:
    if expires_at is not None and expires_at <= change.now:
        yield Problem(ErrorCode.INVALID_INPUT, "This must be in the future.", "expiresAt")


def _refuse(*problems: Problem) -> None:
    if problems:
        raise Refused(*problems)


def _new_agreement(
    change: Change, form: CreateAgreement, template: AgreementTemplate | None
) -> Agreement:
    order = change.paper.order if change.paper else None
    key = order.document_id if isinstance(order, AgreementOrder) else change.seams.new_id()
    return Agreement(
        document_id=key,
        practice_id=change.viewer.practice_id,
        template_id=template.id if template else None,
        revision=1,
        body=template.body if template else form.body or "",
        expires_at=form.expires_at,
        recipients=recipients_of(change, key, form.recipients),
    )


def _links(contacts: list[Contact]) -> dict[UUID, str]:
    return {one.id: CONTACT.name for one in contacts}


def _ids(contacts: list[Contact]) -> list[UUID]:
    return [one.id for one in contacts]


def update(change: Change, form: UpdateAgreement) -> Outcome:
    """Change a draft; its PDF is set anew. Needs DOCUMENTS_WRITE.

    Only who sees the primary recipient's contact can change the name, text or recipients.
    """
    expires_at = None if isinstance(form.expires_at, Absent) else form.expires_at
    problems = (*people_problems(form.recipients), *field_problems(form.body))
    _refuse(*problems, *_past_problems(change, expires_at))
    people = form.recipients or []
    one = hold(change, form.id, contacts=[each.contact_id.id for each in people])
    one, *_ = found(one, None, *lookups(change, people))
    require_change(change, one)
    expect(one, form.expected_version)
    expect_status(one, [DocumentStatus.DRAFT])
    was = document_records.agreements(change.connection, [one.id])[one.id]
    new, more = copy(one), dict[str, list[Any]]()
    if form.name or form.body or form.recipients:
        _reword(change, form, new, was)
    links = None
    if form.recipients:
        links = {ref.contact_id.id: CONTACT.name for ref in form.recipients}
        more["recipients"] = [[each.contact_id for each in was.recipients], list(links)]
    if not isinstance(form.expires_at, Absent) and form.expires_at != was.expires_at:
        more["expires_at"] = [was.expires_at, form.expires_at]
        agreement_rows.set_agreement(change.connection, one.id, expires_at=form.expires_at)
    save(change, one, new, links, more)
    return Outcome(record=Ref(KIND, one.id))


def _reword(change: Change, form: UpdateAgreement, new: Document, was: Agreement) -> None:
    """Give a draft another name, text and recipients, and the PDF that says so."""
    people = was.recipients
    if form.recipients:
        people = recipients_of(change, new.id, form.recipients)
    primary = primary_of(people).contact_id
    body = form.body or was.body
    contact = primary_contact(change, primary)
    new.name, new.contact_id = form.name or new.name, primary
    wording = Wording(document_id=new.id, revision=was.revision, name=new.name, body=body)
    _reprint(change, new, wording, contact)
    agreement_rows.set_agreement(change.connection, new.id, body=body)
    if form.recipients:
        agreement_rows.replace_recipients(change.connection, new.id, people)


def _reprint(change: Change, new: Document, wording: Wording, contact: Contact) -> None:
    """Give a draft the file of its wording in the place of the one it has."""
    file = printed(change, wording, contact)
    drop_file(change, new.file_id)
    new.file_id = file.id


def send(change: Change, form: SendAgreement) -> Outcome:
    """Send a draft: its PDF is set for the last time, and each recipient has a link (shareUrl).

    It expires 30 days later unless `expiresAt` says otherwise. Needs DOCUMENTS_WRITE, and the
    primary recipient's contact must be visible to you.
    """
    one, was = _held(change, form, [DocumentStatus.DRAFT])
    expires_at = was.expires_at or change.now + USUAL_LIFE
    if expires_at <= change.now:
        message = "It would have expired already: give it another expiresAt by updateAgreement."
        raise refuse(ErrorCode.INVALID_INPUT, message, "id")
    contact = primary_contact(change, primary_of(was.recipients).contact_id)
    new = gone_to(one, DocumentStatus.SENT)
    wording = Wording(
        document_id=one.id,
        revision=was.revision,
        name=one.name,
        body=was.body,
        complete=True,
        path="id",
    )
    _reprint(change, new, wording, contact)
    sent = {"sent_at": change.now, "expires_at": expires_at}
    agreement_rows.set_agreement(change.connection, one.id, **sent)
    more: dict[str, list[Any]] = {"revision": [None, was.revision]}
    more["expires_at"] = [was.expires_at, expires_at]
    save(change, one, new, more=more)
    return Outcome(record=Ref(KIND, one.id))


def revise(change: Change, form: ReviseAgreement) -> Outcome:
    """Make a sent agreement a draft again, as its next revision; needs DOCUMENTS_WRITE.

    Its links are dead, and what was viewed and signed no longer counts. Completed, declined and
    expired ones stay as they are.
    """
    one, was = _held(change, form, [DocumentStatus.SENT, DocumentStatus.VIEWED])
    new = gone_to(one, DocumentStatus.DRAFT)
    revision = was.revision + 1
    undone = {"sent_at": None, "viewed_at": None, "expires_at": None}
    agreement_rows.set_agreement(change.connection, one.id, revision=revision, **undone)
    agreement_rows.undo(change.connection, one.id)
    signed = [each.contact_id for each in was.recipients if each.completed_at]
    more: dict[str, list[Any]] = {"revision": [was.revision, revision]}
    more |= {"signed_by": [signed, []]} if signed else {}
    save(change, one, new, more=more)
    return Outcome(record=Ref(KIND, one.id))


def _held(
    change: Change, form: SendAgreement | ReviseAgreement, allowed: list[DocumentStatus]
) -> tuple[Document, Agreement]:
    """Return an agreement in one of some statuses that the caller may change, held."""
    one: Document = found(hold(change, form.id))
    require_change(change, one)
    expect(one, form.expected_version)
    expect_status(one, allowed)
    return one, document_records.agreements(change.connection, [one.id])[one.id]

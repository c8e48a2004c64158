"""The ways of an agreement: from which status it may come to which, and nothing else (R85)."""

from collections.abc import Collection
from copy import copy

from models.document import Document
from resolvers.enums import DocumentKind, DocumentStatus, ErrorCode
from resolvers.problems import refuse

_S = DocumentStatus
WAYS: dict[DocumentStatus, frozenset[DocumentStatus]] = {
    _S.STORED: frozenset(),
    _S.DRAFT: frozenset((_S.SENT,)),
    _S.SENT: frozenset((_S.VIEWED, _S.DECLINED, _S.EXPIRED, _S.DRAFT)),
    _S.VIEWED: frozenset((_S.COMPLETED, _S.DECLINED, _S.EXPIRED, _S.DRAFT)),
    _S.COMPLETED: frozenset(),
    _S.DECLINED: frozenset(),
    _S.EXPIRED: frozenset(),
}
OPEN = frozenset((_S.SENT.value, _S.VIEWED.value))
_WAY_ON = {
    _S.DRAFT: "Send it first.",
    _S.SENT: "Make it a draft again with reviseAgreement.",
    _S.VIEWED: "Make it a draft again with reviseAgreement.",
    _S.COMPLETED: "It stays as it is: create a new agreement.",
    _S.DECLINED: "It stays as it is: create a new agreement.",
    _S.EXPIRED: "It stays as it is: create a new agreement.",
}


def gone_to(one: Document, status: DocumentStatus) -> Document:
    """Return the agreement in another status; ValueError where no way leads there."""
    if status not in WAYS[DocumentStatus(one.status)]:
        raise ValueError(f"no way leads from {one.status} to {status.value}")
    new = copy(one)
    new.status = status.value
    return new


def expect_status(one: Document, allowed: Collection[DocumentStatus]) -> None:
    """Refuse what is only done to an agreement in one of these statuses, and tell the way on."""
    if one.kind != DocumentKind.AGREEMENT.value:
        raise refuse(ErrorCode.INVALID_INPUT, "This document is not an agreement.", "id")
    status = DocumentStatus(one.status)
    if status not in allowed:
        message = f"The agreement is {status.value}. {_WAY_ON[status]}"
        raise refuse(ErrorCode.INVALID_INPUT, message, "id")

"""Global ids: opaque texts that name one record of one kind, the same everywhere in the API."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

# One byte a kind. A follower is named by its record and its user, hence the record's kind too.
_CODES = {
    "Practice": b"P",
    "User": b"U",
    "Contact": b"C",
    "Opportunity": b"O",
    "ContactType": b"Y",
    "Tag": b"T",
    "Pipeline": b"L",
    "Stage": b"S",
    "ContactFollower": b"c",
    "OpportunityFollower": b"o",
    "AuditEntry": b"A",
    "Document": b"D",
    "Upload": b"u",
    "CustomField": b"F",
    "AgreementTemplate": b"M",
}
_KINDS = {code: kind for kind, code in _CODES.items()}
_ID_BYTES = 16
VIEW_CODE = b"V"  # ids of a board, a column and its totals: see resolvers/seal.py


class Ref(NamedTuple):
    """A record as an id names it: its kind, its id, and for a follower its user."""

    kind: str
    id: UUID
    user_id: UUID | None = None


class BadId(ValueError):
    """The text is no id of this API."""


def encode(raw: bytes) -> str:
    """Return the text of `raw`: base64url without padding."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def decode(text: str) -> bytes:
    """Return the bytes of a text that `encode` made; BadId for any other text."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (Error, ValueError) as error:
        raise BadId("not an id") from error
    if encode(raw) != text:
        raise BadId("not an id")
    return raw


def has_ids(kind: str) -> bool:
    """Return whether records of a kind have ids in the API."""
    return kind in _CODES


@lru_cache(maxsize=65_536)
def global_id(kind: str, key: UUID) -> str:
    """Return the id of a record."""
    return encode(_CODES[kind] + key.bytes)


def follower_id(kind: str, record_id: UUID, user_id: UUID) -> str:
    """Return the id of a user's following of a record of `kind`."""
    return encode(_CODES[f"{kind}Follower"] + record_id.bytes + user_id.bytes)


def parse(text: str) -> Ref:
    """Return what an id names; BadId if no record could have it."""
    raw = decode(text)
    kind = _KINDS.get(raw[:1])
    if kind is None:
        raise BadId("not an id")
    keys = 2 if kind.endswith("Follower") else 1
    if len(raw) != 1 + keys * _ID_BYTES:
        raise BadId("not an id")
    first = UUID(bytes=raw[1 : 1 + _ID_BYTES])
    return Ref(kind, first, UUID(bytes=raw[1 + _ID_BYTES :]) if keys > 1 else None)

"""Opaque texts that only this server reads: resume cursors, page cursors and view ids (C2).

Cursors are authenticated encryptions with the viewer as associated data: a text that was made for
somebody else does not open. Ids of views are deterministic, so that clients can cache by them.
"""

import os
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from resolvers.ids import VIEW_CODE, BadId, decode, encode

_NONCE_BYTES = 12
_CURSOR_BYTES = 78  # sealed; a multiple of three, so its text has no odd end
CURSOR_LENGTH = _CURSOR_BYTES * 4 // 3
NO_VIEW = bytes(16)


class CursorKind(Enum):
    """Where a cursor was given out."""

    STREAM = b"s"
    MUTATION = b"m"


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a practice's log.

    Its holder has all of the state as of `base`, and of a batch that was cut (`base` lies before
    `number` then) what changed last up to `number`. `view` is the fingerprint of the pipeline and
    filter it belongs to.
    """

    practice_id: UUID
    number: int
    base: int
    kind: CursorKind
    view: bytes = NO_VIEW


def fingerprint(view: bytes) -> bytes:
    """Return 16 bytes that stand for a view's description."""
    return sha256(view).digest()[:16]


class Seal:
    """The keys of one server; every worker with the same secret opens the same texts."""

    def __init__(self, secret: bytes) -> None:
        """Derive one key for each use from `secret`."""
        self._cursors = AESGCM(_derived(secret, b"cursor", 32))
        self._pages = AESGCM(_derived(secret, b"page", 32))
        self._views = AESSIV(_derived(secret, b"view", 64))

    def cursor(self, viewer_id: UUID, cursor: Cursor) -> str:
        """Return the text of a cursor: always of the same length, never twice the same."""
        plain = b"".join(
            (
                cursor.practice_id.bytes,
                cursor.number.to_bytes(8, "big"),
                cursor.base.to_bytes(8, "big"),
                cursor.kind.value,
                cursor.view,
                b"\0",
            )
        )
        nonce = os.urandom(_NONCE_BYTES)
        return encode(nonce + self._cursors.encrypt(nonce, plain, viewer_id.bytes))

    def open_cursor(self, viewer_id: UUID, text: str) -> Cursor | None:
        """Return the cursor in `text`; None if it was not made for this viewer by these keys.

        Raises BadId where the text does not even look like a cursor.
        """
        raw = decode(text)
        if len(raw) != _CURSOR_BYTES:
            raise BadId("not a cursor")
        try:
            plain = self._cursors.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], viewer_id.bytes)
        except InvalidTag:
            return None
        return Cursor(
            UUID(bytes=plain[:16]),
            int.from_bytes(plain[16:24], "big"),
            int.from_bytes(plain[24:32], "big"),
            CursorKind(plain[32:33]),
            plain[33:49],
        )

    def page(self, viewer_id: UUID, place: list[Any]) -> str:
        """Return the cursor of a place in a list."""
        nonce = os.urandom(_NONCE_BYTES)
        return encode(nonce + self._pages.encrypt(nonce, orjson.dumps(place), viewer_id.bytes))

    def open_page(self, viewer_id: UUID, text: str) -> list[Any]:
        """Return the place in a list that `page` gave to this viewer; BadId for another text."""
        raw = decode(text)
        try:
            plain = self._pages.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], viewer_id.bytes)
        except (InvalidTag, ValueError) as error:
            raise BadId("not a cursor") from error
        place: list[Any] = orjson.loads(plain)
        return place

    def view_id(self, description: list[Any]) -> str:
        """Return the id of a view, the same for the same description."""
        return encode(VIEW_CODE + self._views.encrypt(orjson.dumps(description), None))

    def open_view(self, text: str) -> list[Any] | None:
        """Return the description of the view that `text` names; None if it names no view."""
        try:
            raw = decode(text)
            if raw[:1] != VIEW_CODE:
                return None
            description: list[Any] = orjson.loads(self._views.decrypt(raw[1:], None))
        except (BadId, InvalidTag, ValueError):
            return None
        return description


def _derived(secret: bytes, use: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length=length, salt=None, info=b"lead2patient " + use).derive(secret)

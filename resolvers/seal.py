"""Opaque texts that only this server reads: resume cursors, page cursors and view ids (C2).

Cursors are authenticated encryptions with the viewer as associated data: a text that was made for
somebody else does not open. Ids of views are deterministic, so that clients can cache by them.
"""

import os
from contextlib import suppress
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
    """The keys of one server; every worker with the same secrets opens the same texts.

    The first secret seals, each of them opens: keys are rotated while cursors stay valid.
    """

    def __init__(self, *secrets: bytes) -> None:
        """Derive one key for each use from each secret."""
        self._cursors = [AESGCM(_derived(one, b"cursor", 32)) for one in secrets]
        self._pages = [AESGCM(_derived(one, b"page", 32)) for one in secrets]
        self._views = [AESSIV(_derived(one, b"view", 64)) for one in secrets]

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
        return encode(nonce + self._cursors[0].encrypt(nonce, plain, viewer_id.bytes))

    def open_cursor(self, viewer_id: UUID, text: str) -> Cursor | None:
        """Return the cursor in `text`; None if it was not made for this viewer by these keys.

        Raises BadId where the text does not even look like a cursor.
        """
        raw = decode(text)
        if len(raw) != _CURSOR_BYTES:
            raise BadId("not a cursor")
        plain = _opened(self._cursors, raw, viewer_id)
        if plain is None:
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
        return encode(nonce + self._pages[0].encrypt(nonce, orjson.dumps(place), viewer_id.bytes))

    def open_page(self, viewer_id: UUID, text: str) -> list[Any]:
        """Return the place in a list that `page` gave to this viewer; BadId for another text."""
        plain = _opened(self._pages, decode(text), viewer_id)
        if plain is None:
            raise BadId("not a cursor")
        place: list[Any] = orjson.loads(plain)
        return place

    def view_id(self, description: list[Any]) -> str:
        """Return the id of a view, the same for the same description."""
        return encode(VIEW_CODE + self._views[0].encrypt(orjson.dumps(description), None))

    def open_view(self, text: str) -> list[Any] | None:
        """Return the description of the view that `text` names; None if it names no view."""
        try:
            raw = decode(text)
        except BadId:
            return None
        for key in self._views if raw[:1] == VIEW_CODE else ():
            with suppress(InvalidTag, ValueError):
                description: list[Any] = orjson.loads(key.decrypt(raw[1:], None))
                return description
        return None


def _opened(keys: list[AESGCM], raw: bytes, viewer_id: UUID) -> bytes | None:
    """Return what was sealed for a viewer by one of the keys, else None."""
    for key in keys:
        with suppress(InvalidTag, ValueError):
            return key.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], viewer_id.bytes)
    return None


def _derived(secret: bytes, use: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length=length, salt=None, info=b"lead2patient " + use).derive(secret)

"""Sealed texts for links: whoever holds one may have what it names, nobody can make one.

The kind of a link is associated data of its encryption: a link of one kind opens as no other.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LINK_LENGTH = 2048
_NONCE_BYTES = 12
# The first byte tells how a link is sealed.
_FRESH = b"\0"
_STABLE = b"\1"


class BadLink(Exception):
    """The text is no link of this kind, or no longer."""


class _Keys(NamedTuple):
    """What one secret gives: for links that differ each time, and for those that do not."""

    fresh: AESGCM
    stable: AESSIV


class Links:
    """The keys of one server; every worker with the same secrets opens the same links.

    The first secret seals, each of them opens: keys are rotated while links stay valid.
    """

    def __init__(self, *secrets: bytes) -> None:
        """Derive the keys of each secret."""
        self._keys = [
            _Keys(AESGCM(_derived(one, b"link", 32)), AESSIV(_derived(one, b"stable link", 64)))
            for one in secrets
        ]

    def make(
        self, kind: str, content: list[Any], expires_at: datetime | None, stable: bool = False
    ) -> str:
        """Return a link's text; a stable one is the same for the same content and end.

        ValueError if the content is too long for a link.
        """
        end = None if expires_at is None else expires_at.timestamp()
        plain = orjson.dumps([end, content])
        keys = self._keys[0]
        if stable:
            raw = _STABLE + keys.stable.encrypt(plain, [kind.encode()])
        else:
            nonce = os.urandom(_NONCE_BYTES)
            raw = _FRESH + nonce + keys.fresh.encrypt(nonce, plain, kind.encode())
        text = _encoded(raw)
        if len(text) > LINK_LENGTH:
            raise ValueError("too much for a link")
        return text

    def open(self, kind: str, text: str, now: datetime) -> list[Any]:
        """Return the content of a link; BadLink, always the same, for any other text.

        That is a text that these keys did not seal, a link of another kind, or one that ended.
        """
        plain = self._opened(kind, _decoded(text))
        if plain is not None:
            end, content = orjson.loads(plain)
            if end is None or now.timestamp() < end:
                found: list[Any] = content
                return found
        raise BadLink("not a link")

    def _opened(self, kind: str, raw: bytes) -> bytes | None:
        sealed = raw[1:]
        for keys in self._keys:
            with suppress(InvalidTag, ValueError):
                if raw[:1] == _STABLE:
                    return keys.stable.decrypt(sealed, [kind.encode()])
                if raw[:1] == _FRESH:
                    nonce = sealed[:_NONCE_BYTES]
                    return keys.fresh.decrypt(nonce, sealed[_NONCE_BYTES:], kind.encode())
        return None


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    """Return the bytes of a text that `_encoded` made; none for any other text."""
    if len(text) <= LINK_LENGTH:
        with suppress(ValueError):
            raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            if _encoded(raw) == text:
                return raw
    return b""


def _derived(secret: bytes, use: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length=length, salt=None, info=b"lead2patient " + use).derive(secret)

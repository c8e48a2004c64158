"""Bearer tokens: signed, short-lived, one fixed algorithm (RFC 7519)."""

import hashlib
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from uuid_utils.compat import uuid7

from models.base import EPOCH
from permissions.viewer import Credential

_ALGORITHM = "HS256"
_NAME = "lead2patient"
LEEWAY_SECONDS = 60
_MOST_CHARACTERS = 2048
_MOST_VERIFIED = 4096
# What reading a text can raise that was not made here: claims of other types, times out of range,
# JSON that is nested too deeply.
_WRONG = (
    JoseError,
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    OverflowError,
    RecursionError,
)


class BadToken(Exception):
    """The token was not made here, or its time is over."""


class Tokens:
    """Makes and reads bearer tokens: the first secret signs, each of them is accepted.

    Two secrets at a time let keys be rotated while everybody stays signed in; a token names its
    key by `kid`.
    """

    def __init__(self, *secrets: bytes, leeway: int = LEEWAY_SECONDS) -> None:
        """Take the secrets, and by how many seconds clocks may differ."""
        keys = [OctKey.import_key(secret, {"kid": _key_id(secret)}) for secret in secrets]
        self._signing = keys[0]
        self._keys = {key.kid: key for key in keys}
        self._claims = _rules(leeway)
        self._leeway = leeway
        # What was made here was made here: only its time can be over (P7 is asked elsewhere).
        self._verified = lru_cache(maxsize=_MOST_VERIFIED)(self._verify)

    def make(self, user_id: UUID, hours: float = 12) -> str:
        """Return a token for a user."""
        now = time.time()
        claims = {
            "iss": _NAME,
            "aud": _NAME,
            "sub": user_id.hex,
            "iat": round(now, 6),
            "exp": int(now + hours * 3600),
            "jti": uuid7().hex,
        }
        header = {"alg": _ALGORITHM, "kid": self._signing.kid}
        return jwt.encode(header, claims, self._signing)

    def read(self, text: str) -> Credential:
        """Return what a token says; BadToken for any that is not valid now."""
        if len(text) > _MOST_CHARACTERS:
            raise BadToken
        credential = self._verified(text)
        if credential.expires_at is None or credential.expires_at < datetime.now(UTC):
            raise BadToken
        return credential

    def _verify(self, text: str) -> Credential:
        """Return what a token says that was made here and is valid now."""
        try:
            claims = jwt.decode(text, self._key, algorithms=[_ALGORITHM]).claims
            self._claims.validate(claims)
            return Credential(
                user_id=UUID(hex=claims["sub"]),
                token_id=UUID(hex=claims["jti"]),
                issued_at=_moment(claims["iat"]),
                expires_at=_moment(claims["exp"] + self._leeway),
            )
        except _WRONG as error:
            raise BadToken from error

    def read_header(self, header: object) -> Credential:
        """Return what an Authorization header's token says; BadToken without a valid one."""
        if not isinstance(header, str) or header[:7].lower() != "bearer ":
            raise BadToken
        return self.read(header[7:].strip())

    def _key(self, token: Any) -> OctKey:
        """Return the key that a token names; one that names none was signed by the first."""
        return self._keys[token.headers().get("kid", self._signing.kid)]


def _rules(leeway: int) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        leeway=leeway,
        iss={"essential": True, "value": _NAME},
        aud={"essential": True, "value": _NAME},
        sub={"essential": True},
        iat={"essential": True},
        exp={"essential": True},
        jti={"essential": True},
    )


def _key_id(secret: bytes) -> str:
    return hashlib.sha256(b"lead2patient key id " + secret).hexdigest()[:16]


def _moment(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=seconds)

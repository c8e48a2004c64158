"""Bearer tokens: signed, short-lived, one fixed algorithm (RFC 7519)."""

import time
from dataclasses import dataclass
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from uuid_utils.compat import uuid7

_ALGORITHM = "HS256"
_NAME = "lead2patient"
LEEWAY_SECONDS = 60
_CLAIMS = jwt.JWTClaimsRegistry(
    leeway=LEEWAY_SECONDS,
    iss={"essential": True, "value": _NAME},
    aud={"essential": True, "value": _NAME},
    sub={"essential": True},
    exp={"essential": True},
)


class BadToken(Exception):
    """The token was not made here, or its time is over."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token names, and until when (seconds since 1970)."""

    user_id: UUID
    expires_at: float


class Tokens:
    """Makes and reads the bearer tokens of one secret."""

    def __init__(self, secret: bytes) -> None:
        """Take the secret that signs."""
        self._key = OctKey.import_key(secret)

    def make(self, user_id: UUID, hours: float = 12) -> str:
        """Return a token for a user."""
        now = int(time.time())
        claims = {
            "iss": _NAME,
            "aud": _NAME,
            "sub": user_id.hex,
            "iat": now,
            "exp": now + int(hours * 3600),
            "jti": uuid7().hex,
        }
        return jwt.encode({"alg": _ALGORITHM}, claims, self._key)

    def read(self, text: str) -> Bearer:
        """Return what a token says; BadToken for any that is not valid now."""
        try:
            claims = jwt.decode(text, self._key, algorithms=[_ALGORITHM]).claims
            _CLAIMS.validate(claims)
            return Bearer(UUID(hex=claims["sub"]), float(claims["exp"]) + LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError, AttributeError, KeyError) as error:
            raise BadToken from error

    def read_header(self, header: object) -> Bearer:
        """Return what an Authorization header's token says; BadToken without a valid one."""
        if not isinstance(header, str) or header[:7].lower() != "bearer ":
            raise BadToken
        return self.read(header[7:].strip())

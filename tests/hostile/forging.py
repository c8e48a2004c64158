"""How tokens are forged: from good ones, and (worst) with our own secret."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

GONE = object()  # instead of a value: the claim or header parameter is left out
UNAUTHORIZED = 4401


def encoded(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(part: str) -> Any:
    """Return the JSON in a part of a token."""
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@dataclass(frozen=True)
class Forger:
    """What a forger may have: good tokens, his own and another's, and (worst) our secret."""

    token: str
    other: str
    secret: bytes

    def header(self, **changes: object) -> dict[str, Any]:
        """Return the good token's header, with changes."""
        return _changed(decoded(self.token.split(".")[0]), changes)

    def claims(self, **changes: object) -> dict[str, Any]:
        """Return the good token's claims, with changes."""
        return _changed(decoded(self.token.split(".")[1]), changes)

    def signed(
        self, header: object, payload: object, key: bytes | None = None, digest: str = "sha256"
    ) -> str:
        """Return a token of a header and a payload (bytes: as they are), with our key or a key."""
        parts = [one if isinstance(one, bytes) else dumped(one) for one in (header, payload)]
        body = ".".join(encoded(part) for part in parts)
        sealed = hmac.new(self.secret if key is None else key, body.encode(), digest).digest()
        return f"{body}.{encoded(sealed)}"


def dumped(value: object) -> bytes:
    """Return JSON; NaN and Infinity as Python spells them."""
    return json.dumps(value, separators=(",", ":")).encode()


def _changed(known: dict[str, Any], changes: dict[str, object]) -> dict[str, Any]:
    return {name: value for name, value in {**known, **changes}.items() if value is not GONE}


class Case(NamedTuple):
    """One forged header: its name, how it is made, and where and how it can be sent."""

    name: str
    made: Callable[[Forger], str]
    over_http: bool = True  # False: no HTTP client or server lets such a header pass
    close: int = UNAUTHORIZED


Made = Callable[[Forger], str]


def claims(payload: Callable[[Forger], object]) -> Made:
    """Sign a payload with our own key: what nobody outside can do must not help either."""
    return lambda by: by.signed(by.header(), payload(by))


def payload_of(payload: object) -> Made:
    """Sign a payload that is none."""
    return claims(lambda _: payload)


def header_of(raw: object) -> Made:
    """Sign the good claims under a header that is none."""
    return lambda by: by.signed(raw, by.claims())


def many_parts(count: int) -> Made:
    """Return so many parts of the good token."""
    return parts(lambda my, _: (my * 14)[:count])


def bearer(case: "Case") -> "Case":
    """Put the word in front of a forged token."""
    return case._replace(made=lambda by: f"Bearer {case.made(by)}")


def claim(name: str, value: object) -> Made:
    """Sign the good claims with one changed."""
    return claims(lambda by: by.claims(**{name: value}))


def header(key: bytes | None = None, digest: str = "sha256", **changes: object) -> Made:
    """Sign the good claims under a changed header."""
    return lambda by: by.signed(by.header(**changes), by.claims(), key, digest)


def unsigned(alg: object) -> Made:
    """Say that there is no signature, and give none."""
    return lambda by: by.signed(by.header(alg=alg), by.claims()).rpartition(".")[0] + "."


def parts(arrange: Callable[[list[str], list[str]], list[str]]) -> Made:
    """Put together the parts of two good tokens."""
    return lambda by: ".".join(arrange(by.token.split("."), by.other.split(".")))

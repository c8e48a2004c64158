"""Forged ids and cursors: texts that are none, and well-formed ones that name nothing."""

import base64
from collections.abc import Callable, Iterator

KINDS = b"PUCOYTLSAcoDuFM"  # the first byte of an id: practice, user, contact and so on
VIEW = b"V"  # of a board, a column and its totals: sealed


def written(raw: bytes) -> str:
    """Return the text of bytes as ids and cursors are written."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def read(text: str) -> bytes:
    """Return the bytes of an id or cursor."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def flipped(raw: bytes, bit: int) -> bytes:
    """Return bytes with one bit changed."""
    place, of_byte = divmod(bit, 8)
    return raw[:place] + bytes([raw[place] ^ 1 << of_byte]) + raw[place + 1 :]


# From the text of a good id (or cursor) to one that is no id at all.
MALFORMED: dict[str, Callable[[str], str]] = {
    "nothing": lambda _: "",
    "a space": lambda _: " ",
    "the kind alone": lambda good: written(read(good)[:1]),
    "a character less": lambda good: good[:-1],
    "a character more": lambda good: good + "A",
    "four characters more": lambda good: good + "AAAA",
    "a byte less": lambda good: written(read(good)[:-1]),
    "a byte more": lambda good: written(read(good) + b"\0"),
    "without its kind": lambda good: written(read(good)[1:]),
    "half of it": lambda good: good[: len(good) // 2],
    "the first byte twice": lambda good: written(read(good)[:1] + read(good)),
    "padding": lambda good: good + "==",
    "two of them": lambda good: good + good,
    "a comma": lambda good: f"{good},{good}",
    "a space before": lambda good: " " + good,
    "a line feed after": lambda good: good + "\n",
    "a NUL after": lambda good: good + "\0",
    "a NUL in it": lambda good: good[:5] + "\0" + good[6:],
    "a plus": lambda good: good[:5] + "+" + good[6:],
    "a slash": lambda good: good[:5] + "/" + good[6:],
    "percent signs": lambda good: good[:5] + "%41" + good[6:],
    "full-width letters": lambda good: good[:5] + "\uff21" + good[6:],
    "an unused bit set": lambda good: good[:-1] + _next(good[-1]),
    "hexadecimal": lambda good: read(good).hex(),
    "a UUID": lambda _: "0190d5c2-7f6e-7b2a-8e43-6d2f0c1b9a87",
    "a number": lambda _: "1",
    "below zero": lambda _: "-1",
    "a huge number": lambda _: "9" * 400,
    "as others write them": lambda _: base64.b64encode(b"Contact:1").decode(),
    "a name and a colon": lambda good: f"Contact:{good}",
    "JSON": lambda good: f'{{"id":"{good}"}}',
    "SQL": lambda good: f"{good}' OR '1'='1",
    "a path": lambda good: f"../{good}",
    "a prototype": lambda _: "__proto__",
    "40,000 characters": lambda good: (good * 2_000)[:40_000],
    "an emoji": lambda _: "\U0001f600" * 6,
}


def _next(letter: str) -> str:
    """Return a letter that differs in its lowest bit: one that 17 bytes do not use."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return letters[letters.index(letter) ^ 1]


def malformed(good: str) -> Iterator[str]:
    """Return texts that are no ids, made from an id; also with each kind that does not exist."""
    yield from (make(good) for make in MALFORMED.values())
    for kind in range(256):
        if kind not in KINDS:
            yield written(bytes([kind]) + read(good)[1:])
    for kind in b"co":  # a follower's id is longer
        yield written(bytes([kind]) + read(good)[1:])
    for kind in KINDS.replace(b"co", b""):
        yield written(bytes([kind]) + read(good)[1:] + read(good)[1:])


def never_made(good: str) -> Iterator[str]:
    """Return well-formed ids that no record ever had, made from an id."""
    raw = read(good)
    yield from (written(flipped(raw, bit)) for bit in range(8, len(raw) * 8))
    yield written(raw[:1] + bytes(16))
    yield written(raw[:1] + b"\xff" * 16)


def other_kinds(good: str, *not_these: str) -> Iterator[str]:
    """Return the id with each other kind in front; a follower's with a user who is nobody."""
    raw = read(good)
    for kind in KINDS:
        if kind != raw[0] and chr(kind) not in not_these:
            yield written(bytes([kind]) + raw[1:] + (bytes(16) if kind in b"co" else b""))


# From a good cursor to a text of another shape, and to one of the right shape that opens nothing.
def misshapen(good: str) -> Iterator[str]:
    """Return texts that no cursor looks like."""
    for name, make in MALFORMED.items():
        if name not in ("without its kind", "an unused bit set"):
            yield make(good)


def resealed(good: str) -> Iterator[str]:
    """Return texts of a cursor's shape with bits changed all over it."""
    raw = read(good)
    yield from (written(flipped(raw, bit)) for bit in range(3, len(raw) * 8, 29))
    yield written(bytes(len(raw)))
    yield written(raw[::-1])
    yield written(raw[12:] + raw[:12])

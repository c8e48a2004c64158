"""Hostile frames on a WebSocket (RFC 6455), each with what becomes of the socket."""

import struct
from typing import NamedTuple

from tests.hostile.wire import (
    BINARY,
    CLOSE,
    CONTINUATION,
    EMPTY,
    PING,
    PONG,
    TEXT,
    frame,
)

BROKEN, NO_UTF8, TOO_BIG = 1002, 1007, 1009
MALFORMED = 4400
MOST = 64 * 1024


class Case(NamedTuple):
    """Raw bytes, and how it ends: with a close code, or (None) the socket goes on.

    `codes` are those of the errors that a socket is told which goes on, for the operation `runs`.
    """

    name: str
    raw: tuple[bytes, ...]
    close: int | None
    codes: frozenset[str] = frozenset()
    signed_in: bool = True
    runs: str | None = None


def _raw(name: str, close: int | None, *raw: bytes) -> Case:
    return Case(name, raw, close)


def _close(code: int, reason: bytes = b"") -> bytes:
    return frame(struct.pack("!H", code) + reason, CLOSE)


PING_TEXT = '{"type":"ping"}'
FRAMES = [
    _raw("a frame without a mask", BROKEN, frame(PING_TEXT, masked=False)),
    *(_raw(f"reserved bits {n:03b}", BROKEN, frame(PING_TEXT, reserved=n)) for n in (1, 2, 4, 7)),
    _raw("the bit of compression, never agreed", BROKEN, frame(b"\xaa\x56\x2a\x00", reserved=4)),
    *(_raw(f"opcode {n}", BROKEN, frame(b"x", n)) for n in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)),
    _raw("a ping of 126 bytes", BROKEN, frame(b"x" * 126, PING)),
    _raw("a pong of 126 bytes", BROKEN, frame(b"x" * 126, PONG)),
    _raw("a close of 126 bytes", BROKEN, _close(1000, b"x" * 124)),
    _raw("a ping of 65,536 bytes", BROKEN, frame(b"x" * 65_536, PING)),
    _raw("a ping in fragments", BROKEN, frame(b"x", PING, fin=False)),
    _raw("a close in fragments", BROKEN, frame(b"\x03\xe8", CLOSE, fin=False)),
    _raw("a continuation of nothing", BROKEN, frame(PING_TEXT, CONTINUATION)),
    _raw("an open continuation of nothing", BROKEN, frame(b"", CONTINUATION, fin=False)),
    _raw("a text within a text", BROKEN, frame(b"{", fin=False), frame(PING_TEXT)),
    _raw("bytes within a text", BROKEN, frame(b"{", fin=False), frame(b"}", BINARY)),
    _raw("no UTF-8", NO_UTF8, frame(b"\xff\xfe\xfd")),
    _raw("UTF-8 that is cut", NO_UTF8, frame(b'{"type":"\xf0\x9f\x98')),
    _raw("a surrogate in UTF-8", NO_UTF8, frame(b'{"type":"\xed\xa0\x80"}')),
    _raw("an overlong slash", NO_UTF8, frame(b'{"type":"\xc0\xaf"}')),
    _raw("beyond the last code point", NO_UTF8, frame(b'{"type":"\xf5\x80\x80\x80"}')),
    _raw("UTF-16", NO_UTF8, frame('{"type":"ping"}'.encode("utf-16"))),
    _raw("no UTF-8 in the second fragment", NO_UTF8, frame(b"{", fin=False), frame(b"\xff", 0)),
    _raw("64 KiB and 1", TOO_BIG, frame(b"x" * (MOST + 1))),
    _raw("64 KiB and 1 as bytes", TOO_BIG, frame(b"x" * (MOST + 1), BINARY)),
    _raw(
        "64 KiB and 1 in fragments",
        TOO_BIG,
        frame(b"x" * MOST, fin=False),
        frame(b"x", CONTINUATION),
    ),
    _raw("a length of 2 to the 62", TOO_BIG, frame(b"", length=b"\x7f\x40" + bytes(7))),
    _raw("a length below 0", TOO_BIG, frame(b"", length=b"\x7f" + b"\xff" * 8)),
    _raw("bytes", MALFORMED, frame(PING_TEXT, BINARY)),
    _raw("no bytes", MALFORMED, frame(b"", BINARY)),
    _raw("bytes in fragments", MALFORMED, frame(b"{", BINARY, fin=False), frame(b"}", 0)),
    _raw("HTTP on the socket", BROKEN, b"GET /graphql HTTP/1.1\r\nHost: x\r\n\r\n" + bytes(200)),
    _raw("random bytes", BROKEN, bytes(range(255, 0, -1))),
    _raw("zeros", BROKEN, bytes(64)),
    _raw("a close of 1 byte", BROKEN, frame(b"\x03", CLOSE)),
    *(
        _raw(f"a close with {code}", BROKEN, _close(code))
        for code in (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535)
    ),
    _raw("a close whose reason is no UTF-8", NO_UTF8, _close(1000, b"\xff")),
    *(_raw(f"a close with {code}", code, _close(code)) for code in (1000, 1001, 3000, 4999)),
    _raw("a close without a code", EMPTY, frame(b"", CLOSE)),
    _raw("a message after the close", 1000, _close(1000), frame(PING_TEXT)),
    _raw("a ping and a stray pong", None, frame(b"x" * 125, PING), frame(b"stray", PONG)),
    _raw("one byte a fragment", None, *(
        frame(bytes([one]), CONTINUATION if place else TEXT, fin=place == len(PING_TEXT) - 1)
        for place, one in enumerate(PING_TEXT.encode())
    )),
    _raw("a ping between fragments", None,
         frame('{"type"', fin=False), frame(b"", PING), frame(':"ping"}', CONTINUATION)),
    _raw("empty fragments", None, frame(b"", fin=False), *([frame(b"", 0, fin=False)] * 500),
         frame(PING_TEXT, CONTINUATION)),
    _raw("a long spelling of a short length", None, frame(PING_TEXT, length=b"\x7e\0\x0f")),
]  # fmt: skip

# After these the client says no more and goes away.
HALF = {
    "half a header": b"\x81",
    "a header without its text": frame(b"x" * 100)[:6],
    "a text that is never finished": frame(b"{", fin=False),
    "a long text that is cut": frame(b"x" * MOST)[:-1],
    "a message, and half of the next": frame(PING_TEXT) + frame(PING_TEXT)[:-1],
}

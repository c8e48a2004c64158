"""How the application and the press talk: JSON, then bytes, each after its length."""

import struct
from collections.abc import Mapping
from typing import Any, BinaryIO, NamedTuple

import orjson

LENGTHS = struct.Struct(">IQ")
# Whoever opened a hostile file may be hostile too: its announcements are not believed.
MOST_FACTS_BYTES = 16 * 1024 * 1024
MOST_CONTENT_BYTES = 512 * 1024 * 1024


class Frame(NamedTuple):
    """One message: facts that JSON can hold, and bytes."""

    facts: Mapping[str, Any]
    content: bytes = b""


def packed(frame: Frame) -> bytes:
    """Return all of a message but its content, which follows as it is."""
    facts = orjson.dumps(frame.facts)
    return LENGTHS.pack(len(facts), len(frame.content)) + facts


def lengths(prefix: bytes) -> tuple[int, int]:
    """Return how many bytes of facts and of content follow; ValueError if they are too many."""
    facts, content = LENGTHS.unpack(prefix)
    if facts > MOST_FACTS_BYTES or content > MOST_CONTENT_BYTES:
        raise ValueError("a message of the press is too long")
    return facts, content


def read(stream: BinaryIO) -> Frame | None:
    """Wait for the next message and return it; None when there will be no more."""
    prefix = stream.read(LENGTHS.size)
    if len(prefix) < LENGTHS.size:
        return None
    facts_bytes, content_bytes = lengths(prefix)
    return Frame(orjson.loads(stream.read(facts_bytes)), stream.read(content_bytes))


def write(stream: BinaryIO, frame: Frame) -> None:
    """Send a message."""
    stream.write(packed(frame))
    stream.write(frame.content)
    stream.flush()

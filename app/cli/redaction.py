"""The net under every log line: only known keys pass, each with values of its own shape (P20).

Whoever logs something new adds its key here, and says what its values look like. Anything else
is replaced by "[redacted]", so that a slip shows and nothing private does.
"""

import re
import sys
from collections.abc import MutableMapping
from typing import Any

from models.errors import described

REDACTED = "[redacted]"

_WORDS = re.compile(r"[a-z][A-Za-z0-9' ,:-]{0,79}")
_ID = re.compile(r"[0-9a-fA-F-]{32,36}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PLAIN_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,63}")
_MODULE = re.compile(r"[\w.]{1,80}", re.ASCII)
_PLACE = re.compile(r"[\w.<>]{1,160}:\d+", re.ASCII)
_ADDRESS = re.compile(r"[0-9a-fA-F.:]{2,45}")
_TIME = re.compile(r"[0-9T:.Z-]{20,30}")
_NUMBER = re.compile(r"(?!)")  # no text at all: numbers pass anyway

# A key, and what a text under it looks like; a list is looked at value by value.
SHAPES = {
    "event": _WORDS,
    "level": _WORDS,
    "logger": _MODULE,
    "timestamp": _TIME,
    "request_id": _REQUEST_ID,
    "transport": _WORDS,
    "operation": _WORDS,
    "operation_name": _PLAIN_NAME,
    "status": _NUMBER,
    "codes": _PLAIN_NAME,
    "ms": _NUMBER,
    "cost": _NUMBER,
    "bytes": _NUMBER,
    "user": _ID,
    "practice": _ID,
    "code": _NUMBER,
    "seconds": _NUMBER,
    "error": _PLAIN_NAME,
    "where": _PLACE,
    "work": _WORDS,
    "workers": _NUMBER,
    "count": _NUMBER,
    "events": _NUMBER,
    "idempotency_keys": _NUMBER,
    "revoked_tokens": _NUMBER,
    "audit_rows": _NUMBER,
    "documents": _NUMBER,
    "document_rows": _NUMBER,
    "files": _NUMBER,
    "expired_agreements": _NUMBER,
    "address": _ADDRESS,
    "port": _NUMBER,
    "worker": _NUMBER,
    "waiting": _NUMBER,
    "bus": _WORDS,
}

Line = MutableMapping[str, Any]


def describe_exception(_logger: object, _method: str, line: Line) -> Line:
    """Put the class and the places of an exception in the place of the exception."""
    error = line.pop("exc_info", None)
    if error is True:
        error = sys.exception()
    if isinstance(error, BaseException):
        line.update(described(error))
    return line


def redact(_logger: object, _method: str, line: Line) -> Line:
    """Let pass what is known to be no secret; this is the last to touch a line."""
    for key, value in line.items():
        shape = SHAPES.get(key)
        if shape is None or not _fits(value, shape):
            line[key] = REDACTED
    return line


def _fits(value: Any, shape: re.Pattern[str]) -> bool:
    if isinstance(value, str):
        return shape.fullmatch(value) is not None
    if isinstance(value, list):
        return all(isinstance(one, str) and shape.fullmatch(one) for one in value)
    return value is None or isinstance(value, int | float)

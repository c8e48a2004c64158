"""The names of files that people see: what may be one, and how a download tells it."""

import re
import unicodedata
from urllib.parse import quote

MAX_NAME_LENGTH = 200
MAX_NAME_BYTES = 255
# Controls, invisible format characters (bidi controls among them), lone surrogates, line ends.
_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"
_EDGE = re.compile(r"^[\s.]+|[\s.]+$")
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *", re.IGNORECASE)
# A quote or a backslash would end the text, and some browsers decode percents in it.
_NOT_PLAIN = re.compile(r'[^ -~]|["\\%]')
_ATTR_CHARS = "!#$&+^`|"  # what RFC 8187 leaves as it is beside letters, digits and -._~


class BadName(ValueError):
    """The name cannot be that of a file; the text tells why, without the name."""


def clean_name(raw: str) -> str:
    """Return the name of a file, composed (NFC) and without dots and spaces at its ends.

    BadName for a path, invisible characters, a device of Windows, and for what is blank or too
    long: a name that was changed silently would hide what somebody tried.
    """
    name = unicodedata.normalize("NFC", raw)
    if "/" in name or "\\" in name or name.strip() in {".", ".."}:
        raise BadName("A file name is not a path.")
    if any(unicodedata.category(one) in _HIDDEN for one in name):
        raise BadName("A file name has no control or invisible characters.")
    name = _EDGE.sub("", name)
    if not name:
        raise BadName("A file needs a name.")
    if len(name) > MAX_NAME_LENGTH or len(name.encode()) > MAX_NAME_BYTES:
        raise BadName(
            f"A file name has at most {MAX_NAME_LENGTH} characters and {MAX_NAME_BYTES} bytes."
        )
    if _DEVICE.fullmatch(name.partition(".")[0]):
        raise BadName("This file name is that of a device on Windows.")
    return name


def is_disguised(text: str) -> bool:
    """Return whether a text has more than one line, or marks that turn its letters round.

    Marks that join letters are part of some languages, and of many emoji.
    """
    return any(unicodedata.category(one) in _HIDDEN and one not in _JOINERS for one in text)


def saved_name(name: str) -> str:
    """Return the name under which a document is saved, whatever it is called."""
    shown = "".join("_" if is_disguised(one) or one in "/\\" else one for one in name)
    return _EDGE.sub("", shown) or "document"


def content_disposition(name: str) -> str:
    """Return the header that lets a browser save an answer by a name (RFC 6266, 8187)."""
    name = saved_name(name)
    plain = _NOT_PLAIN.sub("_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe=_ATTR_CHARS)}"

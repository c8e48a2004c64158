"""Agreements and certificates as PDF, set by typst.

A template knows nothing but its own text and data: what people typed is never markup of typst,
and there is no file and no package that could be read. Faces come from packages of ours, not from
the machine: what was signed looks the same everywhere, and a name is shown in whatever script.
"""

import hashlib
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import Any

import manimgx_fonts
import manimgx_fonts_cjk
import orjson
import typst

from files.press import markdown
from files.press.jobs import Unreadable

_FOLDER = Path(__file__).parent
_FACES = [folder for of in (manimgx_fonts, manimgx_fonts_cjk) for folder in of.__path__]


def agreement(agreement: Mapping[str, Any], made_at: str) -> bytes:
    """Return an agreement as PDF; `made_at` is in the form of ISO 8601."""
    data = {**agreement, "body": markdown.parsed(agreement["body"])}
    return _set("agreement.typ", data, datetime.fromisoformat(made_at))


def certificate(file: BufferedReader, certificate: Mapping[str, Any]) -> bytes:
    """Return the certificate of a signed PDF; Unreadable if `file` is another PDF."""
    if hashlib.file_digest(file, "sha256").hexdigest() != certificate["sha256"].lower():
        raise Unreadable("The PDF is not the one that was signed.")
    data = {**certificate, "recipients": [_recipient(one) for one in certificate["recipients"]]}
    for key in ("created_at", "sent_at", "completed_at"):
        data[key] = _told(certificate[key])
    return _set("certificate.typ", data, datetime.fromisoformat(certificate["completed_at"]))


def _recipient(recipient: Mapping[str, Any]) -> Mapping[str, Any]:
    signed_at = recipient["signed_at"]
    return {**recipient, "signed_at": _told(signed_at) if signed_at else None}


def _told(moment: str) -> str:
    """Return a time as people write it, in UTC."""
    utc = datetime.fromisoformat(moment).astimezone(UTC)
    return f"{utc:%B} {utc.day}, {utc:%Y, %H:%M:%S} UTC"


def _set(template: str, data: Mapping[str, Any], made_at: datetime) -> bytes:
    """Return a PDF that is the same for the same data and time on every machine."""
    compiler = typst.Compiler(
        (_FOLDER / template).read_bytes(),
        root=os.devnull,  # no folder: nothing lies below it
        package_path=os.devnull,
        package_cache_path=os.devnull,
        ignore_system_fonts=True,
        font_paths=_FACES,
        sys_inputs={"data": orjson.dumps(data).decode()},
    )
    pdf = compiler.compile(format="pdf", timestamp=int(made_at.timestamp()))
    assert isinstance(pdf, bytes)
    return pdf

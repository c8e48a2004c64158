"""What the press is asked, what it answers, and how it refuses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

MOST_CHARACTERS = 1_000_000  # of the text of one file
# A file: where its parts lie, in their order, or its bytes.
Source = Sequence[Path] | bytes


class Unreadable(Exception):
    """A file is broken, or asks for more than a file may; the message is for people."""


class PressBusy(Exception):
    """Too many jobs wait already; try again later."""


class PressFailed(Exception):
    """A job took too long, ended the process that did it, or came after `close`."""

    def __init__(self, reason: Literal["time", "died", "closed"]) -> None:
        """Take which of these it was."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class PressLimits:
    """What a job may use: seconds, bytes of address space; and how many jobs may wait."""

    seconds: float = 10.0
    memory_bytes: int = 1024 * 1024 * 1024
    waiting: int = 32


@dataclass(frozen=True)
class Inspection:
    """What is in a file: pages of a PDF, pixels of an image as stored, text to be searched.

    What a format does not have, or a password hides, is None or empty.
    """

    pages: int | None = None
    width: int | None = None
    height: int | None = None
    text: str = ""


@dataclass(frozen=True)
class AgreementText:
    """An agreement to be set; the body is Markdown, all else is plain text."""

    practice: str
    title: str
    reference: str
    body: str
    language: str = "en"


@dataclass(frozen=True)
class CertifiedRecipient:
    """Who signed an agreement or got a copy; the address is that of the network."""

    name: str
    role: Literal["Signer", "Copy"]
    signature: str | None = None
    signed_at: datetime | None = None
    address: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Certificate:
    """What is certified about a signed PDF; `sha256` is that PDF's, in hexadecimal digits."""

    practice: str
    title: str
    reference: str
    revision: int
    sha256: str
    created_at: datetime
    sent_at: datetime
    completed_at: datetime
    recipients: Sequence[CertifiedRecipient]
    note: str | None = None

"""What is stored: tables, the records read from them, the event log and the audit trail."""

from models import (
    agreement,
    audit,
    contact,
    custom_field,
    document,
    log,
    opportunity,
    practice,
    stored_file,
    user,
)
from models.base import metadata

__all__ = [
    "agreement",
    "audit",
    "contact",
    "custom_field",
    "document",
    "log",
    "metadata",
    "opportunity",
    "practice",
    "stored_file",
    "user",
]

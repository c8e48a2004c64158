"""What is stored: tables, the records read from them, the event log and the audit trail."""

from models import audit, contact, log, opportunity, practice, user
from models.base import metadata

__all__ = ["audit", "contact", "log", "metadata", "opportunity", "practice", "user"]

"""What is stored: tables, the records read from them, and the event log."""

from models import contact, log, opportunity, practice, user
from models.base import metadata

__all__ = ["contact", "log", "metadata", "opportunity", "practice", "user"]

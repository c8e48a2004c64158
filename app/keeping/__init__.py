"""Removing what is past its time: events, idempotency keys, deleted documents, files (P5, P13)."""

from app.keeping.sweep import sweep
from app.keeping.sweeper import sweeping

__all__ = ["sweep", "sweeping"]

"""Proving the derived tables: what they hold is recomputed from the records they follow from."""

from app.checking.drift import drift

__all__ = ["drift"]

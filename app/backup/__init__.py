"""Backups: the whole database in one file, of one moment, while the server runs."""

from app.backup.backing import back_up
from app.backup.restoring import restore

__all__ = ["back_up", "restore"]

"""What requests for files share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from app.desk import Desk
from app.files.intake import Intake
from app.files.once import Once
from app.settings import Settings
from files.copies import remove_leftovers
from files.shelf import Shelf
from files.store import FileStore
from models.database import Database

_OPENED = 2  # one in the press, and the next one on its way


@dataclass(frozen=True)
class FileDesk:
    """The desk, who sends just now, and which previews are being made.

    `inspections` and `drawings` bound how many files are opened at once, to be looked into and to
    be shown: the others wait, and none is copied here from S3 before its turn.
    """

    desk: Desk
    intake: Intake
    previews: Once[bytes] = field(default_factory=Once)
    inspections: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_OPENED))
    drawings: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_OPENED))

    @property
    def settings(self) -> Settings:
        """What the environment says."""
        return self.desk.settings

    @property
    def shelf(self) -> Shelf:
        """Where files are, and what opens them."""
        return self.desk.services.shelf

    @property
    def store(self) -> FileStore:
        """Where the bytes of files are."""
        return self.desk.services.shelf.store

    @property
    def database(self) -> Database:
        """What is known of files."""
        return self.desk.services.database

    def now(self) -> datetime:
        """Return the present moment."""
        return self.desk.services.seams.now()


@asynccontextmanager
async def file_desk(desk: Desk) -> AsyncIterator[FileDesk]:
    """Yield what requests for files share; in the end nothing of them is left running.

    Copies that a process left which was killed are removed.
    """
    await asyncio.to_thread(remove_leftovers)
    files = FileDesk(desk, Intake(desk.settings.max_uploads))
    try:
        yield files
    finally:
        await files.previews.close()
        await files.intake.close()

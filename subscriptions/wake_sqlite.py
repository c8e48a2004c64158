"""Hearing of other processes' commits to one SQLite file: nothing is sent, the file tells it."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from sqlalchemy.engine import make_url

from subscriptions.wake_bus import Reach, State

LOOK_SECONDS = 0.004
_AGAIN_SECONDS = 1.0


class FileWatch:
    """Looks at `PRAGMA data_version`, which changes with every commit of another connection.

    One look takes some microseconds. It looks only while somebody listens in this process.
    """

    def __init__(self, database_url: str) -> None:
        """Take the address of the data; ValueError where that is no file of SQLite."""
        url = make_url(database_url)
        name = url.database or ""
        if url.get_backend_name() != "sqlite" or name in ("", ":memory:") or "uri" in url.query:
            raise ValueError("sqlite:// needs a DATABASE_URL that is a file of SQLite")
        self._path = Path(name).absolute()
        self._reach = Reach("sqlite")
        self._reach.found("listening")
        self._on_wake: Callable[[UUID | None], None] | None = None
        self._file: sqlite3.Connection | None = None
        self._version = -1
        self._timer: asyncio.TimerHandle | None = None

    @property
    def state(self) -> State:
        """Whether the file can be looked at."""
        return self._reach.state

    async def open(self, on_wake: Callable[[UUID | None], None]) -> None:
        """Call `on_wake` when the file has changed, from when somebody listens."""
        self._on_wake = on_wake

    def attend(self, *, here: bool) -> None:
        """Look at the file while somebody is here."""
        if here and self._timer is None and self._on_wake is not None:
            self._look()
        elif not here:
            self._rest()

    async def tell(self, practice_id: UUID) -> None:
        """Look at once: this process's own commit is then not taken for another's later."""
        if self._timer is not None:
            self._timer.cancel()
            self._look()

    async def close(self) -> None:
        """Look no more."""
        self._rest()
        self._on_wake = None

    def _look(self) -> None:
        """See whether something was committed, and look again soon."""
        again = LOOK_SECONDS
        try:
            if self._changed() and self._on_wake is not None:
                self._on_wake(None)
            self._reach.found("listening")
        except sqlite3.Error as error:  # the poll goes on
            self._reach.lost("listening", error)
            self._forget()
            again = _AGAIN_SECONDS
        self._timer = asyncio.get_running_loop().call_later(again, self._look)

    def _changed(self) -> bool:
        if self._file is None:
            address = f"{self._path.as_uri()}?mode=ro"
            self._file = sqlite3.connect(address, uri=True, timeout=0, isolation_level=None)
            self._version = -1
        before = self._version
        (self._version,) = self._file.execute("PRAGMA data_version").fetchone()
        return self._version != before

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._forget()

    def _forget(self) -> None:
        if self._file is not None:
            with suppress(sqlite3.Error):
                self._file.close()
            self._file = None

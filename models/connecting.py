"""What comes before a connection is used: its file for its owner only, and the operator's hook."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

OnConnect = Callable[[Any], object]


def call_first(engine: AsyncEngine, on_connect: OnConnect) -> None:
    """Call `on_connect` with each new connection before SQLAlchemy or a listener uses it."""

    @event.listens_for(engine.sync_engine, "do_connect")
    def _connect(dialect: Any, _record: object, arguments: Any, options: Any) -> Any:
        connection = dialect.connect(*arguments, **options)
        try:
            on_connect(connection)
            connection.commit()  # what it set stays
        except BaseException:
            connection.close()
            raise
        return connection


def make_private_file(path: Path) -> None:
    """Make an empty file, and its folder, for their owner only; leave what is there as it is.

    SQLite gives the files beside a database (-wal, -shm) the mode of the database.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))

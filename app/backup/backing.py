"""Making a backup."""

from pathlib import Path

from sqlalchemy.engine import make_url

from app.backup import postgres, sqlite
from app.backup.files import draft_of, put
from app.failures import Failure
from app.settings import Settings


def back_up(settings: Settings, file: Path) -> None:
    """Write the database as it is at one moment into a new file, whole or not at all.

    The server may run meanwhile. Raises Failure.
    """
    if file.exists():
        raise Failure(f"{file} exists already: name a new file.")
    url = make_url(settings.database_url)
    with draft_of(file) as draft:
        if url.get_backend_name() == "sqlite":
            sqlite.copy(sqlite.path_of(url), draft, settings.database_on_connect)
        else:
            postgres.dump(url, draft)
            postgres.examine(draft)
        put(draft, file)

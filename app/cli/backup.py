"""Commands that care for the data: backup, restore, sweep."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app import keeping
from app.backup import back_up
from app.backup import restore as bring_back
from app.cli.environment import read_settings, with_database
from files.store import open_store
from models.seams import utc_now

_FILE = typer.Argument(help="The file of the backup.")


def backup(file: Annotated[Path, _FILE]) -> None:
    """Write the database as it is now into a new file; the server may run meanwhile."""
    back_up(read_settings(), file)
    size = file.stat().st_size
    typer.echo(f"{file} holds the database: {size:,} bytes, readable by you only.", err=True)


def restore(
    file: Annotated[Path, _FILE],
    yes: Annotated[bool, typer.Option("--yes", help="Replace the data that is there.")] = False,
) -> None:
    """Put a backup in place of the database; the server must not run meanwhile."""
    asyncio.run(bring_back(read_settings(), file, replace=yes))
    typer.echo("The backup is restored. Run `python -m app check` before you serve it.", err=True)


def sweep() -> None:
    """Remove what is past its time, as old events and files; `serve` does it by itself."""
    settings = read_settings()
    store = open_store(settings.files_url)
    removed = with_database(settings.database_url, keeping.sweep, store, settings, utc_now())
    told = ", ".join(f"{count:,} {what}" for what, count in sorted(removed.items()) if count)
    typer.echo(f"Removed: {told or 'nothing, all is within its time'}.", err=True)

"""The command import."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from app import staff
from app.cli.environment import read_settings, with_database
from app.cli.progress import progress
from app.failures import ROWS_FAILED
from app.importing.fields import Kind
from app.importing.importer import Import, import_source
from app.importing.job import Report, Result
from app.importing.reading import Source, open_source
from models.database import Database
from models.seams import Seams


def import_file(
    *,
    file: Annotated[Path, typer.Argument(help="A CSV file with a header, in UTF-8.")],
    as_: Annotated[Kind, typer.Option("--as", help="What each row is.")],
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="column=field, repeatable.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing.")] = False,
    practice: Annotated[str | None, typer.Option(help="Where there are several.")] = None,
    as_user: Annotated[str | None, typer.Option(help="E-mail; else the oldest admin.")] = None,
) -> None:
    """Import a file with the rules of mutations; print what became of each row."""
    settings = read_settings()
    source = open_source(file, as_, map_ or [])
    results = with_database(settings.database_url, _run, source, practice, as_user, dry_run=dry_run)
    told = ", ".join(f"{results[one]} {one.value}" for one in Result)
    typer.echo(f"{'Dry run, nothing was changed: ' if dry_run else ''}{told}", err=True)
    if results[Result.FAILED]:
        raise typer.Exit(ROWS_FAILED)


async def _run(
    database: Database, source: Source, practice: str | None, email: str | None, *, dry_run: bool
) -> Counter[Result]:
    async with database.reader() as reader:
        if email is None:
            user = await reader.run(staff.oldest_admin, practice)
        else:
            user = await reader.run(staff.find_user, email, practice)
    results: Counter[Result] = Counter()
    with progress("Rows", sum(1 for _ in source.rows())) as advance:

        def tell(reports: list[Report]) -> None:
            results.update(one.result for one in reports)
            typer.echo("\n".join(map(_line, reports)))
            advance(len(reports))

        await import_source(database, Import(source, user.id, dry_run), Seams(), tell)
    return results


def _line(report: Report) -> str:
    remarks = f": {' '.join(report.remarks)}" if report.remarks else ""
    return f"row {report.number}: {report.result.value}{remarks}"

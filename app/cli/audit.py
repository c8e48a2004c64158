"""Commands of the audit trail: verify, export."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from app.auditing.export import Export, export_rows
from app.auditing.proof import prove
from app.cli.environment import read_settings, with_database
from app.failures import DRIFT_FOUND, Failure
from models.seams import Seams

commands = typer.Typer(help="Prove or export the audit trail.", no_args_is_help=True)
Practice = Annotated[str | None, typer.Option(help="Where there are several.")]


@commands.command()
def verify(practice: Practice = None) -> None:
    """Compute the chain of each practice again; print breaks, and exit with 1 if there are any."""
    proofs = with_database(read_settings().database_url, prove, practice)
    for proof in proofs:
        for line in proof.lines():
            typer.echo(line)
    if any(proof.breaks for proof in proofs):
        raise typer.Exit(DRIFT_FOUND)


@commands.command()
def export(
    practice: Practice = None,
    since: Annotated[str | None, typer.Option(help="ISO 8601, inclusive; UTC.")] = None,
    until: Annotated[str | None, typer.Option(help="ISO 8601, exclusive; UTC.")] = None,
) -> None:
    """Print the rows of a practice as JSON lines; a row tells that they were exported."""
    asked = Export(practice, _moment("--since", since), _moment("--until", until))
    settings = read_settings()
    count = with_database(settings.database_url, export_rows, asked, Seams(), typer.echo)
    typer.echo(f"{count} rows", err=True)


def _moment(option: str, text: str | None) -> datetime | None:
    """Return the moment an option names; without a zone, in UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Failure(f"{option} is not a moment like 2026-01-31T09:30:00Z.") from None

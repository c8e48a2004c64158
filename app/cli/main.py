"""All commands, and how they end."""

import sys

import typer
from sqlalchemy.exc import DBAPIError

from app.cli import audit, backup, data, importing, practice, server
from app.cli.logs import set_up_logging
from app.failures import STOPPED, Failure

commands = typer.Typer(
    name="app",
    help="A GraphQL backend that follows a sales lead until the lead is a patient.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
commands.command()(server.serve)
commands.command()(server.migrate)
commands.command("export-schema")(server.export_schema)
commands.command()(practice.init)
commands.command()(practice.token)
commands.command()(data.seed)
commands.command("import")(importing.import_file)
commands.command()(data.check)
commands.command()(server.board)
commands.command()(data.demo)
commands.command()(backup.backup)
commands.command()(backup.restore)
commands.command()(backup.sweep)
commands.add_typer(audit.commands, name="audit")


def main() -> int:
    """Run the command that the program was called with; return its exit code."""
    set_up_logging(dev=True, level="warning")  # `serve` says its own
    try:
        commands()
    except Failure as failure:
        return _stop(str(failure))
    except DBAPIError as error:
        # The statement's parameters are people's data: only the kind of error is told.
        return _stop(f"The database refused the work: {type(error.orig).__name__}.")
    except OSError as error:
        return _stop(f"The machine refused the work: {error.strerror or type(error).__name__}.")
    except KeyboardInterrupt:
        return 130
    return 0


def _stop(message: str) -> int:
    sys.stderr.write(f"error: {message}\n")
    return STOPPED

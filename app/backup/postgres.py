"""Backups of a PostgreSQL database by its own programs, which know it best."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from sqlalchemy.engine import URL

from app.backup.content import must_be_ours
from app.failures import Failure

_DUMP, _RESTORE = "pg_dump", "pg_restore"
_SSL_MODES = frozenset(("disable", "allow", "prefer", "require", "verify-ca", "verify-full"))
_TABLE = re.compile(r"^\d+; \d+ \d+ TABLE \S+ (\S+) ", re.MULTILINE)
_REVISION = re.compile(r"^COPY \S+alembic_version .*\n(\w+)\n", re.MULTILINE)


def dump(url: URL, draft: Path) -> None:
    """Write the database as it is at one moment into a file in PostgreSQL's custom format."""
    _run(_DUMP, url, "--format=custom", "--no-owner", "--no-privileges", f"--file={draft}")


def examine(file: Path) -> str:
    """Return the revision of the database in a file; Failure unless it is one of this program."""
    tables = _TABLE.findall(_run(_RESTORE, None, "--list", str(file)))
    revision = None
    if "alembic_version" in tables:
        only = ("--data-only", "--table=alembic_version", "--file=-")
        found = _REVISION.search(_run(_RESTORE, None, *only, str(file)))
        revision = found[1] if found else None
    must_be_ours(str(file), tables, revision)
    return revision or ""


def load(url: URL, file: Path) -> None:
    """Replace the tables of the file in the database by those in the file, or change nothing."""
    _run(
        _RESTORE,
        url,
        *("--clean", "--if-exists", "--no-owner", "--no-privileges"),
        *("--single-transaction", "--exit-on-error"),
        f"--dbname=dbname='{_quoted(url.database or '')}'",
        str(file),
    )


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace("'", "\\'")


def _run(program: str, url: URL | None, *options: str) -> str:
    """Run one of PostgreSQL's programs to its end; return what it printed.

    Only the first line of an error is told: later ones may show rows.
    """
    path = shutil.which(program)
    if path is None:
        raise Failure(
            f"{program} is not on the PATH: install the client programs of PostgreSQL,"
            " of the server's version or a newer one."
        )
    command = [path, *options]
    done = subprocess.run(
        command,
        env=_environment(url),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        first = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[0]
        raise Failure(f"{first.rstrip('.')}.")
    return done.stdout


def _environment(url: URL | None) -> dict[str, str]:
    """Return an environment that says where the database is: a command line is public (P20)."""
    if url is None:
        return dict(os.environ)
    query = {name: value for name, value in url.query.items() if isinstance(value, str)}
    ssl = query.get("ssl")
    given = {
        "PGHOST": url.host or query.get("host"),
        "PGPORT": str(url.port) if url.port else query.get("port"),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        "PGSSLMODE": ssl if ssl in _SSL_MODES else None,
    }
    return {**os.environ, **{name: value for name, value in given.items() if value}}

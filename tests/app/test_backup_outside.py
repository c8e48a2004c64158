"""Backups from outside: the command line, PostgreSQL's programs, and the hook of connections."""

import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from app.backup import back_up, postgres, restore
from app.failures import Failure
from app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
URL = make_url("postgresql+asyncpg://ada:hidden@db.example:6543/spa?ssl=require")
PROGRAM = """#!/bin/sh
echo "$@" > "{folder}/words"
env > "{folder}/environment"
echo "pg_dump: error: server is away" >&2
echo "DETAIL: Grace Park" >&2
exit 1
"""


def app(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *words],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_backup_restore_and_sweep_as_commands(tmp_path: Path) -> None:
    assert app(tmp_path, "backup", "b1").returncode == 2
    assert app(tmp_path, "demo").returncode == 0
    data = tmp_path / "data"
    assert [stat.S_IMODE(one.stat().st_mode) for one in (data, *data.iterdir())] == [
        0o700,
        0o600,
        0o600,
    ]
    made = app(tmp_path, "backup", "b1")
    assert (made.returncode, made.stdout) == (0, "")
    assert "b1 holds the database: 1," in made.stderr
    refused = app(tmp_path, "restore", "b1")
    assert refused.returncode == 2
    assert refused.stderr == (
        "error: The database holds data: say --yes to put the backup in its place.\n"
    )
    done = app(tmp_path, "restore", "b1", "--yes")
    assert done.returncode == 0
    assert "Run `python -m app check`" in done.stderr
    assert app(tmp_path, "check").returncode == 0
    swept = app(tmp_path, "sweep")
    assert (swept.returncode, swept.stderr) == (
        0,
        "Removed: nothing, all is within its time.\n",
    )


def test_a_missing_database_is_not_made_by_a_backup(tmp_path: Path) -> None:
    done = app(tmp_path, "backup", "b1")
    assert done.stderr.startswith("error: data/lead2patient.db cannot be read as a database")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failure, match="pg_dump is not on the PATH: install"):
        postgres.dump(URL, tmp_path / "b1")
    with pytest.raises(Failure, match="pg_restore is not on the PATH"):
        postgres.examine(tmp_path / "b1")


def test_p20_a_password_is_no_argument_and_an_error_shows_no_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "pg_dump"
    program.write_text(PROGRAM.format(folder=tmp_path))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(Failure) as refused:
        postgres.dump(URL, tmp_path / "b1")
    assert str(refused.value) == "pg_dump: error: server is away."
    assert "hidden" not in (tmp_path / "words").read_text()
    assert set((tmp_path / "environment").read_text().splitlines()) >= {
        "PGHOST=db.example",
        "PGPORT=6543",
        "PGUSER=ada",
        "PGPASSWORD=hidden",
        "PGDATABASE=spa",
        "PGSSLMODE=require",
    }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_hook_sees_the_connections_of_backups(
    database_url: str, empty_url: str, tmp_path: Path
) -> None:
    files: list[str] = []

    def hook(connection: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA database_list")
        files.append(Path(cursor.fetchone()[2]).name)
        cursor.close()

    def settings(url: str) -> Settings:
        return Settings(database_url=url, database_on_connect=hook)

    back_up(settings(database_url), tmp_path / "b1")
    assert [one.split(".")[-2] for one in files] == ["practice", "b1"]
    files.clear()
    await restore(settings(empty_url), tmp_path / "b1", replace=False)
    assert files[0] == "b1"
    assert len(files) >= 4

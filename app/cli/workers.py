"""Several worker processes that share one listening socket, and what wakes them."""

import multiprocessing
import os
import signal
import socket
import tempfile
import threading
import time
from types import FrameType

import structlog
import uvicorn
from prometheus_client.multiprocess import mark_process_dead
from sqlalchemy.engine import make_url
from starlette.applications import Starlette
from typing_extensions import override
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from app.asgi import create_app
from app.cli.logs import set_up_logging
from app.failures import Failure
from app.settings import Settings
from app.tuning import tune_collector
from subscriptions.wake import Wake

START_SECONDS = 30  # the longest a worker may take to answer its supervisor, imports included
_LAST_SECONDS = 0.5  # after the graceful stop: to let go of databases and of the bus
_METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_log = structlog.get_logger("app")


def with_wake_url(settings: Settings, workers: int) -> Settings:
    """Return the settings with the wake-up call that many workers need; Failure if there is none.

    Without WAKE_URL several workers wake each other through their database (C12).
    """
    sqlite = make_url(settings.database_url).get_backend_name() == "sqlite"
    if workers > 1 and "wake_url" not in settings.model_fields_set:
        url = "sqlite://" if sqlite else "postgres://"
        settings = settings.model_copy(update={"wake_url": url})
    if workers > 1 and settings.wake_url.startswith("memory:"):
        raise Failure(
            f"--workers {workers} needs a WAKE_URL that reaches every process;"
            " memory:// reaches one only. Leave WAKE_URL out, or use --workers 1."
        )
    try:
        Wake(settings.wake_url, settings.database_url)
    except ValueError as error:
        raise Failure(f"WAKE_URL is not valid: {error}.") from None
    return settings


def worker_app(settings: Settings, secret: bytes, *, dev: bool) -> Starlette:
    """Return the application of one worker; called in the worker."""
    set_up_logging(dev=dev, level=settings.log_level)
    threading.Thread(target=_end_with_supervisor, daemon=True).start()
    app = create_app(settings, secret)
    tune_collector()
    return app


def _end_with_supervisor() -> None:
    """Stop this worker when its supervisor is gone, however that came: nobody else would."""
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)


def run_workers(config: uvicorn.Config, listener: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT; a worker that dies is replaced, SIGHUP replaces all."""
    with tempfile.TemporaryDirectory(prefix="l2p-metrics-") as folder:
        os.environ[_METRICS_FOLDER] = folder  # where workers count together
        supervisor = _Supervisor(config, [listener])
        address, port, *_ = listener.getsockname()
        _log.info("serving", address=address, port=port, workers=config.workers)
        supervisor.run()
        _log.info("stopped")
    if any(one.exitcode == STARTUP_FAILURE for one in supervisor.processes):
        raise Failure("A worker could not start; its log says why.")


class _Stopping(Exception):
    """The supervisor was asked to stop."""


class _Supervisor(Multiprocess):
    """Uvicorn's supervisor, which also stops in time and says what it replaced."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self._known: set[int | None] = set()

    def _asked_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Stop at once: a worker that does not answer must not hold it up."""
        if self.should_exit.is_set():
            return
        self.should_exit.set()
        raise _Stopping

    @override
    def run(self) -> None:
        """Supervise until it is asked to stop."""
        try:
            for one in (signal.SIGINT, signal.SIGTERM):
                signal.signal(one, self._asked_to_stop)
            super().run()
        except _Stopping:
            _log.info("stopping")
            for worker in multiprocessing.active_children():  # also one that is just to replace
                worker.terminate()
            self.join_all()

    @override
    def keep_subprocess_alive(self) -> None:
        """Replace workers that are dead or do not answer."""
        self._known |= {one.pid for one in self.processes}
        super().keep_subprocess_alive()
        gone = self._known - {one.pid for one in self.processes}
        for pid in gone:
            _log.warning("worker replaced", worker=pid)
            mark_process_dead(pid)  # type: ignore[no-untyped-call]
        self._known -= gone

    @override
    def join_all(self) -> None:
        """Wait until every worker has ended; kill those that take too long."""
        grace = (self.config.timeout_graceful_shutdown or 0) + _LAST_SECONDS
        deadline = time.monotonic() + grace
        for worker in multiprocessing.active_children():
            worker.join(max(0.0, deadline - time.monotonic()))
            if worker.is_alive():
                _log.warning("worker killed: it did not stop in time", worker=worker.pid)
                worker.kill()
                worker.join()

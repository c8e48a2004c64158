"""Whether the database is away: told once when it goes and once when it is back (P18)."""

import time
from typing import Literal

import structlog
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from models import metrics
from models.errors import described, is_away, is_unavailable

_SILENCES = 3
_SILENT_SECONDS = 5.0
_log = structlog.get_logger(__name__)


class Outage:
    """How one kind of work with the database goes; reads may go on where writes cannot.

    It is away from an error that says so on, or when nothing but time-outs came for 5 s: a few at
    once are a crowd.
    """

    def __init__(self, work: Literal["reads", "writes"]) -> None:
        """Begin as reachable."""
        self._work = work
        self._since: float | None = None
        self._silences = 0
        self._reached_at = time.monotonic()
        self._failures = metrics.failures.labels(work)
        self._reachable = metrics.reachable.labels(work)
        self._reachable.set(1)

    def failed(self, error: Exception) -> None:
        """Take notice of an error; the first one of an outage is told, the others are counted."""
        is_silence = isinstance(error, TimeoutError | PoolTimeoutError)
        self._silences = self._silences + 1 if is_silence else 0
        known = self._since is not None and is_unavailable(error)
        if known or is_away(error) or self._is_silent():
            self._lost(error)
        elif is_unavailable(error):
            _log.warning("database refused", work=self._work, **described(error))

    def _is_silent(self) -> bool:
        lasting = time.monotonic() - self._reached_at > _SILENT_SECONDS
        return lasting and self._silences >= _SILENCES

    def _lost(self, error: Exception) -> None:
        self._failures.inc()
        if self._since is None:
            self._since = time.monotonic()
            self._reachable.set(0)
            _log.error("database away", work=self._work, error=type(error).__name__)

    def reached(self) -> None:
        """Take notice that work was done; the first after an outage is told."""
        self._silences, self._reached_at = 0, time.monotonic()
        if self._since is not None:
            seconds, self._since = round(self._reached_at - self._since, 1), None
            self._reachable.set(1)
            _log.warning("database back", work=self._work, seconds=seconds)

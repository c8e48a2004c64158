"""Logging: JSON lines, or in development coloured text; always to standard error.

What libraries say is reduced to who said it and which exception it was about: their words hold
addresses, statements and values. So is what Python itself says of exceptions nobody caught.
"""

import logging
import sys
import threading
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, TextIO

import orjson
import structlog
from structlog.typing import Processor
from typing_extensions import override

from app.cli.redaction import describe_exception, redact
from models.errors import described

_log = structlog.get_logger(__name__)


def set_up_logging(*, dev: bool = False, level: str = "info", to: BinaryIO | None = None) -> None:
    """Log from `level` on; libraries from "warning" on."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            describe_exception,
            redact,
            *_rendering(dev=dev),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(to or sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    _take_over_libraries()
    logging.raiseExceptions = False  # it would print the record that could not be handled
    _take_over_last_words()


def _rendering(*, dev: bool) -> list[Processor]:
    if dev:
        return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()), _encoded]
    return [structlog.processors.JSONRenderer(serializer=orjson.dumps)]


def _encoded(_logger: object, _method: str, line: Any) -> bytes:
    encoded: bytes = line.encode()
    return encoded


class Reduced(logging.Handler):
    """Tells that a library had something to say, and of which exception, but not what."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Log the record without its words."""
        error = record.exc_info[1] if record.exc_info else None
        told = described(error) if error else {"where": [f"{record.module}:{record.lineno}"]}
        structlog.get_logger(record.name).log(record.levelno, "a library spoke", **told)


def _take_over_libraries() -> None:
    logging.basicConfig(handlers=[Reduced(logging.WARNING)], level=logging.WARNING, force=True)
    for name in logging.root.manager.loggerDict:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True


def _take_over_last_words() -> None:
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda told: _tell(told.exc_value)
    threading.excepthook = lambda told: _tell(told.exc_value)
    warnings.showwarning = _warned


def _uncaught(
    _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    _tell(error)


def _tell(error: BaseException | None) -> None:
    _log.critical("uncaught exception", **(described(error) if error else {}))


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    place = Path(filename).name
    _log.warning("a library warns", error=category.__name__, where=[f"{place}:{lineno}"])

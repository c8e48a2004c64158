"""P20: the net under the log. What is not known to be harmless does not pass."""

import ast
import asyncio
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from app.cli.logs import set_up_logging
from app.cli.redaction import REDACTED, SHAPES, redact
from tests.docs.pages import ROOT

PLANTED = "Gr4ce P4rk <gr4ce.p4rk@demo.example>"
ROOMS = ("app", "schema", "subscriptions", "resolvers", "permissions", "models")
METHODS = ("debug", "info", "warning", "error", "critical", "exception", "log")


class Logged:
    """What went to the log."""

    def __init__(self) -> None:
        self.stream = io.BytesIO()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def logged() -> Iterator[Logged]:
    """Logging as the program sets it up, for one test."""
    root = logging.getLogger()
    handlers, level, raising = root.handlers[:], root.level, logging.raiseExceptions
    words = sys.excepthook, sys.unraisablehook, threading.excepthook, warnings.showwarning
    told = Logged()
    set_up_logging(to=told.stream)
    yield told
    root.handlers, root.level, logging.raiseExceptions = handlers, level, raising
    sys.excepthook, sys.unraisablehook, threading.excepthook, warnings.showwarning = words


def broken() -> None:
    raise ValueError(PLANTED)


def caught(work: Callable[[], None]) -> Exception:
    try:
        work()
    except Exception as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("contact", "x"),
        ("event", PLANTED),
        ("event", "Grace Park"),
        ("error", PLANTED),
        ("error", caught(broken)),
        ("user", "gr4ce.p4rk@demo.example"),
        ("practice", "Glow Med Spa"),
        ("operation_name", "Grace Park"),
        ("operation_name", "G" * 65),
        ("codes", ["NOT_FOUND", PLANTED]),
        ("where", [PLANTED]),
        ("where", ["run:1", {"a": 1}]),
        ("ms", "2125550142"),
        ("cost", {"a": PLANTED}),
        ("request_id", "Bearer eyJhbGciOiJIUzI1NiJ9.e30"),
        ("address", "glow.example"),
    ],
)
def test_what_has_not_its_shape_is_redacted(key: str, value: Any) -> None:
    assert redact(None, "info", {key: value}) == {key: REDACTED}


def test_what_has_its_shape_passes() -> None:
    line = {
        "event": "socket closed",
        "user": "019b76da-a800-7806-a17f-062e3dcb028e",
        "codes": ["BAD_REQUEST"],
        "where": ["Engine.execute:12", "f.<locals>.<lambda>:3"],
        "ms": 1.5,
        "cost": None,
        "operation_name": "Board",
    }
    assert redact(None, "info", dict(line)) == line


def test_an_exception_is_its_class_and_its_places(logged: Logged) -> None:
    log = structlog.get_logger("here")
    try:
        broken()
    except ValueError as error:
        log.exception("it broke")
        log.error("it broke", exc_info=error)
    for line in logged.lines:
        assert line["error"] == "ValueError"
        assert line["where"][-1].startswith("broken:")
    assert len(logged.lines) == 2
    assert b"Gr4ce" not in logged.stream.getvalue()


async def test_libraries_say_that_they_spoke_and_not_what(logged: Logged) -> None:
    logging.getLogger("uvicorn.error").error("%s from 192.0.2.7", PLANTED)
    logging.getLogger("sqlalchemy.engine").info("INSERT %s", PLANTED)  # below "warning"
    logging.getLogger("redis").warning("%s %s", PLANTED)  # noqa: PLE1206 - a library errs
    logging.getLogger("asyncpg").error(PLANTED, exc_info=caught(broken))
    asyncio.get_running_loop().call_exception_handler(
        {"message": PLANTED, "exception": caught(broken)}
    )
    told = [(line["logger"], line["level"], line.get("error")) for line in logged.lines]
    assert told == [
        ("uvicorn.error", "error", None),
        ("redis", "warning", None),
        ("asyncpg", "error", "ValueError"),
        ("asyncio", "error", "ValueError"),
    ]
    text = logged.stream.getvalue().decode()
    assert "Gr4ce" not in text
    assert "192.0.2.7" not in text
    assert REDACTED not in text


def test_what_python_says_last_is_reduced(
    logged: Logged, capfd: pytest.CaptureFixture[str]
) -> None:
    error = caught(broken)
    sys.excepthook(type(error), error, None)
    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = logged_warning()
        warnings.warn(PLANTED, UserWarning, stacklevel=1)
    assert [line["error"] for line in logged.lines] == ["ValueError", "ValueError", "UserWarning"]
    assert b"Gr4ce" not in logged.stream.getvalue()
    assert capfd.readouterr() == ("", "")


def logged_warning() -> Any:
    """Return what the program does with warnings; pytest has put its own there."""
    from app.cli import logs  # noqa: PLC0415

    return logs._warned


def calls() -> Iterator[tuple[Path, ast.Call]]:
    """Return every call of a logger in our rooms; its event is the last plain argument."""
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                    continue
                logger = ast.unparse(node.func.value)
                if node.func.attr in METHODS and (logger == "_log" or "get_logger" in logger):
                    yield path, node


def test_every_line_of_ours_is_a_fixed_text_with_known_keys() -> None:
    """A text made of values would pass the net where it looks like plain words."""
    found = list(calls())
    assert len(found) >= 10
    for path, call in found:
        where = f"{path.relative_to(ROOT)}:{call.lineno}"
        event = call.args[-1]
        assert isinstance(event, ast.Constant), where
        assert redact(None, "info", {"event": event.value})["event"] != REDACTED, where
        keys = {one.arg for one in call.keywords if one.arg} - {"exc_info"}
        assert keys <= SHAPES.keys(), where


def test_no_room_logs_in_another_way() -> None:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            if path.name == "logs.py":
                continue
            assert "import logging" not in path.read_text(encoding="utf-8"), path

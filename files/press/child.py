"""The program of the press: python -m files.press.child MEMORY_BYTES.

Libraries are imported by the first job that needs them, so that it starts in little time.
"""

import ctypes
import io
import os
import resource
import sys
from collections.abc import Mapping
from importlib import import_module
from math import ceil
from pathlib import Path
from typing import Any, BinaryIO

from files.formats import IMAGES, OFFICE, TEXTS, FileFormat
from files.joined import reader
from files.press import frames
from files.press.frames import Frame
from files.press.jobs import Inspection, Unreadable

_NICENESS = 10
# <linux/prctl.h> and <linux/sched.h>; Python 3.11 has no names for them.
_NO_NEW_PRIVILEGES = 38
_NEW_USERS, _NEW_NETWORK = 0x10000000, 0x40000000
_MEMORY = Path("/proc/self/statm")


def main() -> None:
    """Do the jobs that come by the standard input, until its end or the first failure."""
    answers, memory_bytes = _only_answers(), int(sys.argv[1])
    _give_up_powers(memory_bytes)
    while request := frames.read(sys.stdin.buffer):
        answer = _answer(request)
        facts = {**answer.facts, "worn": _is_worn(memory_bytes)}
        frames.write(answers, Frame(facts, answer.content))
        if "failed" in answer.facts:
            sys.exit(1)  # who knows what state this process is in


def _only_answers() -> BinaryIO:
    """Return the way back; what libraries print goes nowhere, and nothing else is open."""
    first = sys.stderr.fileno() + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))  # uvloop lets some of its own slip through
    answers = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(answers, "wb")


def _give_up_powers(memory_bytes: int) -> None:
    """Take no more than this memory, write no file, and let others go first."""
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # pipes are no files
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _leave_the_others()


def _leave_the_others() -> None:
    """Gain no rights, reach no network, see into no process: as far as the kernel allows."""
    system = ctypes.CDLL(None)
    system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    system.unshare(_NEW_USERS | _NEW_NETWORK)


def _is_worn(memory_bytes: int) -> bool:
    """Return whether jobs keep more than a third of the memory, which the next may lack."""
    pages = int(_MEMORY.read_text().split()[0])
    return pages * resource.getpagesize() > memory_bytes // 3


def _limit_processor(seconds: float) -> None:
    """End this process if the job goes on when nobody is left who would kill it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    limit = ceil(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


def _answer(request: Frame) -> Frame:
    """Return the answer, a refusal for people, or the name of an error that none foresaw."""
    facts = request.facts
    try:
        _limit_processor(facts["seconds"])
        with _opened(facts["paths"], request.content) as file:
            return _JOBS[facts["job"]](file, facts["arguments"])
    except Unreadable as refusal:
        return Frame({"unreadable": str(refusal)})
    except Exception as error:
        return Frame({"failed": type(error).__name__})


def _opened(paths: list[str] | None, content: bytes) -> io.BufferedReader:
    if paths is None:
        return io.BufferedReader(io.BytesIO(content))
    return reader([Path(path) for path in paths])


def _inspect(file: io.BufferedReader, arguments: Mapping[str, Any]) -> Frame:
    file_format = FileFormat[arguments["file_format"]]
    found = Inspection()
    if module := _MODULES.get(file_format):
        found = import_module(module).inspect(file, file_format)
    facts = {"pages": found.pages, "width": found.width, "height": found.height}
    return Frame(facts, found.text.encode())


def _preview(file: io.BufferedReader, arguments: Mapping[str, Any]) -> Frame:
    file_format = FileFormat[arguments["file_format"]]
    if file_format not in _SHOWN:
        raise Unreadable("There are no previews of this format.")
    module = import_module(_MODULES[file_format])
    return Frame({}, module.preview(file, file_format, arguments["page"]))


def _render(_file: io.BufferedReader, arguments: Mapping[str, Any]) -> Frame:
    return Frame({}, import_module("files.press.paper").agreement(**arguments))


def _certify(file: io.BufferedReader, arguments: Mapping[str, Any]) -> Frame:
    certificate = import_module("files.press.paper").certificate(file, **arguments)
    return Frame({}, import_module("files.press.pdfs").joined(file, certificate))


_MODULES = {
    FileFormat.PDF: "files.press.pdfs",
    **dict.fromkeys(IMAGES, "files.press.images"),
    **dict.fromkeys(OFFICE, "files.press.office"),
    **dict.fromkeys(TEXTS, "files.press.texts"),
}
_SHOWN = IMAGES | {FileFormat.PDF}
_JOBS = {"inspect": _inspect, "preview": _preview, "render": _render, "certify": _certify}

if __name__ == "__main__":
    main()

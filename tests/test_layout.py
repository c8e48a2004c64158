"""The house rules, as tests: short files, short functions, our own rooms, no machine's traces."""

import ast
import importlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("app", "schema", "subscriptions", "resolvers", "permissions", "files", "models")
FOLDERS = (*ROOMS, "migrations", "tests", "benchmarks")
MAX_FILE_LINES = 250
MAX_FUNCTION_LINES = 25
MAX_TEST_FUNCTION_LINES = 40
# Put together here, so that this file does not name what it forbids.
REGISTRY_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("registry", "yarnpkg", "com"),
        ("crates", "io"),
        ("proxy", "golang", "org"),
        ("deb", "debian", "org"),
    )
)
MACHINE_FOLDERS = ("work", "root", "home", "Users")
REGISTRY_HOST = re.compile("|".join(re.escape(host) for host in REGISTRY_HOSTS).encode())
# An absolute path: not the middle of an address or of a relative path.
MACHINE_PATH = re.compile(rf"(?<![\w.~/}}-])/(?:{'|'.join(MACHINE_FOLDERS)})/".encode())

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files() -> list[Path]:
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[Function]:
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def body_lines(function: Function) -> int:
    """Count the body's lines, its docstring left out."""
    body = function.body if ast.get_docstring(function) is None else function.body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def project_files() -> list[Path]:
    """List what git tracks or would track: ignored files are the machine's own affair."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("needs git and a checkout to tell the project's files from others")
    command = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=30)
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return [path for path in paths if path.is_file()]


def mentions(pattern: re.Pattern[bytes]) -> list[str]:
    """Return where the project's files match, as file:line: match."""
    return [
        f"{name_of(path)}:{number}: {found.group().decode()}"
        for path in project_files()
        for number, line in enumerate(path.read_bytes().splitlines(), start=1)
        if (found := pattern.search(line))
    ]


def test_files_are_short() -> None:
    lengths = {path: len(path.read_bytes().splitlines()) for path in python_files()}
    long = [f"{name_of(path)}: {n} lines" for path, n in lengths.items() if n > MAX_FILE_LINES]
    assert not long, f"over {MAX_FILE_LINES} lines: {long}"


def test_functions_are_short() -> None:
    long = []
    for path in python_files():
        in_tests = path.is_relative_to(ROOT / "tests")
        limit = MAX_TEST_FUNCTION_LINES if in_tests else MAX_FUNCTION_LINES
        long += [
            f"{name_of(path)}:{function.name} has {body_lines(function)} lines, at most {limit}"
            for function in functions(path)
            if body_lines(function) > limit
        ]
    assert not long, "\n".join(long)


@pytest.mark.parametrize("room", ROOMS)
def test_room_comes_from_this_checkout(room: str) -> None:
    """An unrelated package on the index is called schema: it must never be taken for ours."""
    origin = importlib.import_module(room).__file__
    assert origin is not None, f"{room} has no __init__.py"
    assert Path(origin).resolve().is_relative_to(ROOT / room)


def test_no_file_names_a_package_registry() -> None:
    assert not mentions(REGISTRY_HOST)


def test_no_file_holds_a_machine_path() -> None:
    assert not mentions(MACHINE_PATH)

"""Every name the documentation uses exists, and what must be documented is."""

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import typer.main
from graphql import parse, validate
from starlette.routing import BaseRoute, Mount, Route

from app.asgi import create_app
from app.cli.main import commands
from app.importing.fields import Kind, fields_of
from app.settings import Settings
from resolvers.enums import ErrorCode, SnapshotReason, WarningCode
from schema.reading import RULES
from schema.schema import core
from tests.docs.pages import (
    DECISIONS,
    LIVE_BOARDS,
    OPERATIONS,
    PAGES,
    QUERIES,
    README,
    ROOT,
    Page,
)

SECTIONS = ("Context", "Decision", "Consequences", "Alternatives considered", "Enforced by")
EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
EACH_DECISION = pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.name)


def options() -> dict[str, set[str]]:
    """Return the options of each command, those of the commands below it as well."""
    group: Any = typer.main.get_command(commands)
    return {name: options_of(command) for name, command in group.commands.items()}


def options_of(command: Any) -> set[str]:
    below = getattr(command, "commands", {}).values()
    own = {option for one in command.params for option in one.opts}
    return own.union(*map(options_of, below))


def make_targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))


def close_codes() -> set[str]:
    """Return the close codes that the edge names."""
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "app").glob("*.py"))
    return {code for text in texts for code in re.findall(r"\b(44\d\d)\b", text)}


def test_make_targets_are_those_of_the_makefile() -> None:
    shown = [text for page in PAGES for text in (*page.code, *page.in_language("sh"))]
    named = {name for text in shown for name in re.findall(r"^make ([a-z-]+)", text, re.M)}
    told = README.section("Two commands")
    assert {one for one in make_targets() - {"help"} if f"`{one}`" not in told} == {"run", "test"}
    assert {"run", "test"} <= named <= make_targets()


def test_commands_in_the_readme_are_those_of_the_program() -> None:
    assert sorted(README.first_cells("Command line")) == sorted(options())


@EACH_PAGE
def test_called_commands_and_options_exist(page: Page) -> None:
    known = options()
    for command, rest in re.findall(r"python -m app ([a-z-]+)([^`\n#]*)", page.text):
        assert command in known, command
        assert set(re.findall(r"--[a-z-]+", rest)) <= known[command], (command, rest)


def test_options_in_the_command_table_exist() -> None:
    known = options()
    for line in README.section("Command line").splitlines():
        if found := re.match(r"\| `([a-z-]+)` \|(.*)", line):
            named = set(re.findall(r"`(--[a-z-]+)`", found[2])) - {"--dev"}
            assert named <= known[found[1]], line


@pytest.mark.parametrize(
    ("values", "page"),
    [(ErrorCode, QUERIES), (WarningCode, QUERIES), (SnapshotReason, LIVE_BOARDS)],
)
def test_every_value_is_told(values: type[Enum], page: Page) -> None:
    assert {one.value for one in values} - page.code == set()


def test_every_close_code_is_told() -> None:
    told = set(re.findall(r"^\| (\d{4})", LIVE_BOARDS.section("When the socket closes"), re.M))
    assert close_codes() == {code for code in told if code.startswith("44")}
    assert len(close_codes()) >= 7


def test_top_level_codes_are_told() -> None:
    source = (ROOT / "schema/errors.py").read_text() + (ROOT / "resolvers/problems.py").read_text()
    codes = set(re.findall(r'(?:return|code =) "([A-Z_]+)"', source))
    assert len(codes) >= 6
    assert codes - QUERIES.code == set()


def test_routes_are_those_of_the_program() -> None:
    told = {one.split()[1] for one in README.first_cells("HTTP")}
    assert set(_paths(create_app(Settings(), b"").routes)) - {"/"} == told


def _paths(routes: Sequence[BaseRoute], before: str = "") -> Iterator[str]:
    for one in routes:
        if isinstance(one, Mount):
            yield from _paths(one.routes, before + one.path)
        elif isinstance(one, Route):
            yield before + one.path


def test_import_fields_are_told() -> None:
    assert set(fields_of(Kind.OPPORTUNITIES)) - OPERATIONS.code == set()


@EACH_PAGE
def test_documents_are_valid(page: Page) -> None:
    for text in page.in_language("graphql"):
        assert validate(core, parse(text), RULES) == [], text


@EACH_PAGE
def test_links_lead_somewhere(page: Page) -> None:
    for link in page.links:
        if "://" in link:
            continue
        target, _, anchor = link.partition("#")
        path = (page.path.parent / target).resolve() if target else page.path
        assert path.exists(), link
        assert not anchor or anchor in Page(path).anchors, link


@EACH_PAGE
def test_files_named_in_code_exist(page: Page) -> None:
    rooms = "app|schema|subscriptions|resolvers|permissions|models|migrations|tests|benchmarks"
    for name in re.findall(rf"(?<![\w/])((?:{rooms})/[\w./-]*\w)", page.text):
        assert (ROOT / name).exists(), f"{page.name}: {name}"


def test_rooms_and_modules_of_the_architecture_exist() -> None:
    page = next(page for page in PAGES if page.name == "docs/architecture.md")
    room = ""
    for line in page.section("Rooms").splitlines():
        if found := re.match(r"\| (\w*) ?\| (`.*?) \|", line):
            room = found[1] or room
            for name in re.findall(r"`(\w+)`", found[2]):
                path = ROOT / room / name
                assert path.is_dir() or path.with_suffix(".py").exists(), path


@EACH_DECISION
def test_decisions_have_their_form(page: Page) -> None:
    number = page.path.name[:4]
    first, second, *_ = page.text.splitlines()
    assert re.fullmatch(rf"# ADR-{number}: .+", first)
    assert re.fullmatch(r"Status: accepted, \d{4}-\d\d-\d\d\. Area: [a-z, ]+\.", second)
    assert [f"\n## {name}\n" in page.text for name in SECTIONS] == [True] * len(SECTIONS)
    assert len(re.findall(r"^> ", page.text, re.MULTILINE)) == 1, "one line to quote"
    assert len(page.text.splitlines()) <= 60, "a decision is one page"


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(page.path.name[:4]) for page in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


def test_decisions_that_the_code_names_exist() -> None:
    numbers = {page.path.name[:4] for page in DECISIONS}
    rooms = ("app", "schema", "subscriptions", "resolvers", "permissions", "models")
    files = (path for room in rooms for path in Path(ROOT / room).rglob("*.py"))
    named = {n for path in files for n in re.findall(r"ADR-(\d{4})", path.read_text())}
    assert named <= numbers

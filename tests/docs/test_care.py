"""The pages for who runs it: every setting is told, every threat names what shows its answer."""

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.settings import Settings
from models.database import Database
from tests.docs.pages import OPERATIONS, README, ROOT, SECURITY, Page


def rows(page: Page, heading: str) -> list[list[str]]:
    """Return the cells of the tables of a section, without their heads."""
    lines = [line for line in page.section(heading).splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    return [row for row in cells if not set("".join(row)) <= {"-", " ", "|"}][1:]


def shown(default: object) -> str:
    return "none" if default is None else f"`{default}`"


def test_every_setting_is_told_with_its_default() -> None:
    told = [(name, default) for name, default, _ in rows(OPERATIONS, "Settings")]
    assert told == [
        (f"`{name.upper()}`", shown(field.default)) for name, field in Settings.model_fields.items()
    ]


def test_the_first_settings_of_the_readme_are_those_of_the_whole_table() -> None:
    whole = {name: default for name, default, _ in rows(OPERATIONS, "Settings")}
    first = {name: default for name, default, _ in rows(README, "Environment")}
    assert first.items() <= whole.items()
    assert {"`DATABASE_URL`", "`SECRET_KEY`", "`WAKE_URL`"} <= first.keys()


def test_settings_that_pages_name_exist() -> None:
    known = {name.upper() for name in Settings.model_fields}
    ours = re.compile(r"(?:MAX|EVENT|AUDIT|DATABASE|SECOND)_[A-Z_]+|[A-Z_]+_(?:SECONDS|URL|KEY)")
    for page in (OPERATIONS, SECURITY):
        assert {one for one in page.code if ours.fullmatch(one)} <= known, page.name


@pytest.mark.parametrize("row", rows(SECURITY, "Threats"), ids=lambda row: row[0][:30])
def test_every_threat_has_an_answer_and_tests_that_show_it(row: list[str]) -> None:
    _who, answer, tests, remains = row
    assert answer
    assert remains
    paths = re.findall(r"`([^`]+)`", tests)
    assert paths
    for path in paths:
        assert path.startswith("tests/")
        assert (ROOT / path).exists(), path


async def test_the_function_of_the_guide_sees_connections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source,) = OPERATIONS.in_language("python")
    names: dict[str, Any] = {}
    exec(source, names)
    monkeypatch.setenv("SPA_DATABASE_KEY", "00" * 32)
    url = f"sqlite+aiosqlite:///{tmp_path / 'practice.db'}"
    database = Database(url, on_connect=names["unlock"])
    async with database.reader() as reader:
        assert await reader.run(lambda c: c.scalar(text("SELECT 1"))) == 1
    await database.close()

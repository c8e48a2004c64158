"""The commands: verify tells breaks by exit code, export leaves a row, check finds them too."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, text

from app.auditing.export import Export, export_rows
from app.auditing.proof import prove
from app.checking import drift
from app.failures import Failure
from models.seams import Seams
from tests.app.test_cli import app
from tests.audit.trail import add_rows, breaks, read, rows_of, without_rules
from tests.docs.pages import ROOT, Page
from tests.resolvers.staff import START
from tests.resolvers.world import World

GUIDE = Page(ROOT / "docs/guides/audit.md")
SPOIL = "UPDATE audit SET action = 'nothing' WHERE number = 4"


def spoil(connection: Connection) -> None:
    without_rules(connection)
    connection.execute(text(SPOIL))


async def exported(world: World, name: str | None, *moments: str) -> list[dict[str, object]]:
    lines: list[bytes] = []
    asked = Export(name, *map(START.fromisoformat, moments))
    count = await export_rows(world.database, asked, Seams(), lines.append)
    assert count == len(lines)
    return [orjson.loads(line) for line in lines]


async def test_export_gives_every_row_and_leaves_one(world: World) -> None:
    await world.database.write(add_rows, world.practice.id, 2500, a=[1, 2])
    lines = await exported(world, world.practice.name)
    assert [line["number"] for line in lines] == [*range(1, 2503)]
    rows = await read(world.database, rows_of, world.practice.id)
    assert [line["hash"] for line in lines] == [row["hash"] for row in rows[:-1]]
    assert lines[5] == {
        "practice_id": world.practice.id.hex,
        "number": 6,
        "at": "2026-01-01T09:30:00.000000Z",
        "actor_kind": "system",
        "action": "test.3",
        "record_kind": "Practice",
        "record_id": world.practice.id.hex,
        "changes": {"a": [1, 2]},
        "hash": rows[5]["hash"],
    }
    told = rows[-1]
    assert (told["action"], told["actor_kind"]) == ("audit.exported", "system")
    assert told["changes"] == {"count": 2502}
    assert await breaks(world.database, world.practice.id) == []


async def test_an_export_proves_itself_as_the_guide_says(world: World) -> None:
    await world.database.write(add_rows, world.practice.id, 5, name=[None, "Zoë \u2028 \x00"])
    lines = [orjson.dumps(line).decode() for line in await exported(world, world.practice.name)]
    names: dict[str, Any] = {}
    (source,) = GUIDE.in_language("python")
    exec(source, names)
    is_whole = names["is_whole"]
    assert is_whole(lines)
    assert is_whole(lines[2:])
    assert not is_whole([*lines[:2], *lines[3:]])
    assert not is_whole([*lines[:2], lines[2].replace("test.0", "test.9"), *lines[3:]])


async def test_export_takes_a_span_of_time(world: World) -> None:
    name, at = world.practice.name, "2026-01-01T09:30:00+00:00"
    later = "2026-01-01T09:30:00.000001+00:00"
    assert len(await exported(world, name, at, later)) == 2
    assert len(await exported(world, name, later, "2026-01-02T00:00:00+00:00")) == 0


async def test_export_that_breaks_off_tells_what_was_given(world: World) -> None:
    given: list[bytes] = []

    def tell(line: bytes) -> None:
        if len(given) == 1:
            raise BrokenPipeError
        given.append(line)

    with pytest.raises(BrokenPipeError):
        await export_rows(world.database, Export(world.practice.name), Seams(), tell)
    rows = await read(world.database, rows_of, world.practice.id)
    assert (rows[-1]["action"], rows[-1]["changes"]) == ("audit.exported", {"count": 1})


async def test_export_needs_to_know_which_practice(world: World) -> None:
    for name in (None, "nobody's"):
        with pytest.raises(Failure, match="practice"):
            await exported(world, name)


async def test_broken_chains_are_told_by_name_and_by_check(world: World) -> None:
    await world.database.write(add_rows, world.practice.id, 4)
    assert [proof.breaks for proof in await prove(world.database, None)] == [[], []]
    await world.database.write(spoil)
    (proof,) = await prove(world.database, world.practice.name)
    line = "row 4: the row is not what was written, or not in its place"
    assert list(proof.lines()) == [f"{world.practice.name}: {line}"]
    found = await drift(world.database)
    assert f"Practice {world.practice.id}: audit trail, {line}" in found


def test_the_commands_tell_by_exit_code(tmp_path: Path) -> None:
    app(tmp_path, "migrate")
    app(tmp_path, "seed", "--contacts", "5")
    whole = app(tmp_path, "audit", "verify")
    assert whole.returncode == 0
    assert whole.stdout.startswith("Demo Med Spa: rows 1 to 3 are whole; head ")
    done = app(tmp_path, "audit", "export", "--since", "2025-12-31", "--until", "2026-01-02")
    assert (done.returncode, done.stderr) == (0, "3 rows\n")
    lines = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert [line["action"] for line in lines] == [*["practice.made"] * 2, "practice.seeded"]
    assert whole.stdout.strip().endswith(lines[-1]["hash"])
    assert "rows 1 to 4 are whole" in app(tmp_path, "audit", "verify").stdout
    refused = app(tmp_path, "audit", "export", "--since", "yesterday")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "--since is not a moment" in refused.stderr
    unknown = app(tmp_path, "audit", "verify", "--practice", "Other")
    assert "There is no practice" in unknown.stderr


def test_a_broken_chain_ends_verify_and_check_with_1(tmp_path: Path) -> None:
    app(tmp_path, "migrate")
    app(tmp_path, "seed", "--contacts", "5")
    with closing(sqlite3.connect(tmp_path / "data" / "lead2patient.db")) as connection:
        connection.execute("DROP TRIGGER audit_is_not_deleted")
        connection.execute("DELETE FROM audit WHERE number = 2")
        connection.commit()
    done = app(tmp_path, "audit", "verify")
    assert (done.returncode, done.stdout) == (1, "Demo Med Spa: row 2: the row is missing\n")
    assert app(tmp_path, "check").returncode == 1

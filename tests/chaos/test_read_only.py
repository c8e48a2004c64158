"""P18: a SQLite file that cannot be written; it is opened read-only, as root may write to any."""

from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from models.database import Database
from models.errors import is_unavailable
from models.seams import Seams
from resolvers.setup import NewPractice, make_practice
from tests.conftest import migrated


async def test_p18_a_read_only_sqlite_file_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the address begins with file:, which looks like a folder
    path = tmp_path / "practice.db"
    await migrated(f"sqlite+aiosqlite:///{path}")
    new = NewPractice(name="Glow", admin_email="ada@glow.example", admin_name="Ada")
    database = Database(f"sqlite+aiosqlite:///file:{path}?mode=ro&uri=true")
    try:
        with pytest.raises(OperationalError) as refused:
            await database.write(make_practice, Seams(), new)
        assert is_unavailable(refused.value)
    finally:
        await database.close()
    database = Database(f"sqlite+aiosqlite:///{path}")
    try:
        await database.write(make_practice, Seams(), new)
    finally:
        await database.close()

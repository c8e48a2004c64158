"""Packages are installed as they were locked: each version is pinned, and named with its hashes."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def unlocked(text: str) -> list[str]:
    """Return the requirements without an exact version or without a hash."""
    whole = text.replace("\\\n", " ")
    lines = [line for line in whole.splitlines() if line and not line.lstrip().startswith("#")]
    return [
        line for line in lines if not re.search(r"^\S+==\S+.* --hash=sha256:[0-9a-f]{64}", line)
    ]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_is_pinned_and_has_a_hash(lock: Path) -> None:
    assert unlocked(lock.read_text(encoding="utf-8")) == []


def test_what_is_not_locked_is_seen() -> None:
    good = f"one==1.0 \\\n    --hash=sha256:{'a' * 64}\n    # via two\n"
    assert unlocked(good) == []
    assert unlocked("one==1.0\n" + good) == ["one==1.0"]
    assert len(unlocked(good.replace("==", ">="))) == 1


def test_they_are_installed_by_their_hashes() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "install --require-hashes -r requirements/dev.txt" in makefile

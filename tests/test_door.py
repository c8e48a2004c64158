"""One door each: records are selected in `resolvers/records.py`, documents in their own door.

Beside it, cards nobody was shown yet are read by keys that were cut by `visible`
(`card_rows.py`), and rules ask about all records, whoever may see them (`constraints.py`).

Sums and distinct texts are read beside it, each in a function that cuts them by `visible`.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("schema", "subscriptions", "resolvers", "permissions")
DOORS = (
    "resolvers/records.py",
    "resolvers/card_rows.py",
    "resolvers/constraints.py",
    "resolvers/document_records.py",
)
SUMS = ("resolvers/totals.py", "resolvers/lists.py", "resolvers/document_lists.py")
RECORD_TABLES = frozenset(("contact", "opportunity", "document"))
SELECTING = frozenset(("select", "select_from", "join_from"))


def modules() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def selects(tree: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls that select from a record table."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else None
        called = node.func.id if isinstance(node.func, ast.Name) else called
        named = {one.id for arg in node.args for one in ast.walk(arg) if isinstance(one, ast.Name)}
        if called in SELECTING and named & RECORD_TABLES:
            yield node


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_records_are_selected_at_the_door_only(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    if name in DOORS:
        return
    tree = ast.parse(path.read_text())
    found = list(selects(tree))
    if name not in SUMS:
        assert not found, f"{name}:{[one.lineno for one in found]}"
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and list(selects(function)):
            named = {one.id for one in ast.walk(function) if isinstance(one, ast.Name)}
            assert named & {"visible", "visible_documents"}, f"{name}:{function.name}"


def test_the_lint_sees_a_way_round_the_door() -> None:
    assert list(selects(ast.parse("select(contact.c.id).where(True)")))
    assert list(selects(ast.parse("query.select_from(opportunity)")))
    assert not list(selects(ast.parse("select(user.c.id)")))

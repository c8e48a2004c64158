"""Few modules know the guarded tables, fewer read them; neither list grows without a reason."""

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("schema", "subscriptions", "resolvers", "permissions")
RECORDS = ("contact", "opportunity")
GUARDED = frozenset(
    (*RECORDS, "contact_tag", *(f"{one}_{of}" for one in RECORDS for of in ("assigned", "word")))
)
READING = frozenset(("select", "select_from", "join_from", "exists", "union_all"))
# Who imports a guarded table, and what for.
IMPORTERS = {
    "permissions/visibility.py": "the rule itself",
    "resolvers/card_rows.py": "cards by keys that are cut, with the columns that are asked for",
    "resolvers/change.py": "conditions for what a change locks",
    "resolvers/columns.py": "conditions of a column",
    "resolvers/constraints.py": "what rules ask of all records, whoever may see them",
    "resolvers/contact_types.py": "gives contacts another type",
    "resolvers/derived.py": "writes what follows from records",
    "resolvers/filters.py": "columns of terms",
    "resolvers/flush.py": "writes records",
    "resolvers/lists.py": "sources of what is visible",
    "resolvers/orders.py": "columns of orders",
    "resolvers/ownership.py": "conditions for what a change locks",
    "resolvers/records.py": "the door",
    "resolvers/staff.py": "conditions for what a change locks",
    "resolvers/terms.py": "conditions of terms",
    "resolvers/totals.py": "sums of what is visible",
}
# Where a statement reads a guarded table, however it is called there.
READERS = {
    "permissions/documents.py",  # documents borrow the rule of the records they hang on
    "permissions/visibility.py",
    "resolvers/card_rows.py",
    "resolvers/constraints.py",
    "resolvers/lists.py",
    "resolvers/records.py",
    "resolvers/staff.py",  # whom a deactivated user's records are taken from
    "resolvers/terms.py",
    "resolvers/totals.py",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> dict[str, ast.Module]:
    paths = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in paths}


def guarded_imports(tree: ast.Module) -> set[str]:
    """Return the guarded tables that a module imports from models, and modules of models."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in (
            "models.contact",
            "models.opportunity",
        ):
            found |= {one.name for one in node.names} & GUARDED
        if isinstance(node, ast.ImportFrom) and node.module == "models":
            found |= {one.name for one in node.names} & {"contact", "opportunity", "metadata"}
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names if one.name.startswith("models")}
    return found


def reads(function: Function, guarded: set[str]) -> bool:
    """Return whether a function makes a statement that reads, and names a guarded table.

    `kind.table`, `kind.assigned` and WORDS are guarded tables by other names.
    """
    named = {one.id for one in ast.walk(function) if isinstance(one, ast.Name)}
    attributes = {one.attr for one in ast.walk(function) if isinstance(one, ast.Attribute)}
    reading = (named | attributes) & READING
    return bool(reading) and bool(named & {*guarded, "WORDS"} or attributes & {"table", "assigned"})


def test_few_modules_know_the_guarded_tables() -> None:
    found = {name for name, tree in modules().items() if guarded_imports(tree)}
    assert found == set(IMPORTERS)


def test_statements_that_read_them_are_made_in_fewer() -> None:
    found = set()
    for name, tree in modules().items():
        guarded = guarded_imports(tree)
        functions = (node for node in ast.walk(tree) if isinstance(node, Function))
        if any(reads(function, guarded) for function in functions):
            found.add(name)
    assert found == READERS


def test_the_lint_sees_tables_by_any_name() -> None:
    hidden = ast.parse("def f(kind):\n    t = kind.assigned\n    return select(t.c.user_id)")
    assert isinstance(hidden.body[0], Function)
    assert reads(hidden.body[0], set())
    assert guarded_imports(ast.parse("from models.contact import contact as c")) == {"contact"}
    assert guarded_imports(ast.parse("import models.contact")) == {"models.contact"}
    assert guarded_imports(ast.parse("from models.contact import Contact")) == set()

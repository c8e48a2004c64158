"""A plain document of 7,000 fields over objects that are there: what execution alone costs."""

import asyncio
import statistics
import time
from collections.abc import Callable
from typing import Any

import orjson
import strawberry
from graphql import DocumentNode, GraphQLSchema, parse
from graphql.execution import Executor

from benchmarks.places import Places
from benchmarks.report import Report
from schema.compiled import CompilingExecutor, Plans

_ITEMS, _TAGS = 250, 3
_DOCUMENT = """{ items { id name note count price active created changed first second third fourth
  owner { id name email } home: owner { id name } tags { id name } } }"""


@strawberry.type
class Named:
    """Something with a name."""

    id: strawberry.ID
    name: str
    email: str | None = None


@strawberry.type
class Item:
    """A row of plain fields."""

    id: strawberry.ID
    name: str
    owner: Named
    tags: list[Named]
    note: str | None = None
    count: int = 3
    price: float = 9.5
    active: bool = True
    created: str = "2026-01-01T00:00:00.000000Z"
    changed: str = "2026-01-01T00:00:00.000000Z"
    first: str = "first"
    second: str = "second"
    third: str = "third"
    fourth: str | None = None


def _items() -> list[Item]:
    owners = [Named(id=strawberry.ID(f"u{n}"), name=f"User {n}", email="") for n in range(20)]
    tags = [Named(id=strawberry.ID(f"t{n}"), name=f"Tag {n}") for n in range(_TAGS)]
    return [
        Item(id=strawberry.ID(f"i{n}"), name=f"Item {n}", owner=owners[n % 20], tags=tags)
        for n in range(_ITEMS)
    ]


_FOUND = _items()


@strawberry.type
class Query:
    """What can be read."""

    @strawberry.field
    def items(self) -> list[Item]:
        """All items."""
        return _FOUND


def measure(_places: Places, report: Report, *, quick: bool) -> None:
    """Measure stock execution and ours, one after the other, several times."""
    schema = strawberry.Schema(Query)
    core: GraphQLSchema = schema._schema  # the way the product takes it, too
    document, plans = parse(_DOCUMENT), Plans()
    runs: dict[str, Callable[[], Any]] = {
        "compiled": lambda: _executed(CompilingExecutor, core, document, plans=plans),
        "graphql-core": lambda: _executed(Executor, core, document),
        "stock Strawberry, with parsing": lambda: asyncio.run(schema.execute(_DOCUMENT)).data,
    }
    answers = [orjson.dumps(run()) for run in runs.values()]
    if len(set(answers)) != 1:
        raise RuntimeError("the executors answer otherwise")
    fields = _count(orjson.loads(answers[0]))
    report.section(
        "Execution",
        f"{fields:,} fields of {_ITEMS} objects and what hangs on them; nothing is read. Median CPU"
        " of one execution.",
    )
    found = {name: _median(run, 5 if quick else 15) for name, run in runs.items()}
    head = ("", "CPU ms", "x graphql-core")
    rows = [(name, f"{ms:.2f}", f"{found['graphql-core'] / ms:.1f}") for name, ms in found.items()]
    report.table(head, rows)


def _executed(kind: Any, schema: GraphQLSchema, document: DocumentNode, **more: Any) -> Any:
    return kind.build(schema, document, **more).execute_operation().data


def _median(run: Callable[[], Any], times: int) -> float:
    found = []
    for _ in range(times):
        began = time.process_time()
        run()
        found.append(1000 * (time.process_time() - began))
    return statistics.median(found)


def _count(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_count, value.values()))
    return sum(map(_count, value)) if isinstance(value, list) else 0

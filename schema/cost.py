"""What a document asks for: how deep, by how many aliases, and how many records (C11, ADR-0014).

A record is an object with an id, or an item of a list; other objects and leaf fields are free. A
field that runs a read costs 1 besides, one that runs a mutation 10. Fields add up, those of
different fragments on one record too, and so do fragments of different kinds. @skip and @include
are not looked at. Introspection is free, and takes no aliases: by them it could ask for the whole
schema any number of times.

Each definition is walked once and each fragment counted once, however often it is spread, so the
work is linear in the document. An operation's cost is kept by the page sizes in its variables.
"""

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
)

from resolvers.limits import Limits
from schema.parts import TOO_MANY, Part, Reader, count_of

_MOST_KEPT = 64
_ABSENT = -1
_missing = object()


class Bill:
    """What the operations of one document ask for."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, limits: Limits) -> None:
        """Read the document, which need not be valid yet."""
        reader = Reader(schema, limits)
        self._operations: dict[str | None, tuple[OperationDefinitionNode, Part]] = {}
        fragments: dict[str, Part] = {}
        for one in document.definitions:
            if isinstance(one, FragmentDefinitionNode):
                kind = schema.get_type(one.type_condition.name.value)
                fragments[one.name.value] = reader.part(one.selection_set, kind)
            elif isinstance(one, OperationDefinitionNode):
                part = reader.part(one.selection_set, schema.get_root_type(one.operation))
                self._operations[one.name.value if one.name else None] = one, part
        self._fragments = {name: fragments[name] for name in _inner_first(fragments)}
        parts = [*self._fragments.values(), *(part for _, part in self._operations.values())]
        for part in parts:
            part.join(fragments)
        running = [part for _, part in self._operations.values()]
        self.depth = max((part.depth for part in running), default=0)
        self.aliases = max((part.aliases for part in running), default=0)
        self.aliases_introspection = any(part.aliases_introspection for part in running)
        self._variables = tuple(dict.fromkeys(name for part in parts for name in part.variables()))
        self._known: dict[tuple[Any, ...], int] = {}

    def cost(self, operation: str | None, variables: Mapping[str, Any] | None) -> int | None:
        """Return how many records an operation may read; None where there is none of that name.

        Without a name it is the only one.
        """
        given = variables or {}
        counts = [_count(given.get(name, _missing)) for name in self._variables]
        key = (operation, *counts)
        cost = self._known.get(key)
        if cost is None and (cost := self._cost(operation, counts)) is not None:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[key] = cost
        return cost

    def _cost(self, operation: str | None, counts: list[int | None]) -> int | None:
        if operation is None and len(self._operations) == 1:
            (operation,) = self._operations
        if operation not in self._operations:
            return None
        node, part = self._operations[operation]
        usual = {
            one.variable.name.value: count_of(one.default_value)
            for one in node.variable_definitions or ()
        }
        told = {
            name: usual.get(name) if count == _ABSENT else count
            for name, count in zip(self._variables, counts, strict=True)
        }
        costs: dict[str, int] = {}
        for name, fragment in self._fragments.items():
            costs[name] = fragment.cost(told, costs)
        return max(1, part.cost(told, costs))


def _inner_first(fragments: Mapping[str, Part]) -> list[str]:
    """Return the fragments in an order in which each follows those it spreads; cycles are cut."""
    ordered: dict[str, None] = {}
    seen: set[str] = set()
    for root in fragments:
        waiting = [root]
        while waiting:
            name = waiting[-1]
            if name in seen:
                ordered[waiting.pop()] = None
            else:
                seen.add(name)
                spread = (one.name for one in fragments[name].spreads)
                waiting += [one for one in spread if one in fragments and one not in seen]
    return list(ordered)


def _count(value: Any) -> int | None:
    """Return how many items a variable tells, as a page size or as a list of ids."""
    if value is None:
        return None
    if value is _missing:
        return _ABSENT
    if type(value) is int and value >= 0:
        return min(value, TOO_MANY)
    if isinstance(value, list):
        return len(value)
    return 1 if isinstance(value, str) else TOO_MANY

"""Documents drawn at random from the schema itself: every kind, field, argument and directive."""

from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)

from schema.schema import core

DEEPEST = 7
_SIZES = ("0", "1", "3", "50", "$few", "$none")
_WRONG_SIZES = ("-1", "1000")
_CONDITIONS = ("true", "false", "$yes", "$no")
_DECLARED = {
    "$few": "Int = 2",
    "$none": "Int",
    "$yes": "Boolean = true",
    "$no": "Boolean = false",
}
# Signed with the time, so never twice the same.
_OF_THE_MOMENT = frozenset(("downloadUrl", "previewUrl", "shareUrl"))


class Drawing:
    """One document in the making."""

    def __init__(self, chance: Random, ids: dict[str, list[str]]) -> None:
        """Draw by `chance`; `ids` are the records there are, by what arguments call them."""
        self._chance = chance
        self._ids = ids
        self._fragments: dict[str, str] = {}
        self._aliases = 0
        self._fails = False

    def text(self) -> str:
        """Return a whole document."""
        query = self._selections(core.query_type, 0, most=1)
        text = "\n".join([query, *self._fragments.values()])
        used = [f"{name}: {kind}" for name, kind in _DECLARED.items() if name in text]
        return f"query Drawn({', '.join(used)}) {text}" if used else text

    def _selections(self, kind: Any, depth: int, most: int = 5) -> str:
        if isinstance(kind, GraphQLUnionType):
            chosen = [self._on(one, depth) for one in self._some(list(kind.types), most)]
            return "{ " + " ".join(["__typename", *chosen]) + " }"
        fields = {name: one for name, one in kind.fields.items() if name not in _OF_THE_MOMENT}
        names = [name for name, one in fields.items() if self._fits(one, depth)]
        chosen = [self._field(name, kind.fields[name], depth) for name in self._some(names, most)]
        if isinstance(kind, GraphQLInterfaceType):
            types = core.get_possible_types(kind)
            chosen += [self._on(one, depth) for one in self._some(list(types), 2)]
        elif depth and self._chance.random() < 0.15:
            chosen.append(self._on(kind, depth))
        elif depth and self._chance.random() < 0.15:
            chosen.append(self._spread(kind, depth))
        if not chosen or self._chance.random() < 0.1:
            chosen.append("__typename")
        return "{ " + " ".join(chosen) + " }"

    def _some(self, found: list[Any], most: int) -> list[Any]:
        count = min(len(found), self._chance.randint(1, most))
        return self._chance.sample(found, count)

    def _fits(self, field: GraphQLField, depth: int) -> bool:
        return depth < DEEPEST or is_leaf_type(get_named_type(field.type))

    def _field(self, name: str, field: GraphQLField, depth: int) -> str:
        given = [
            f"{one}: {value}"
            for one, argument in field.args.items()
            if (value := self._value(name, one, argument)) is not None
        ]
        alias = ""
        if field.args or self._chance.random() < 0.15:
            self._aliases += 1
            alias = f"x{self._aliases}: "
        arguments = f"({', '.join(given)})" if given else ""
        named = get_named_type(field.type)
        below = "" if is_leaf_type(named) else " " + self._selections(named, depth + 1)
        return f"{alias}{name}{arguments}{self._directive()}{below}"

    def _value(self, field: str, name: str, argument: GraphQLArgument) -> str | None:
        kind = get_nullable_type(argument.type)
        if name in ("first", "last"):
            usual = self._chance.random() < 0.5 or name == "last"
            sizes = _WRONG_SIZES if self._may_fail() else _SIZES
            return None if usual else self._chance.choice(sizes)
        if not is_required_argument(argument):
            return None
        if isinstance(kind, GraphQLEnumType):
            return str(self._chance.choice(list(kind.values)))
        ids = self._ids.get(name) or self._ids.get(field) or self._ids["id"]
        known = ["bad"] if self._may_fail() else ids
        if is_list_type(kind):
            return "[" + ", ".join(f'"{self._chance.choice(known)}"' for _ in range(3)) + "]"
        return f'"{self._chance.choice(known)}"'

    def _may_fail(self) -> bool:
        """Return whether to ask for something wrong: once, as of two errors either may be told."""
        fails = not self._fails and self._chance.random() < 0.15
        self._fails = self._fails or fails
        return fails

    def _directive(self) -> str:
        if self._chance.random() < 0.95:
            return ""
        name = self._chance.choice(("skip", "include"))
        return f" @{name}(if: {self._chance.choice(_CONDITIONS)})"

    def _on(self, kind: Any, depth: int) -> str:
        return f"... on {kind.name}{self._directive()} {self._selections(kind, depth + 1, 3)}"

    def _spread(self, kind: Any, depth: int) -> str:
        name = f"F{len(self._fragments)}"
        self._fragments[name] = ""
        inner = self._selections(kind, depth + 1, 3)
        self._fragments[name] = f"fragment {name} on {kind.name} {inner}"
        return f"...{name}"

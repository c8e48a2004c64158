"""The parts of a document for its cost: what each definition asks for by itself (ADR-0014)."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from resolvers.limits import Limits
from resolvers.pages import DEFAULT_SIZE

TOO_MANY = 1_000_000  # what is no number of items counts as more than any page may have
_LIST = 5
_LONG_LISTS = {"users": 20, "contactTypes": 20}
_MUTATION = 10
_INTROSPECTION = ("__schema", "__type")
_WITH_FIELDS = (GraphQLObjectType, GraphQLInterfaceType)
_SIZE = re.compile(r"\d{1,6}", re.ASCII)


class Size(NamedTuple):
    """How many items a field may have: as variables tell, else the usual number."""

    usual: int
    most: int
    variables: tuple[str, ...] = ()

    def under(self, counts: Mapping[str, int | None]) -> int:
        """Return the number under the variables' counts."""
        given = [count for name in self.variables if (count := counts[name]) is not None]
        return min(max(given, default=self.usual), self.most)


_ONE = Size(1, 1)


class Scale(NamedTuple):
    """How many times something is asked for: a number, times sizes that variables tell."""

    times: int = 1
    sizes: tuple[Size, ...] = ()

    def by(self, size: Size) -> "Scale":
        """Return the scale of what lies below a field of this size."""
        if size.variables:
            return Scale(self.times, (*self.sizes, size))
        return Scale(self.times * size.under({}), self.sizes)

    def under(self, counts: Mapping[str, int | None]) -> int:
        """Return the number under the variables' counts."""
        times = self.times
        for size in self.sizes:
            times *= size.under(counts)
        return times


class Spread(NamedTuple):
    """A fragment that is spread `scale` times, below `level` fields; None: in introspection."""

    name: str
    level: int | None
    scale: Scale


class Part:
    """What one definition asks for by itself, and which fragments it spreads."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.depth = 0
        self.aliases = 0
        self.aliases_introspection = False
        self.spreads: list[Spread] = []
        self._records: dict[tuple[Size, ...], int] = defaultdict(int)

    def add(self, records: int, scale: Scale) -> None:
        """Add records at a scale."""
        self._records[scale.sizes] += records * scale.times

    def variables(self) -> Iterator[str]:
        """Yield the variables that tell sizes, some more than once."""
        for sizes in (*self._records, *(one.scale.sizes for one in self.spreads)):
            for size in sizes:
                yield from size.variables

    def join(self, fragments: Mapping[str, "Part"]) -> None:
        """Add the depth and the aliases of the fragments, which are joined already."""
        for name, level, _ in self.spreads:
            if name not in fragments:
                continue
            below = fragments[name]
            self.aliases += below.aliases
            self.aliases_introspection |= below.aliases_introspection
            if level is not None:
                self.depth = max(self.depth, level + below.depth)
            elif below.aliases:
                self.aliases_introspection = True

    def cost(self, counts: Mapping[str, int | None], fragments: Mapping[str, int]) -> int:
        """Return the records asked for, given those of the fragments."""
        cost = sum(Scale(times, sizes).under(counts) for sizes, times in self._records.items())
        for name, level, scale in self.spreads:
            if level is not None and name in fragments:
                cost += fragments[name] * scale.under(counts)
        return cost


class Place(NamedTuple):
    """Where selections stand: of which kind, below how many fields, how often."""

    selections: SelectionSetNode | None
    kind: Any
    level: int | None
    scale: Scale


class Reader:
    """Reads definitions against the schema; what the schema does not know is passed over."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        """Read for `schema`; no page counts as more than `limits` allow."""
        self._schema = schema
        self._limits = limits
        self._node = schema.get_type("Node")

    def part(self, selections: SelectionSetNode, kind: Any) -> Part:
        """Return what the selections ask for of `kind`, each looked at once."""
        part = Part()
        places = [Place(selections, kind, 0, Scale())]
        while places:
            place = places.pop()
            for node in place.selections.selections if place.selections else ():
                if isinstance(node, FieldNode):
                    places.append(self._below(part, place, node))
                elif isinstance(node, FragmentSpreadNode):
                    part.spreads.append(Spread(node.name.value, place.level, place.scale))
                else:
                    places.append(self._inline(place, node))
        return part

    def _inline(self, place: Place, node: Any) -> Place:
        """Return the place of what an inline fragment holds."""
        on = node.type_condition
        kind = self._schema.get_type(on.name.value) if on else place.kind
        return place._replace(selections=node.selection_set, kind=kind)

    def _below(self, part: Part, place: Place, node: FieldNode) -> Place:
        """Add a field to its part; return the place of what is selected in it."""
        _, kind, level, scale = place
        name = node.name.value
        part.aliases += node.alias is not None
        if level is None or name in _INTROSPECTION:
            part.aliases_introspection |= node.alias is not None
            return Place(node.selection_set, None, None, scale)
        part.depth = max(part.depth, level + 1)
        field = kind.fields.get(name) if isinstance(kind, _WITH_FIELDS) else None
        if field is None:
            return Place(node.selection_set, None, level + 1, scale)
        inner: Any = get_named_type(field.type)
        part.add(self._root(kind), scale)
        if not is_leaf_type(inner):
            scale = scale.by(self._size(kind, node, field))
            many = _is_list(field) and name != "edges"  # what an edge holds is counted
            a_record = self._node in (inner, *getattr(inner, "interfaces", ()))
            part.add(int(many or a_record), scale)
        return Place(node.selection_set, inner, level + 1, scale)

    def _root(self, kind: Any) -> int:
        """Return what it costs by itself that a field of `kind` is run."""
        if kind is self._schema.mutation_type:
            return _MUTATION
        return int(kind in (self._schema.query_type, self._schema.subscription_type))

    def _size(self, kind: Any, node: FieldNode, field: GraphQLField) -> Size:
        """Return how many items a field may have."""
        usual = _LONG_LISTS.get(node.name.value, _LIST) if _is_list(field) else DEFAULT_SIZE
        if "first" in field.args:
            return _told(node, ("first", "last"), Size(usual, self._limits.page_size))
        if "ids" in field.args:
            return _told(node, ("ids",), Size(usual, self._limits.ids))
        return Size(usual, usual) if _is_list(field) and not _is_page(kind) else _ONE


def _is_list(field: GraphQLField) -> bool:
    return is_list_type(get_nullable_type(field.type))


def _is_page(kind: Any) -> bool:
    """Return whether a kind is a connection: the field that shows it has the page's size."""
    return "edges" in kind.fields


def _told(node: FieldNode, names: tuple[str, ...], size: Size) -> Size:
    """Return a size as the arguments of these names tell it."""
    told = [one.value for one in node.arguments or () if one.name.value in names]
    variables = tuple(one.name.value for one in told if isinstance(one, VariableNode))
    counts = [count for one in told if (count := count_of(one)) is not None]
    return Size(max(counts, default=size.usual), size.most, variables)


def count_of(value: ValueNode | None) -> int | None:
    """Return how many items a written page size or list of ids tells; None where it tells none."""
    if isinstance(value, ListValueNode):
        return len(value.values)
    if isinstance(value, StringValueNode):
        return 1  # a list may be written as its only item
    if isinstance(value, IntValueNode):
        return int(value.value) if _SIZE.fullmatch(value.value) else TOO_MANY
    return None if value is None or isinstance(value, VariableNode | NullValueNode) else TOO_MANY
